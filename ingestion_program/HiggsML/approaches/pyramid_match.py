"""The pyramid match kernel of sets of objects, as sparse features of each set.

At level i the space of an object's features is cut into cells whose sides are 2^i times the finest
ones. I_i, the number of objects of two sets that can be matched one to one within cells, is the sum
over cells of the smaller of the two counts. A match that is new at level i counts w_i = 2^-i
(Grauman and Darrell, JMLR 8 (2007) 725):

    K(x, y) = sum_i w_i (I_i - I_{i-1}) = sum_i (w_i - w_{i+1}) I_i,    w after the last level = 0.

The smaller of two counts is the inner product of their unary codes, (1, 1, 0, 0, ...) for 2. So
there is one column for each level, cell and number of the object within the cell, of value
sqrt(w_i - w_{i+1}), and the inner product of two rows is K(x, y), without any matrix of all pairs.
K(x, x) is the number of objects, by whose root a row is divided.
"""

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.linear_model import SGDClassifier
from sklearn.utils.validation import check_is_fitted

from ..arrays import Array
from ..errors import ApproachError, DataError

__all__ = ["EVENT_SIDES", "PyramidFeatures", "PyramidMatch"]

EVENT_SIDES = (*(1 / 32,) * 4, 0.25, 0.5, 0.25, 0.25)
"""Finest cells of `representations.event_objects`: kinds (apart at six levels), ln pT, eta, phi."""

_CHUNK = 16_384  # sets whose cells fit into the cache
_PREDICTED = 131_072  # sets whose rows are in memory at a time
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio


class PyramidFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Turns sets of objects into rows whose inner products are the normalised pyramid match kernel.

    A linear classifier of the rows is one of the kernel, and can be trained piece by piece. Columns
    are numbered by a hash: two of them are the same one now and then (in 2^18 columns rarely).

    Args:
        sides: of the finest cells, one for each feature of an object.
        levels: number of cell sizes, each twice the one before.
        n_columns: of the result.
    """

    def __init__(
        self, sides: tuple[float, ...], *, levels: int = 6, n_columns: int = 1 << 18
    ) -> None:
        self.sides = sides
        self.levels = levels
        self.n_columns = n_columns

    def fit(self, x: Any, y: Any = None) -> Self:  # noqa: ARG002  scikit-learn's argument
        """Check the arguments; nothing is learnt.

        Args:
            x: (n, m, d) sets: m vectors of d numbers for each event.
            y: not looked at; pipelines pass it.

        Returns:
            The object itself.

        Raises:
            ApproachError: sides or levels that make no cells.
            DataError: x is no array of sets.
        """
        sides = np.asarray(self.sides, dtype=np.float64)
        if sides.ndim != 1 or not (sides > 0.0).all() or self.levels < 1 or self.n_columns < 1:
            raise ApproachError(
                "sides must be positive, and levels and columns at least one.",
                where="PyramidFeatures",
                value=(self.sides, self.levels, self.n_columns),
            )
        self._checked(x)
        return self

    def transform(self, x: Any) -> csr_array:
        """Sparse rows of norm 1, (n, n_columns).

        Args:
            x: (n, m, d) sets of at most m objects with d features each; an object that is absent is
                a row of zeros. The order of the objects makes no difference. A set without any
                object becomes a row of zeros.

        Raises:
            DataError: x is no array of sets.
        """
        sets = self._checked(x)
        pieces = [sets[i : i + _CHUNK] for i in range(0, len(sets), _CHUNK)] or [sets]
        entries = [self._entries(piece) for piece in pieces]
        data, columns, counts = (np.concatenate(parts) for parts in zip(*entries, strict=True))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(columns.dtype)
        return csr_array((data, columns, starts), shape=(len(sets), self.n_columns))

    def _checked(self, x: Any) -> npt.NDArray[Any]:
        sets = np.asarray(x)
        if sets.ndim != 3 or sets.shape[2] != len(self.sides) or not np.isfinite(sets).all():
            raise DataError(
                f"sets of objects with {len(self.sides)} finite features are needed.",
                where="PyramidFeatures",
                value=f"shape {sets.shape}",
                fix="give an array (sets, objects, features); absent objects are rows of zeros.",
            )
        return sets

    def _entries(
        self, sets: npt.NDArray[Any]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.signedinteger[Any]], Array]:
        """Values and columns of the entries, row by row, and how many each row has."""
        n, m, d = sets.shape
        present = np.asarray(sets.any(axis=2))
        size = present.sum(axis=1)
        cells = np.floor(sets / np.asarray(self.sides, dtype=sets.dtype)).astype(np.int64)
        factors = _mixed(np.arange(1, d + 1, dtype=np.uint64)) | np.uint64(1)
        earlier = np.tri(m, k=-1, dtype=np.bool_) & present[:, None, :]
        width = np.int32 if self.n_columns < 1 << 31 else np.int64
        columns = np.empty((n, self.levels, m), dtype=width)
        for level in range(self.levels):
            keys = (cells.view(np.uint64) * factors).sum(axis=2) + np.uint64(level)
            number = ((keys[:, :, None] == keys[:, None, :]) & earlier).sum(axis=2)
            keys = _mixed(keys + number.astype(np.uint64) * _ODD)
            columns[:, level] = keys % np.uint64(self.n_columns)
            cells >>= 1
        weights = 0.5 ** np.arange(self.levels)
        steps = np.sqrt(weights - np.append(weights[1:], 0.0))
        values = steps / np.sqrt(np.maximum(size, 1))[:, None]
        there = np.broadcast_to(present[:, None, :], columns.shape)
        data = np.broadcast_to(values[:, :, None], columns.shape)[there]
        return data, columns[there], size * self.levels


def _mixed(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Keys with all bits stirred: the finaliser of SplitMix64 (Steele et al., OOPSLA 2014)."""
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


