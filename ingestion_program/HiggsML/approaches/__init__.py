"""Classifiers of events, each a value of one slot: the classifier of a `Measurement`.

An approach is a scikit-learn classifier: `fit(x, y, sample_weight)`, `predict_proba(x)` and
`classes_`. Its classes are codes of processes, that of the signal first. `APPROACHES` has them by
name. Libraries that are extras are imported where an approach is fitted, not here.
"""

from .balance import Balanced
from .catalogue import APPROACHES, Entry
from .cut_and_count import CutAndCount
from .cuts import Cut
from .description import Description, describe
from .estimators import (
    NetworkAtPriors,
    ada_boost,
    boosted_trees,
    extra_trees,
    histogram_boosting,
    linear_svc,
    logistic_regression,
    network,
    random_forest,
    ridge,
    single_tree,
    strong_boosted_trees,
    three_layer_network,
    two_layer_network,
)
from .persistence import load_approach, save
from .prior_correction import PriorCorrected
from .pyramid_match import PyramidFeatures, PyramidMatch

__all__ = [
    "APPROACHES",
    "Balanced",
    "Cut",
    "CutAndCount",
    "Description",
    "Entry",
    "NetworkAtPriors",
    "PriorCorrected",
    "PyramidFeatures",
    "PyramidMatch",
    "ada_boost",
    "boosted_trees",
    "describe",
    "extra_trees",
    "histogram_boosting",
    "linear_svc",
    "load_approach",
    "logistic_regression",
    "network",
    "random_forest",
    "ridge",
    "save",
    "single_tree",
    "strong_boosted_trees",
    "three_layer_network",
    "two_layer_network",
]
