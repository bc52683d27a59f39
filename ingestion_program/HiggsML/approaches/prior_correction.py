"""Shares of the classes that are not those of the training, corrected in the probabilities."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import clone

from ..arrays import Array
from ..errors import ApproachError
from .wrapper import Wrapper

__all__ = ["PriorCorrected", "corrected"]


class PriorCorrected(Wrapper):
    """Corrects probabilities for other shares of the classes than those of the training.

    By Bayes' theorem p_k becomes p_k q_k / t_k, up to a factor that makes the sum one, with the
    shares t_k of the training (weighted) and q_k of the events that are to be classified.

    Args:
        estimator: the classifier; its probabilities should be calibrated.
        priors: q_k by class; None: all alike.

    Attributes:
        estimator_: the fitted classifier.
        classes_: labels, sorted.
        training_priors_: t_k, in the order of the classes.
    """

    def __init__(self, estimator: Any, priors: Mapping[Any, float] | None = None) -> None:
        self.estimator = estimator
        self.priors = priors

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train, and note the shares of the classes.

        Args:
            x: (n, d) features of each event.
            y: (n,) classes.
            sample_weight: (n,) weights of the events; None: all the same.

        Returns:
            The object itself.
        """
        x, y, weights, codes = self._validated(x, y, sample_weight)
        self.estimator_ = clone(self.estimator).fit(x, y, sample_weight=weights)
        sums = np.bincount(codes, weights)
        self.training_priors_ = sums / sums.sum()
        return self

    def _probabilities(self, x: npt.NDArray[Any]) -> Array:
        return corrected(self.estimator_.predict_proba(x), self.training_priors_, self._wanted())

    def _wanted(self) -> Array:
        labels = self.classes_.tolist()
        if self.priors is None:
            return np.full(len(labels), 1.0 / len(labels))
        if set(self.priors) != set(labels):
            raise ApproachError(
                "each class needs a share.",
                where="priors",
                value=dict(self.priors),
                fix=f"the classes are {labels}.",
            )
        return np.array([self.priors[label] for label in labels], dtype=np.float64)


def corrected(probabilities: Array, training: Array, wanted: Array) -> Array:
    """Probabilities p_k q_k / t_k, normalised.

    Args:
        probabilities: (n, K).
        training: (K,) shares t_k that they hold for.
        wanted: (K,) shares q_k.
    """
    found = probabilities * (wanted / training)
    total = found.sum(axis=1, keepdims=True)
    return np.asarray(
        np.divide(found, total, out=np.full_like(found, 1.0 / len(wanted)), where=total > 0.0)
    )