class PyramidMatch(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """A linear classifier of the pyramid match kernel of sets, trained by gradient descent.

    Args:
        sides: of the finest cells, one for each feature of an object; the default suits
            `representations.event_objects`.
        levels: number of cell sizes.
        n_columns: of the features.
        alpha: strength of the penalty on squared weights.
        passes: over the training events.
        random_state: of the order of the events.

    Attributes:
        linear_: the fitted `sklearn.linear_model.SGDClassifier`; weights are averaged over the
            steps.
        classes_: labels, sorted.
    """

    def __init__(
        self,
        sides: tuple[float, ...] = EVENT_SIDES,
        *,
        levels: int = 6,
        n_columns: int = 1 << 18,
        alpha: float = 3e-6,
        passes: int = 6,
        random_state: Any = None,
    ) -> None:
        self.sides = sides
        self.levels = levels
        self.n_columns = n_columns
        self.alpha = alpha
        self.passes = passes
        self.random_state = random_state

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train on sets (n, m, d) with labels (n,) and weights (n,).

        Args:
            x: (n, m, d) sets: m vectors of d numbers for each event.
            y: (n,) classes.
            sample_weight: (n,) weights of the events; None: all the same.

        Returns:
            The object itself.
        """
        rows = self._features().fit_transform(x)
        self.linear_ = self._linear().fit(rows, y, sample_weight=sample_weight)
        self.classes_ = self.linear_.classes_
        return self

    def partial_fit(self, x: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train on some more sets, once; the first call needs all labels that may come.

        Args:
            x: (n, m, d) sets: m vectors of d numbers for each event.
            y: (n,) classes.
            classes: (k,) all labels that may come; the first call needs them.
            sample_weight: (n,) weights of the events; None: all the same.

        Returns:
            The object itself.
        """
        if not hasattr(self, "linear_"):
            self.linear_ = self._linear()
        rows = self._features().fit_transform(x)
        self.linear_.partial_fit(rows, y, classes=classes, sample_weight=sample_weight)
        self.classes_ = self.linear_.classes_
        return self

    def predict_proba(self, x: Any) -> Array:
        """Probability of each class, (n, classes).

        Args:
            x: (n, m, d) sets: m vectors of d numbers for each event.
        """
        check_is_fitted(self)
        features = self._features().fit(x)
        sets = np.asarray(x)
        found = np.empty((len(sets), len(self.classes_)))
        for start in range(0, len(sets), _PREDICTED):
            here = slice(start, start + _PREDICTED)
            found[here] = self.linear_.predict_proba(features.transform(sets[here]))
        return found

    def predict(self, x: Any) -> npt.NDArray[Any]:
        """The most probable class of each set, (n,).

        Args:
            x: (n, m, d) sets: m vectors of d numbers for each event.
        """
        found: npt.NDArray[Any] = self.classes_[self.predict_proba(x).argmax(axis=1)]
        return found

    def _features(self) -> PyramidFeatures:
        return PyramidFeatures(self.sides, levels=self.levels, n_columns=self.n_columns)

    def _linear(self) -> SGDClassifier:
        return SGDClassifier(
            loss="log_loss",
            alpha=self.alpha,
            max_iter=self.passes,
            tol=None,
            average=True,
            random_state=self.random_state,
        )
