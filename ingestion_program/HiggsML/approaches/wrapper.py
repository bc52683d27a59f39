"""What classifiers that wrap another one have in common."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..arrays import Array, Positions
from ..errors import ApproachError

__all__ = ["Wrapper"]


class Wrapper(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """A classifier that does something to another one."""

    def predict(self, x: Any) -> npt.NDArray[Any]:
        """The most probable class of each event, (n,)."""
        probabilities = self.predict_proba(x)
        found: npt.NDArray[Any] = self.classes_[probabilities.argmax(axis=1)]
        return found

    def predict_proba(self, x: Any) -> Array:
        """Probability of each class, (n, classes)."""
        check_is_fitted(self)
        return self._probabilities(validate_data(self, x, reset=False, allow_nd=True, dtype=None))

    def _probabilities(self, x: npt.NDArray[Any]) -> Array:
        raise NotImplementedError

    def _validated(
        self, x: Any, y: Any, sample_weight: Any
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any], Array, Positions]:
        """Rows, labels, weights and codes of classes, which are set; rows may be sets or images."""
        x, y = validate_data(self, x, y, allow_nd=True, dtype=None)
        check_classification_targets(y)
        weights = _check_sample_weight(sample_weight, x, dtype=np.float64)
        self.classes_, codes = np.unique(y, return_inverse=True)
        sums = np.bincount(codes, weights)
        if len(sums) < 2 or not (sums > 0.0).all():
            raise ApproachError(
                "one class is not enough, and the weights of each class must sum to more than"
                " zero.",
                value=dict(zip(self.classes_.tolist(), sums.tolist(), strict=True)),
            )
        return x, y, weights, codes
