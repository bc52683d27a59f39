"""The approaches by name: how each is built, what it sees, what it needs."""

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from ..arrays import Floats, Positions
from . import estimators
from .balance import Balanced
from .cut_and_count import CutAndCount, Topology
from .inputs import CUT_OBSERVABLES, cut_observables, event_sets
from .networks import DeepSets, PixelCNN
from .pyramid_match import PyramidMatch

__all__ = ["APPROACHES", "EXTRAS", "Entry"]

EXTRAS: Mapping[str, str] = MappingProxyType({"imbalance": "imblearn", "torch": "torch"})
"""The library that each extra installs."""


@dataclass(frozen=True)
class Entry:
    """How an approach is used.

    Attributes:
        build: makes the classifier, not fitted. Its classes are codes, 0 that of the signal.
        summary: what it is, in a few words.
        inputs: makes what the classifier sees out of all features (n, 28) and the rows that it
            shall see; None: the 27 inputs of `HiggsML.inference`.
        extra: what `pip install 'HiggsML[...]'` must name for it; None: nothing.
        submission: whether a measurement with it keeps the limits of a run.
    """

    build: Callable[[], Any]
    summary: str
    inputs: Callable[[Floats, Positions], Floats] | None = None
    extra: str | None = None
    submission: bool = True

    @property
    def is_installed(self) -> bool:
        """Whether the library of the extra is there."""
        return self.extra is None or importlib.util.find_spec(EXTRAS[self.extra]) is not None


def _cuts(topology: Topology) -> Callable[[], Any]:
    return partial(CutAndCount, topology=topology, criterion="significance", names=CUT_OBSERVABLES)


def _one_thread(trees: Callable[..., Any]) -> Callable[[], Any]:
    """Trees of XGBoost; a measurement has threads of its own, which would wait for each other."""
    return partial(trees, n_jobs=1)


APPROACHES: Mapping[str, Entry] = MappingProxyType(
    {
        "parallel_cuts": Entry(
            _cuts("parallel"), "the best cut of each of five observables", cut_observables
        ),
        "sequential_cuts": Entry(
            _cuts("sequential"),
            "five cuts, each the best one on what the others left",
            cut_observables,
        ),
        "single_tree": Entry(estimators.single_tree, "one decision tree"),
        "ada_boost": Entry(estimators.ada_boost, "50 boosted stumps"),
        "logistic_regression": Entry(estimators.logistic_regression, "linear, by likelihood"),
        "ridge": Entry(estimators.ridge, "linear, by least squares"),
        "linear_svc": Entry(estimators.linear_svc, "linear, of widest margin"),
        "pyramid_match": Entry(
            partial(PyramidMatch, random_state=1),
            "linear, on a kernel of sets of objects",
            event_sets,
        ),
        "random_forest": Entry(estimators.random_forest, "60 trees, averaged"),
        "extra_trees": Entry(estimators.extra_trees, "60 trees of random cuts, averaged"),
        "balanced_bagging": Entry(
            lambda: Balanced(estimators.boosted_trees(n_jobs=1), "bagging", random_state=1),
            "ten times 100 boosted trees, each on a balanced sample",
        ),
        "boosted_trees": Entry(
            _one_thread(estimators.boosted_trees), "100 boosted trees of depth 3"
        ),
        "histogram_boosting": Entry(
            estimators.histogram_boosting, "100 boosted trees of 31 leaves"
        ),
        "strong_boosted_trees": Entry(
            _one_thread(estimators.strong_boosted_trees), "100 boosted trees of depth 6"
        ),
        "deepsets": Entry(
            partial(DeepSets, random_state=1),
            "a network of sets of objects",
            event_sets,
            extra="torch",
        ),
        "pixel_cnn": Entry(
            partial(PixelCNN, random_state=1),
            "convolutions on images of a pixel for each feature",
            extra="torch",
        ),
        "network": Entry(estimators.network, "a network of two layers of 64"),
    }
)
