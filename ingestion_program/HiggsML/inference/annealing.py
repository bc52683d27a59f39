"""scikit-learn's network, trained with a rate that falls from pass to pass."""

import warnings
from typing import Any, Self

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils import check_random_state

__all__ = ["AnnealedNetwork"]

_FEWEST_STEPS = 50


class AnnealedNetwork(MLPClassifier):  # type: ignore[misc]  # scikit-learn has no types
    """`MLPClassifier` with a learning rate that falls to zero, and with scaled inputs.

    In pass k of n = `max_iter` the rate is half of `learning_rate_init` times 1 + cos(pi k / n)
    (I. Loshchilov and F. Hutter, ICLR 2017). All passes are made, which is no reason for a warning.
    Where events are few a batch is smaller than `batch_size`, so that a pass has `_FEWEST_STEPS`.
    Inputs are scaled to mean 0 and standard deviation 1 while it is trained; afterwards the first
    layer does it, so that the network sees inputs as they are. Arguments are those of
    `MLPClassifier`.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network from scratch.

        Args:
            X: (n, I) inputs; float32 ones make a float32 network, twice as fast.
            y: (n,) classes.
            sample_weight: (n,) or None.

        Returns:
            The object itself.
        """
        options = self.get_params()
        highest, passes = options["learning_rate_init"], options["max_iter"]
        batch = 200 if options["batch_size"] == "auto" else options["batch_size"]
        rng = check_random_state(options["random_state"])
        scaled, mean, spread = _scaled(np.asarray(X))
        weights = None if sample_weight is None else np.asarray(sample_weight, scaled.dtype)
        try:
            for number in range(passes):
                self.set_params(
                    max_iter=1,
                    batch_size=max(min(batch, len(scaled) // _FEWEST_STEPS), 1),
                    warm_start=number > 0,  # from what the pass before has left
                    learning_rate_init=highest * 0.5 * (1.0 + np.cos(np.pi * number / passes)),
                    random_state=rng.randint(2**31 - 1),
                )
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", ConvergenceWarning)
                    super().fit(scaled, y, sample_weight=weights)
        finally:
            self.set_params(**options)
        self.coefs_[0] /= spread[:, np.newaxis]
        self.intercepts_[0] -= mean @ self.coefs_[0]
        return self


def _scaled(x: Any) -> tuple[Any, Any, Any]:
    """Inputs of mean 0 and standard deviation 1 (row-major), their means and deviations."""
    mean = x.mean(axis=0, dtype=np.float64).astype(x.dtype)
    spread = x.std(axis=0, dtype=np.float64).astype(x.dtype)
    spread[spread == 0.0] = 1.0
    scaled = np.subtract(x, mean, order="C")
    scaled /= spread
    return scaled, mean, spread
