"""Classes of unequal size: training with other shares, and shares corrected afterwards.

A classifier is trained on some shares of the classes and used on others. `Balanced` changes those
of the training rows, by weights or by rows that are left out, drawn or made; `PriorCorrected`
multiplies the probabilities with the ratio of the shares. Training rows only: templates, metrics
and tables are made of physical weights.
"""

import importlib.util
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ..arrays import Array, Positions
from ..errors import ApproachError, did_you_mean

__all__ = ["Balanced", "PriorCorrected", "class_weights", "corrected"]

How = Literal["weights", "under", "smote", "adasyn", "bagging", "easy"]

_FEWER = ("under", "bagging", "easy")
_MORE = ("smote", "adasyn")
_NEIGHBOURS = 5  # of an event, among which new ones are made


def class_weights(y: Any, sample_weight: Any = None) -> dict[Any, float]:
    """The factor on the weights of each class that makes all classes alike: N / (K n_k).

    Args:
        y: (n,) labels of K classes.
        sample_weight: (n,); N and n_k are sums of them. None: numbers of rows.

    >>> class_weights([0, 0, 0, 1])
    {0: 0.6666666666666666, 1: 2.0}
    """
    classes, codes = np.unique(y, return_inverse=True)
    sums = np.bincount(codes, sample_weight)
    factors = sums.sum() / len(classes) / sums
    return dict(zip(classes.tolist(), factors.tolist(), strict=True))


