"""The five modes told apart: a baseline, what it uses, and cures for classes of unequal weight.

Nine expected events in ten are gluon fusion. A classifier that is trained on expected events
answers with this mode; one that is trained on modes of equal weight tells them apart. None of this
biases a measurement, whose templates know how often a mode is taken for another, but it costs
precision.

Negative weights enter the training with their absolute value, or, where a classifier takes no
weights, as the events that they are; in the tables they stay negative.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import AdaBoostClassifier, RandomForestClassifier
from sklearn.model_selection import GridSearchCV

from HiggsML.arrays import Array, Floats, Positions
from HiggsML.errors import RunError
from HiggsML.metrics import log_loss, weighted_confusion
from HiggsML.progress import progress_bar

from .measurement import classifier
from .mini_trees import MODES
from .processing import SelectedEvents

__all__ = ["BASELINE", "Trained", "comparison", "train_all", "used_columns"]

BASELINE = "forest, equal modes"

GRID = {"learning_rate": [0.05, 0.15, 0.4], "max_depth": [3, 5]}

Fit = Callable[[Floats, Positions, Array], Any]
"""Trains on a table, positions of modes and positive weights."""


@dataclass(frozen=True)
class Trained:
    """What a classifier makes of events that it was not trained on.

    Attributes:
        name: the classifier, and how its classes were balanced.
        counts: (K, K) events by true (rows) and predicted mode.
        weights: (K, K) expected events.
        log_loss: that of modes of equal weight.
        importances: (columns,) of a forest; empty for others.
    """

    name: str
    counts: Array
    weights: Array
    log_loss: float
    importances: Array


def train_all(
    training: SelectedEvents, test: SelectedEvents, columns: Sequence[str], rows: int = 10_000
) -> list[Trained]:
    """Train all classifiers, and the forest of equal modes again on the columns that it uses most.

    Args:
        training: events, of which about `rows` are used: ensembles are slow.
        test: other events.
        columns: what the classifiers see.
        rows: of all modes.

    Raises:
        RunError: imbalanced-learn is not installed.
    """
    some = training.part(np.arange(0, len(training.mode), max(1, len(training.mode) // rows)))
    fits = _fits()
    found = {}
    with progress_bar(total=len(fits) + 1, desc="classifiers") as bar:
        for name, fit in fits.items():
            found[name] = _trained(name, fit, some, test, columns)
            bar.update()
        used = used_columns(found[BASELINE].importances, columns)
        name = f"{BASELINE}, {len(used)} columns"
        found[name] = _trained(name, fits[BASELINE], some, test, used)
        bar.update()
    return list(found.values())


def used_columns(importances: Array, columns: Sequence[str]) -> list[str]:
    """The columns whose importance is above the mean."""
    mean = 1.0 / len(columns)
    return [column for column, one in zip(columns, importances, strict=True) if one > mean]


def comparison(trained: Sequence[Trained]) -> pd.DataFrame:
    """One row for each classifier: how much of each mode it finds.

    `taken for ggF` is the share of all expected events, `found` the mean over modes of the share of
    events that are recognised, `log loss` that of modes of equal weight (ln 5 = 1.61 for a guess).
    """
    rows = []
    for one in trained:
        share = one.counts / one.counts.sum(axis=1, keepdims=True)
        rows.append(
            {
                "taken for ggF": one.weights[:, 0].sum() / one.weights.sum(),
                "found": np.diag(share).mean(),
                **{f"{mode.name} found": share[k, k] for k, mode in enumerate(MODES)},
                "log loss": one.log_loss,
            }
        )
    return pd.DataFrame(rows, index=pd.Index([one.name for one in trained], name="classifier"))


def _trained(
    name: str, fit: Fit, training: SelectedEvents, test: SelectedEvents, columns: Sequence[str]
) -> Trained:
    model = fit(training.columns(columns), training.mode, np.abs(training.weights))
    probabilities = model.predict_proba(test.columns(columns))
    answers = probabilities.argmax(axis=1)
    classes = np.arange(len(MODES))
    return Trained(
        name,
        weighted_confusion(test.mode, answers, classes=classes),
        weighted_confusion(test.mode, answers, test.weights, classes=classes),
        log_loss(probabilities, test.mode, 1.0 / np.bincount(test.mode)[test.mode]),
        getattr(model, "feature_importances_", np.empty(0)),
    )


def _equal(mode: Positions, weights: Array) -> Array:
    """Weights of the same sum for each mode, one for each event on average."""
    sums = np.bincount(mode, weights)
    equal: Array = weights * (len(mode) / len(sums) / sums)[mode]
    return equal


def _forest() -> RandomForestClassifier:
    return RandomForestClassifier(60, min_samples_leaf=10, random_state=1)


def _fits() -> dict[str, Fit]:
    """The trainings, by name."""
    try:
        from imblearn.ensemble import BalancedBaggingClassifier, EasyEnsembleClassifier
        from imblearn.under_sampling import RandomUnderSampler
    except ImportError:
        raise RunError(
            "balanced ensembles need imbalanced-learn.", fix="pip install 'HiggsML[imbalance]'"
        ) from None
    few = {"sampling_strategy": "not minority", "random_state": 1}
    return {
        "forest, expected events": lambda x, mode, w: _forest().fit(x, mode, w),
        "forest, equal modes": lambda x, mode, w: _forest().fit(x, mode, _equal(mode, w)),
        "forest, under-sampled": lambda x, mode, _: _forest().fit(
            *RandomUnderSampler(**few).fit_resample(x, mode)
        ),
        "bagging, 20 under-sampled trees": lambda x, mode, _: BalancedBaggingClassifier(
            n_estimators=20, **few
        ).fit(x, mode),
        "EasyEnsemble, 6 x AdaBoost(50)": lambda x, mode, _: EasyEnsembleClassifier(
            6, AdaBoostClassifier(n_estimators=50), **few
        ).fit(x, mode),
        "boosted trees, equal modes": lambda x, mode, w: classifier().fit(
            x, mode, sample_weight=_equal(mode, w)
        ),
        "boosted trees, rate and depth from a grid": lambda x, mode, w: GridSearchCV(
            classifier(), GRID, cv=3, scoring="neg_log_loss"
        ).fit(x, mode, sample_weight=_equal(mode, w)),
    }
