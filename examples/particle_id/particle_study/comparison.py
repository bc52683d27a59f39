"""Classifiers on classes of very unequal shares, each trained in five ways.

A balanced test punishes a classifier that knows the natural shares by heart: its logarithmic loss
is worse than that of the answer 1/5. Dividing the probabilities by the shares of the training, or
training on equal shares, mends that (`HiggsML.approaches.PriorCorrected`, `Balanced`).
"""

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from HiggsML.approaches import (
    Balanced,
    PriorCorrected,
    ada_boost,
    extra_trees,
    histogram_boosting,
    logistic_regression,
    random_forest,
    ridge,
    single_tree,
    two_layer_network,
)
from HiggsML.metrics import log_loss, weighted_confusion
from HiggsML.progress import progress_bar

from .particles import PARTICLES, SHARES
from .splitting import Particles

__all__ = [
    "BEST",
    "MODELS",
    "WAYS",
    "Trained",
    "boosting",
    "compare",
    "confusion",
    "constant_losses",
    "equal_weights",
    "inputs",
    "score_table",
    "train",
]

Array = npt.NDArray[np.float64]

_MOST_HITS = 8.0


def boosting() -> Any:
    """Boosted trees that stay calm: a class of 60 particles is learnt by heart in no time."""
    return histogram_boosting(
        max_iter=60, learning_rate=0.05, max_leaf_nodes=8, l2_regularization=30.0
    )


MODELS: Mapping[str, Callable[[], Any]] = {
    "random forest": random_forest,
    "single tree": single_tree,
    "extra trees": extra_trees,
    "ridge": ridge,
    "AdaBoost": ada_boost,
    "boosting": boosting,
    "logistic regression": logistic_regression,
    "network 20-10": two_layer_network,
}
BEST = "boosting"

_MADE = {0: 0.010, 1: 0.005}
"""Electrons and muons as shares of all rows, after rows were made: as in the challenge."""

WAYS: Mapping[str, Mapping[str, Any] | None] = {
    "as is": None,
    "SMOTE": {"how": "smote", "targets": _MADE},
    "ADASYN": {"how": "adasyn", "targets": _MADE},
    "under-sampling": {"how": "under"},
    "weights": {"how": "weights"},
}
"""How the training is balanced: arguments of `Balanced`, or not at all."""


@dataclass(frozen=True)
class Trained:
    """A classifier, trained in one way.

    Attributes:
        model: its name.
        way: how its training was balanced.
        classifier: its probabilities are corrected to equal shares.
        seconds: CPU time of the training.
    """

    model: str
    way: str
    classifier: Any
    seconds: float

    def raw(self, x: Array) -> Array:
        """Probabilities without the correction, (n, kinds)."""
        inner = getattr(self.classifier, "estimators_", [self.classifier])
        found: Array = sum(one.estimator_.predict_proba(x) for one in inner) / len(inner)
        return found

    def corrected(self, x: Array) -> Array:
        """Probabilities at equal shares, (n, kinds)."""
        found: Array = self.classifier.predict_proba(x)
        return found


def inputs(particles: Particles) -> Array:
    """What classifiers see: pixels from 0 to 1, (n, 100)."""
    return particles.pixels / _MOST_HITS


def train(model: str, way: str, particles: Particles, seed: int) -> Trained:
    """Train a classifier in one way.

    The correction is inside of the balance: so it knows the shares that the classifier saw.
    """
    classifier: Any = PriorCorrected(MODELS[model]())
    arguments = WAYS[way]
    if arguments is not None:
        classifier = Balanced(classifier, **arguments, random_state=seed)
    start = time.process_time()
    with warnings.catch_warnings():
        # The network is meant to stop after eight passes.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(inputs(particles), particles.kind)
    return Trained(model, way, classifier, time.process_time() - start)


def compare(training: Particles, seed: int, models: Mapping[str, Any] = MODELS) -> list[Trained]:
    """All models in all ways."""
    jobs = [(model, way) for model in models for way in WAYS]
    bar = progress_bar(iterable=jobs, desc="classifiers")
    return [train(model, way, training, seed) for model, way in bar]


def score_table(
    trained: list[Trained], training: Particles, test: Particles, balanced: Particles
) -> pd.DataFrame:
    """Accuracies at natural shares, and losses on a test of equal shares.

    Args:
        trained: classifiers.
        training: what they were trained on.
        test: particles of other events.
        balanced: particles that each count so much that the kinds are alike.
    """
    x = {name: inputs(some) for name, some in (("train", training), ("test", test))}
    at_equal_shares = inputs(balanced)
    weights = equal_weights(balanced)
    rows = []
    for one in trained:
        loss = {
            name: log_loss(found, balanced.kind, weights)
            for name, found in (
                ("loss", one.raw(at_equal_shares)),
                ("corrected_loss", one.corrected(at_equal_shares)),
            )
        }
        right = {
            f"{name}_accuracy": float((one.raw(x[name]).argmax(axis=1) == some.kind).mean())
            for name, some in (("train", training), ("test", test))
        }
        best = one.corrected(at_equal_shares).argmax(axis=1) == balanced.kind
        loss["balanced_accuracy"] = float(np.average(best, weights=weights))
        rows.append({"model": one.model, "way": one.way, **right, **loss, "seconds": one.seconds})
    return pd.DataFrame(rows).set_index(["model", "way"])


def equal_weights(particles: Particles) -> Array:
    """Weights that make the kinds alike, (n,)."""
    weights: Array = 1.0 / np.bincount(particles.kind)[particles.kind]
    return weights


def constant_losses() -> dict[str, float]:
    """Losses of the same answer for every particle, on a test of equal shares."""
    natural = SHARES / SHARES.sum()
    return {
        "equal shares": float(np.log(len(PARTICLES))),
        "natural shares": float(-np.log(natural).mean()),
    }


def confusion(one: Trained, particles: Particles) -> Array:
    """Shares of what the particles of each kind (rows) are taken for, corrected."""
    kinds = np.arange(len(PARTICLES))
    found = one.corrected(inputs(particles)).argmax(axis=1)
    counts = weighted_confusion(particles.kind, found, classes=kinds)
    shares: Array = counts / counts.sum(axis=1, keepdims=True)
    return shares