class _Wrapper(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # no types
    """A classifier that does something to another one, which is `estimator_` after `fit`."""

    def predict(self, x: Any) -> npt.NDArray[Any]:
        """The most probable class of each event, (n,)."""
        probabilities = self.predict_proba(x)
        found: npt.NDArray[Any] = self.classes_[probabilities.argmax(axis=1)]
        return found

    def predict_proba(self, x: Any) -> Array:
        """Probability of each class, (n, classes)."""
        check_is_fitted(self)
        return np.asarray(self.estimator_.predict_proba(x))


class Balanced(_Wrapper):
    """Trains a classifier on classes of equal, or other, shares.

    Where rows are drawn or made, weights are honoured within a class, by drawing as many rows as
    the class has in proportion to weight; between classes the shares decide.

    Args:
        estimator: the classifier.
        how: "weights": factors on the weights. "under": rows of large classes are left out.
            "smote", "adasyn": rows of small classes are made between neighbours, by ADASYN more of
            them where other classes are near. "bagging": ten copies of the classifier, each on a
            balanced sample. "easy": the same, of a boosted classifier (EasyEnsemble). All but the
            first need the extra `imbalance`.
        targets: the wanted rows of a class (for "weights": the wanted weight) as a share of all
            rows that are given; classes that are not named keep theirs. None: all classes alike.
        random_state: of the rows that are drawn.

    Attributes:
        estimator_: the fitted classifier.
        classes_: labels, sorted.
    """

    def __init__(
        self,
        estimator: Any,
        how: How = "weights",
        *,
        targets: Mapping[Any, float] | None = None,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.how = how
        self.targets = targets
        self.random_state = random_state

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Balance the rows and train.

        Raises:
            ApproachError: the rows cannot be balanced in this way, or the extra is not installed.
        """
        known = ("weights", *_FEWER, *_MORE)
        if self.how not in known:
            raise ApproachError(
                "unknown way to balance.", value=self.how, fix=did_you_mean(self.how, known)
            )
        x, y = np.asarray(x), np.asarray(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.estimator_ = clone(self.estimator)
        if self.how == "weights":
            self.estimator_.fit(x, y, sample_weight=self._weights(codes, sample_weight))
            return self
        rows = _drawn_rows(codes, sample_weight, check_random_state(self.random_state))
        x, y, codes = x[rows], y[rows], codes[rows]
        counts = dict(zip(self.classes_.tolist(), self._counts(codes).tolist(), strict=True))
        if self.how in ("bagging", "easy"):
            self.estimator_ = _ensemble(self.how, self.estimator_, counts, self.random_state)
            self.estimator_.fit(x, y)
        else:
            flat, labels = self._resampled(x.reshape(len(x), -1), y, counts)
            self.estimator_.fit(flat.reshape(-1, *x.shape[1:]), labels)
        return self

    def _weights(self, codes: Positions, sample_weight: Any) -> Array:
        weights = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight)
        sums = np.bincount(codes, weights)
        return np.asarray(weights * (self._wanted(sums, sums.mean()) / sums)[codes])

    def _counts(self, codes: Positions) -> Positions:
        """The wanted rows of each class."""
        counts = np.bincount(codes)
        equal = counts.min() if self.how in _FEWER else counts.max()
        wanted = np.rint(self._wanted(counts, equal)).astype(np.intp)
        wrong = wanted > counts if self.how in _FEWER else wanted < counts
        if wrong.any():
            raise ApproachError(
                f"'{self.how}' makes classes {'smaller' if self.how in _FEWER else 'larger'} only.",
                where=f"class {self.classes_[wrong][0]}",
                value=f"{wanted[wrong][0]} rows wanted, {counts[wrong][0]} there",
                fix="change its target, or leave it out.",
            )
        return np.maximum(wanted, 1)

    def _wanted(self, sizes: npt.NDArray[Any], equal: float) -> Array:
        """Size of each class, in the unit of `sizes`."""
        if self.targets is None:
            return np.full(len(sizes), float(equal))
        wanted = sizes.astype(np.float64)
        labels = self.classes_.tolist()
        for label, share in self.targets.items():
            if label not in labels:
                fix = did_you_mean(label, labels)
                raise ApproachError("no row has this class.", where="targets", value=label, fix=fix)
            wanted[labels.index(label)] = share * sizes.sum()
        return wanted

    def _resampled(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], counts: dict[Any, int]
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Rows of the wanted numbers."""
        sampler = _sampler(self.how, counts, y, self.random_state)
        try:
            found, labels = sampler.fit_resample(x, y)
        except (ValueError, RuntimeError) as error:
            small = min(counts, key=lambda label: int(np.count_nonzero(y == label)))
            raise ApproachError(
                f"'{self.how}' can make no rows: {error}",
                where=f"class {small}",
                value=f"{np.count_nonzero(y == small)} rows",
                fix="give more rows of this class, or take how='weights'.",
            ) from error
        return found, labels


class PriorCorrected(_Wrapper):
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
        """Train, and note the shares of the classes."""
        self.estimator_ = clone(self.estimator).fit(x, y, sample_weight=sample_weight)
        self.classes_, codes = np.unique(y, return_inverse=True)
        sums = np.bincount(codes, sample_weight)
        self.training_priors_ = sums / sums.sum()
        return self

    def predict_proba(self, x: Any) -> Array:
        """Probability of each class, (n, classes)."""
        return corrected(super().predict_proba(x), self.training_priors_, self._wanted())

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


def _drawn_rows(codes: Positions, sample_weight: Any, rng: np.random.RandomState) -> Positions:
    """Rows, as many of each class as there are, drawn in proportion to their weights."""
    rows = np.arange(len(codes))
    if sample_weight is None:
        return rows
    weights = np.asarray(sample_weight, dtype=np.float64)
    if (weights < 0.0).any():
        raise ApproachError(
            "rows with negative weights cannot be drawn in proportion to them.",
            where="sample_weight",
            value=float(weights.min()),
            fix="leave these rows out, or take how='weights'.",
        )
    for code in np.unique(codes):
        here = np.flatnonzero(codes == code)
        own = weights[here]
        if (own != own[0]).any():
            rows[here] = rng.choice(here, len(here), p=own / own.sum())
    return rows


def _sampler(how: str, counts: dict[Any, int], y: npt.NDArray[Any], seed: Any) -> Any:
    _need_library()
    from imblearn.over_sampling import ADASYN, SMOTE
    from imblearn.under_sampling import RandomUnderSampler

    if how == "under":
        return RandomUnderSampler(sampling_strategy=counts, random_state=seed)
    fewest = min(int(np.count_nonzero(y == label)) for label in counts)
    neighbours = min(_NEIGHBOURS, max(fewest - 1, 1))
    if how == "smote":
        return SMOTE(sampling_strategy=counts, random_state=seed, k_neighbors=neighbours)
    return ADASYN(sampling_strategy=counts, random_state=seed, n_neighbors=neighbours)


def _ensemble(how: str, estimator: Any, counts: dict[Any, int], seed: Any) -> Any:
    _need_library()
    from imblearn.ensemble import BalancedBaggingClassifier, EasyEnsembleClassifier

    kind = BalancedBaggingClassifier if how == "bagging" else EasyEnsembleClassifier
    return kind(estimator, n_estimators=10, sampling_strategy=counts, random_state=seed)


def _need_library() -> None:
    if importlib.util.find_spec("imblearn") is None:
        raise ApproachError(
            "imbalanced-learn is needed to draw or make rows.",
            fix="pip install 'HiggsML[imbalance]', or take how='weights'.",
        )
