"""The five modes told apart: a baseline, what it uses, and cures for classes of unequal weight.

Nine expected events in ten are gluon fusion. A classifier that is trained on expected events
answers with this mode; one that is trained on modes of equal weight tells them apart. None of this
biases a measurement, whose templates know how often a mode is taken for another, but it costs
precision.

Negative weights enter the training with their absolute value; in the tables they stay negative.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV

from HiggsML.approaches import Balanced, ada_boost, random_forest, single_tree
from HiggsML.arrays import Array
from HiggsML.metrics import log_loss, weighted_confusion
from HiggsML.progress import progress_bar

from .measurement import classifier
from .mini_trees import MODES
from .processing import SelectedEvents

__all__ = ["BASELINE", "Trained", "comparison", "train_all", "used_columns"]

BASELINE = "forest, equal modes"

_GRID = {"estimator__learning_rate": [0.05, 0.15, 0.4], "estimator__max_depth": [3, 5]}


def _classifiers() -> dict[str, Any]:
    """The classifiers, by name, not fitted."""
    boosted = Balanced(classifier())
    return {
        "forest, expected events": random_forest(),
        BASELINE: Balanced(random_forest()),
        "forest, under-sampled": Balanced(random_forest(), "under", random_state=1),
        "bagging, 20 trees": Balanced(single_tree(), "bagging", copies=20, random_state=1),
        "EasyEnsemble, 6 AdaBoost": Balanced(ada_boost(), "easy", copies=6, random_state=1),
        "boosted trees, equal modes": boosted,
        "boosted trees, grid": GridSearchCV(boosted, _GRID, cv=3, scoring="neg_log_loss"),
    }


@dataclass(frozen=True)
class Trained:
    """What a classifier makes of events that it was not trained on.

    Attributes:
        name: the classifier, and how its classes were balanced.
        counts: (K, K) events by true (rows) and predicted mode.
        weights: (K, K) expected events.
        log_loss: that of modes of equal weight.
        importances: (columns,) of the baseline; empty for others.
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
    """
    some = training.part(np.arange(0, len(training.mode), max(1, len(training.mode) // rows)))
    models = _classifiers()
    found = []
    with progress_bar(total=len(models) + 1, desc="classifiers") as bar:
        for name, model in models.items():
            found.append(_trained(name, model, some, test, columns))
            bar.update()
            if name == BASELINE:
                used = used_columns(found[-1].importances, columns)
                name_of_used = f"{BASELINE}, {len(used)} columns"
                found.append(_trained(name_of_used, models[BASELINE], some, test, used))
                bar.update()
    return found


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
    name: str, model: Any, training: SelectedEvents, test: SelectedEvents, columns: Sequence[str]
) -> Trained:
    """Train on some events, answer for others."""
    model.fit(training.columns(columns), training.mode, sample_weight=np.abs(training.weights))
    probabilities = model.predict_proba(test.columns(columns))
    answers = probabilities.argmax(axis=1)
    classes = np.arange(len(MODES))
    inner = getattr(model, "estimators_", [model])[0]
    return Trained(
        name,
        weighted_confusion(test.mode, answers, classes=classes),
        weighted_confusion(test.mode, answers, test.weights, classes=classes),
        log_loss(probabilities, test.mode, 1.0 / np.bincount(test.mode)[test.mode]),
        inner.feature_importances_ if name == BASELINE else np.empty(0),
    )
