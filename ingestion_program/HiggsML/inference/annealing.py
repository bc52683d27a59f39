"""scikit-learn's network, trained in float32 and with a rate that falls to nothing.

The optimiser is Adam with decoupled decay of the weights (I. Loshchilov and F. Hutter, ICLR 2019),
which scikit-learn does not have.
"""

import math
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import numpy as np
from scipy.special import expit, softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.utils import check_random_state

from ..arrays import Floats, Positions

__all__ = ["AnnealedNetwork"]

_FEWEST_STEPS = 50  # of a pass
_WARM_UP = 0.02  # share of the steps, in which the rate rises
_DECAY = 0.1
_MEMORIES = (0.9, 0.999)  # of the means of gradients and of their squares
_THREADS = 2  # each has its share of a batch; a fixed number, so that sums do not depend on cores


class AnnealedNetwork(MLPClassifier):  # type: ignore[misc]  # scikit-learn has no types
    """`MLPClassifier` of ReLU layers with another `fit`: prediction and arguments are its own.

    In step t of T the rate is half of `learning_rate_init` times 1 + cos(pi t / T) (I. Loshchilov
    and F. Hutter, ICLR 2017), in `max_iter` passes over all events. Where events are few a batch is
    smaller than `batch_size`, so that a pass has `_FEWEST_STEPS`. Inputs are scaled to mean 0 and
    standard deviation 1 while it is trained; afterwards the first layer does it, so that the
    network sees inputs as they are. Everything is float32.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network from scratch.

        Args:
            X: (n, I) inputs.
            y: (n,) classes.
            sample_weight: (n,) or None.

        Returns:
            The object itself.
        """
        scaled, mean, spread = _scaled(np.asarray(X))
        codes = np.unique(y, return_inverse=True)[1]
        weights = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight)
        weights = (weights / weights.mean()).astype(np.float32)
        self._begin(scaled, np.asarray(y))
        n_batches = max(len(codes) // self.batch_size, min(_FEWEST_STEPS, len(codes)))
        optimiser = _AdamW(
            [*self.coefs_, *self.intercepts_], self.learning_rate_init, self.max_iter * n_batches
        )
        rng = np.random.default_rng(check_random_state(self.random_state).randint(2**31 - 1))

        def gradients(rows: Positions) -> list[Floats]:
            return self._gradients(scaled[rows], codes[rows], weights[rows])

        with ThreadPoolExecutor(_THREADS) as threads:
            for _ in range(self.max_iter):
                for batch in np.array_split(rng.permutation(len(codes)), n_batches):
                    parts = threads.map(gradients, np.array_split(batch, _THREADS))
                    total = [sum(each) for each in zip(*parts, strict=True)]
                    optimiser.step([each / np.float32(len(batch)) for each in total])
        self.coefs_[0] /= spread[:, np.newaxis]
        self.intercepts_[0] -= mean @ self.coefs_[0]
        return self

    def _begin(self, x: Floats, y: Any) -> None:
        """Make classes and layers, with their first weights: scikit-learn does, in one step."""
        some = np.unique(y, return_index=True)[1]  # an event of each class
        options = self.get_params()
        try:
            self.set_params(max_iter=1, batch_size=len(some))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                super().fit(x[some], y[some])
        finally:
            self.set_params(**options)

    def _gradients(self, x: Floats, codes: Positions, weights: Floats) -> list[Floats]:
        """Derivatives of the summed cross entropy by all weights, then by all biases.

        Args:
            x: (n, I).
            codes: (n,) numbers of the classes.
            weights: (n,).
        """
        layers = [x]
        for w, b in zip(self.coefs_[:-1], self.intercepts_[:-1], strict=True):
            values = layers[-1] @ w
            values += b
            layers.append(np.maximum(values, np.float32(0.0), out=values))
        delta = layers[-1] @ self.coefs_[-1] + self.intercepts_[-1]
        if delta.shape[1] == 1:  # of the second of two classes
            delta = expit(delta) - codes[:, np.newaxis].astype(np.float32)
        else:
            delta = softmax(delta, axis=1)
            delta[np.arange(len(codes)), codes] -= np.float32(1.0)
        delta *= weights[:, np.newaxis]
        by_weights, by_biases = [], []
        for number in reversed(range(len(layers))):
            by_weights.append(layers[number].T @ delta)
            by_biases.append(delta.sum(axis=0))
            if number:
                delta = delta @ self.coefs_[number].T
                delta *= layers[number] > 0.0
        return [*reversed(by_weights), *reversed(by_biases)]


class _AdamW:
    """Adam with decoupled decay of weights (not of biases), at a falling rate.

    Args:
        parameters: changed in place; two axes those that decay.
        highest: the rate at the top.
        n_steps: after which the rate is 0.
    """

    def __init__(self, parameters: list[Floats], highest: float, n_steps: int) -> None:
        self._parameters = parameters
        self._highest, self._n_steps, self._done = highest, n_steps, 0
        self._means = [np.zeros_like(each) for each in parameters]
        self._squares = [np.zeros_like(each) for each in parameters]

    def step(self, gradients: list[Floats]) -> None:
        """Go a step down."""
        self._done += 1
        falling = 0.5 * (1.0 + math.cos(math.pi * self._done / self._n_steps))
        rate = self._highest * min(self._done / (_WARM_UP * self._n_steps), 1.0) * falling
        first, second = _MEMORIES
        unbiased = math.sqrt(1.0 - second**self._done) / (1.0 - first**self._done)
        for value, gradient, mean, square in zip(
            self._parameters, gradients, self._means, self._squares, strict=True
        ):
            mean += (1.0 - first) * (gradient - mean)
            square += (1.0 - second) * (gradient * gradient - square)
            if value.ndim > 1:
                value *= 1.0 - rate * _DECAY
            value -= rate * unbiased * mean / (np.sqrt(square) + 1e-8)


def _scaled(x: Any) -> tuple[Floats, Floats, Floats]:
    """Inputs of mean 0 and standard deviation 1 (row-major), their means and deviations."""
    mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = x.std(axis=0, dtype=np.float64).astype(np.float32)
    spread[spread == 0.0] = 1.0
    scaled = np.subtract(x, mean, order="C", dtype=np.float32, casting="same_kind")
    scaled /= spread
    return scaled, mean, spread
