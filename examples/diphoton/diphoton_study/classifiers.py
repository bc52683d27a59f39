"""The five modes told apart: a baseline, what it uses, and cures for classes of unequal weight.

Nine expected events in ten are gluon fusion. A classifier that is trained on expected events, or on
many events of one mode, answers with this mode; one that is trained on modes of equal weight tells
them apart. None of this biases a measurement, whose templates know how often a mode is taken for
another; it costs precision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from xgboost import XGBClassifier

from HiggsML.arrays import Array, Floats, Positions
from HiggsML.errors import RunError
from HiggsML.progress import progress_bar

from .mini_trees import MODES
from .processing import SelectedEvents

__all__ = ["Trained", "compare", "train_all"]


@dataclass(frozen=True)
class Trained:
    """What a classifier makes of events that it was not trained on.

    Attributes:
        name: the classifier, and how its classes were balanced.
        counts: (K, K) events by true (rows) and predicted mode.
        weights: (K, K) expected events.
        log_loss: mean over modes of minus the log probability of the true one.
        importances: (columns,) of a forest; empty for others.
    """

    name: str
    counts: Array
    weights: Array
    log_loss: float
    importances: Array


def train_all(
    training: SelectedEvents, test: SelectedEvents, columns: Sequence[str], rows: int = 4_000
) -> list[Trained]:
    """Train each classifier; weights that are negative enter with their absolute value.

    Args:
        training: events, at most `rows` of each mode are used.
        test: other events.
        columns: what the classifiers see.
        rows: of each mode; the ensembles are slow.
    """
    some = training.part(_first(training.mode, rows))
    x, mode, weights = some.columns(columns), some.mode, np.abs(some.weights)
    even = 1.0 / np.bincount(mode)[mode] / np.bincount(mode, weights)[mode]
    found = []
    jobs: dict[str, Callable[[], Any]] = {
        "forest, expected events": lambda: _forest().fit(x, mode, weights),
        "forest, equal modes": lambda: _forest().fit(x, mode, weights * even),
    }
    return found
