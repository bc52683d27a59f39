"""Classes of unequal size: training with other shares than those of the rows.

Training rows only: templates, metrics and tables are made of physical weights, and no row that is
made here is one of validation.
"""

import importlib.util
from collections.abc import Mapping
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import clone
from sklearn.utils import check_random_state

from ..arrays import Array, Positions
from ..errors import ApproachError, did_you_mean
from .wrapper import Wrapper

__all__ = ["Balanced", "class_weights", "drawn_rows"]

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


class Balanced(Wrapper):
    """Trains a classifier on classes of equal, or other, shares.

    Rows that are drawn are drawn in proportion to their weights, so that the classifier needs none;
    between classes the shares decide.

    Args:
        estimator: the classifier.
        how: "weights": factors on the weights. "under": rows of large classes are left out.
            "bagging", "easy": copies of the classifier, each on such a sample of its own, whose
            probabilities are averaged; for "bagging" rows are drawn with replacement, and "easy" is
            meant for AdaBoost (EasyEnsemble). "smote", "adasyn": rows of small classes are made
            between neighbours, by ADASYN more of them where other classes are near; these two need
            the extra `imbalance`.
        targets: the wanted rows of a class (for "weights": the wanted weight) as a share of all
            rows that are given; classes that are not named keep theirs. None: all classes alike.
        copies: of the classifier, for "bagging" and "easy".
        random_state: of the rows that are drawn or made.

    Attributes:
        estimators_: the fitted classifiers.
        classes_: labels, sorted.
    """

    def __init__(
        self,
        estimator: Any,
        how: How = "weights",
        *,
        targets: Mapping[Any, float] | None = None,
        copies: int = 10,
        random_state: Any = None,
    ) -> None:
        self.estimator = estimator
        self.how = how
        self.targets = targets
        self.copies = copies
        self.random_state = random_state

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Balance the rows and train.

        Args:
            x: (n, d) features of each event.
            y: (n,) classes.
            sample_weight: (n,) weights of the events; None: all the same.

        Returns:
            The object itself.

        Raises:
            ApproachError: the rows cannot be balanced in this way, or the extra is not installed.
        """
        known = ("weights", *_FEWER, *_MORE)
        if self.how not in known:
            fix = did_you_mean(self.how, known)
            raise ApproachError("unknown way to balance.", value=self.how, fix=fix)
        x, y, weights, codes = self._validated(x, y, sample_weight)
        rng = check_random_state(self.random_state)
        if self.how == "weights":
            sums = np.bincount(codes, weights)
            factors = self._wanted(sums, sums.mean()) / sums
            self.estimators_ = [
                clone(self.estimator).fit(x, y, sample_weight=weights * factors[codes])
            ]
            return self
        counts = self._counts(codes)
        if self.how in _MORE:
            rows = drawn_rows(codes, np.bincount(codes), weights, rng)
            made = self._with_made_rows(x[rows], y[rows], counts)
            self.estimators_ = [clone(self.estimator).fit(*made)]
            return self
        self.estimators_ = []
        for _ in range(1 if self.how == "under" else self.copies):
            rows = drawn_rows(codes, counts, weights, rng, again=self.how == "bagging")
            self.estimators_.append(clone(self.estimator).fit(x[rows], y[rows]))
        return self

    def _probabilities(self, x: npt.NDArray[Any]) -> Array:
        found = [estimator.predict_proba(x) for estimator in self.estimators_]
        return np.asarray(sum(found) / len(found))

    def _counts(self, codes: Positions) -> Positions:
        """The wanted rows of each class."""
        counts = np.bincount(codes)
        fewer = self.how in _FEWER
        equal = counts.min() if fewer else counts.max()
        wanted = np.maximum(np.rint(self._wanted(counts, equal)).astype(np.intp), 1)
        wrong = wanted > counts if fewer else wanted < counts
        if wrong.any():
            raise ApproachError(
                f"'{self.how}' makes a class {'smaller' if fewer else 'larger'} only.",
                where=f"class {self.classes_[wrong][0]}",
                value=f"{wanted[wrong][0]} rows wanted, {counts[wrong][0]} there",
                fix="change its target, or leave it out.",
            )
        return wanted

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

    def _with_made_rows(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], counts: Positions
    ) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """These rows, and made ones up to the wanted numbers."""
        there = {label: int(np.count_nonzero(y == label)) for label in self.classes_.tolist()}
        small = min(there, key=lambda label: there[label])
        wanted = dict(zip(there, counts.tolist(), strict=True))
        sampler = _sampler(self.how, wanted, min(_NEIGHBOURS, there[small] - 1), self.random_state)
        try:
            flat, labels = sampler.fit_resample(x.reshape(len(x), -1), y)
        except (ValueError, RuntimeError) as error:
            raise ApproachError(
                f"'{self.how}' can make no rows: {error}",
                where=f"class {small}",
                value=f"{there[small]} rows",
                fix="give more rows of this class, or take how='weights'.",
            ) from error
        return flat.reshape(-1, *x.shape[1:]), labels


def drawn_rows(
    codes: Positions,
    counts: Positions,
    weights: Array,
    rng: np.random.RandomState,
    *,
    again: bool = False,
) -> Positions:
    """Rows of each class, so many of them, drawn in proportion to their weights.

    Args:
        codes: (n,) class of each row.
        counts: (K,) rows wanted of each class.
        weights: (n,).
        rng: draws.
        again: whether a row may come twice; where weights differ, any may.

    Raises:
        ApproachError: a weight is negative.
    """
    if (weights < 0.0).any():
        raise ApproachError(
            "rows with negative weights cannot be drawn in proportion to them.",
            where="sample_weight",
            value=float(weights.min()),
            fix="leave these rows out, or take how='weights'.",
        )
    drawn = []
    for code, count in enumerate(counts):
        here = np.flatnonzero(codes == code)
        own = weights[here]
        if (own != own[0]).any():
            drawn.append(rng.choice(here, count, p=own / own.sum()))
        elif again or count < len(here):
            drawn.append(rng.choice(here, count, replace=again))
        else:
            drawn.append(here)
    return np.concatenate(drawn)


def _sampler(how: str, wanted: dict[Any, int], neighbours: int, seed: Any) -> Any:
    if importlib.util.find_spec("imblearn") is None:
        raise ApproachError(
            "imbalanced-learn is needed to make rows.",
            fix="pip install 'HiggsML[imbalance]', or take how='weights'.",
        )
    from imblearn.over_sampling import ADASYN, SMOTE

    arguments = {"sampling_strategy": wanted, "random_state": seed}
    if how == "smote":
        return SMOTE(**arguments, k_neighbors=neighbours)
    return ADASYN(**arguments, n_neighbors=neighbours)
