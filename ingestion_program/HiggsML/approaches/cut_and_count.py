"""A classifier made of cuts: an event that passes all of them is taken for signal."""

from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from ..arrays import Array, Mask, Positions
from ..errors import ApproachError, did_you_mean
from .cuts import Criterion, best_cut

__all__ = ["CutAndCount", "Topology"]

Topology = Literal["parallel", "sequential"]

_TOPOLOGIES = ("parallel", "sequential")
_CRITERIA = ("error", "significance")


class CutAndCount(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """Takes an event for signal if it passes a cut on each observable.

    Probabilities are 0 or 1 for the signal; where it is 0, those of the other classes are their
    shares among the training events that failed. So a measurement counts the events that pass.

    Args:
        topology: "parallel": each cut is the best one on all events. "sequential": each is the best
            one on the events that survive all cuts before it. An observable on which no cut is
            better than none gets none.
        n_bins: bins of each observable, with equal shares of signal and background together where
            values are continuous; cuts lie between bins.
        criterion: "error": least error rate of classes of equal weight, with cuts where the
            histograms of signal and background cross. "significance": greatest S / sqrt(S + B).
        signal: class of the signal; None: the first one, as among the codes of processes.
        yields: expected events of each class, for the significance; None: the sums of the weights,
            which must be physical then.
        names: of the observables, for the texts; None: the columns of a frame, else x0, x1, ...

    Attributes:
        cuts_: the cuts, in the order in which they were chosen.
        classes_: labels, sorted.
    """

    def __init__(
        self,
        topology: Topology = "parallel",
        *,
        n_bins: int = 50,
        criterion: Criterion = "error",
        signal: Any = None,
        yields: Mapping[Any, float] | None = None,
        names: tuple[str, ...] | None = None,
    ) -> None:
        self.topology = topology
        self.n_bins = n_bins
        self.criterion = criterion
        self.signal = signal
        self.yields = yields
        self.names = names

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Choose the cuts.

        Args:
            x: (n, observables); what is undefined may have a value of its own.
            y: (n,) labels.
            sample_weight: (n,), or None for ones.

        Returns:
            The object itself.

        Raises:
            ApproachError: an argument cannot be used, or a class has no weight.
        """
        self._check_arguments()
        x, y = validate_data(self, x, y)
        weights = _check_sample_weight(sample_weight, x, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ApproachError(
                "cuts need events of two classes, the classifier can't train with one class.",
                value=self.classes_.tolist(),
            )
        self._signal_code = self._code_of_signal()
        self._names = self._names_of(x.shape[1])
        is_signal = codes == self._signal_code
        weights = self._weights(weights, codes)
        kept = weights != 0.0
        cuts = []
        for name, values in zip(self._names, x.T, strict=True):
            here = kept if self.topology == "sequential" else weights != 0.0
            cut = best_cut(
                name, values[here], is_signal[here], weights[here], self.n_bins, self.criterion
            )
            if cut is not None:
                cuts.append(cut)
                kept &= cut.passes(values)
        self.cuts_ = tuple(cuts)
        failed = np.bincount(codes, np.where(kept, 0.0, weights), minlength=len(self.classes_))
        failed[self._signal_code] = 0.0
        if not failed.any():  # all events passed
            failed[np.arange(len(failed)) != self._signal_code] = 1.0
        self._shares = failed / failed.sum()
        return self

    def passes(self, x: Any) -> Mask:
        """Whether each event passes all cuts, (n,).

        Args:
            x: (n, d) features of each event.
        """
        check_is_fitted(self)
        x = validate_data(self, x, reset=False)
        passed = np.ones(len(x), dtype=np.bool_)
        for cut in self.cuts_:
            passed &= cut.passes(x[:, self._names.index(cut.name)])
        return passed

    def predict_proba(self, x: Any) -> Array:
        """Probability of each class, (n, classes).

        Args:
            x: (n, d) features of each event.
        """
        passed = self.passes(x)
        certain = np.eye(len(self.classes_))[self._signal_code]
        return np.asarray(np.where(passed[:, None], certain, self._shares))

    def predict(self, x: Any) -> npt.NDArray[Any]:
        """The most probable class of each event, (n,).

        Args:
            x: (n, d) features of each event.
        """
        probabilities = self.predict_proba(x)
        found: npt.NDArray[Any] = self.classes_[probabilities.argmax(axis=1)]
        return found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # of several classes it knows one
        return tags

    # --- arguments -------------------------------------------------------------------------------

    def _check_arguments(self) -> None:
        for name, value, known in (
            ("topology", self.topology, _TOPOLOGIES),
            ("criterion", self.criterion, _CRITERIA),
        ):
            if value not in known:
                raise ApproachError(f"unknown {name}.", value=value, fix=did_you_mean(value, known))
        if self.n_bins < 2:
            raise ApproachError("a cut needs two bins at least.", where="n_bins", value=self.n_bins)

    def _code_of_signal(self) -> int:
        if self.signal is None:
            return 0
        found = np.flatnonzero(self.classes_ == self.signal)
        if not len(found):
            fix = did_you_mean(self.signal, self.classes_.tolist())
            raise ApproachError("no event is signal.", value=self.signal, fix=fix)
        return int(found[0])

    def _names_of(self, n: int) -> tuple[str, ...]:
        default = getattr(self, "feature_names_in_", [f"x{i}" for i in range(n)])
        names = tuple(map(str, default if self.names is None else self.names))
        if len(set(names)) != n:
            raise ApproachError(
                f"{n} observables need as many names, each its own.", where="names", value=names
            )
        return names

    def _weights(self, weights: Array, codes: Positions) -> Array:
        """Weights with the sums that the criterion asks for."""
        sums = np.bincount(codes, weights, minlength=len(self.classes_))
        if not (sums > 0.0).all():
            raise ApproachError(
                "the weights of each class must sum to more than zero.",
                value=dict(zip(self.classes_.tolist(), sums.tolist(), strict=True)),
            )
        if self.criterion == "error":
            is_signal = codes == self._signal_code
            total = np.array([sums.sum() - sums[self._signal_code], sums[self._signal_code]])
            return np.asarray(weights / total[is_signal.astype(np.intp)])
        if self.yields is None:
            return weights
        wanted = np.array([self.yields[label] for label in self.classes_.tolist()])
        return np.asarray(weights * (wanted / sums)[codes])
