"""Boosted trees that tell two classes of events apart."""

from collections.abc import Iterator, Mapping

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from HiggsML.arrays import Array, Floats, Mask, Positions
from HiggsML.inference.inputs import classifier_inputs
from HiggsML.schema import SIGNAL

from .regions import collinear
from .samples import Sample

__all__ = ["discriminant", "fitted", "folds", "inputs_of", "output_of"]

FOLDS = 5
SEED = 7


def inputs_of(sample: Sample, chosen: Mask | Positions | slice = slice(None)) -> Floats:
    """Inputs of a classifier: those of the sample submission, and the collinear mass."""
    mass, physical = collinear({name: values[chosen] for name, values in sample.columns.items()})
    extra = np.column_stack([np.log(np.maximum(mass, 1.0)), physical]).astype(np.float32)
    return np.hstack([classifier_inputs(sample.matrix(chosen)), extra])


def folds(groups: Positions, count: int = FOLDS) -> Iterator[tuple[Mask, Mask]]:
    """Training and test rows; all rows of a group are in the test rows of one fold."""
    numbers, group_of_row = np.unique(groups, return_inverse=True)
    fold = np.random.default_rng(SEED).integers(0, count, len(numbers))[group_of_row]
    for k in range(count):
        yield fold != k, fold == k


def fitted(x: Floats, y: Array, weights: Array) -> HistGradientBoostingClassifier:
    """Trees of two classes; the weights of each are made to add up to half of the rows."""
    balanced = weights.copy()
    for label in (0.0, 1.0):
        here = y == label
        balanced[here] *= 0.5 * len(y) / weights[here].sum()
    trees = HistGradientBoostingClassifier(
        learning_rate=0.1, max_iter=60, min_samples_leaf=50, early_stopping=False, random_state=0
    )
    with threadpool_limits(1, "openmp"):  # on a busy machine its threads wait for each other
        return trees.fit(x, y, sample_weight=balanced)


def output_of(trees: HistGradientBoostingClassifier, x: Floats) -> Array:
    """The trees' ln(p / (1 - p)) of the second class."""
    with threadpool_limits(1, "openmp"):
        return np.asarray(trees.decision_function(x), dtype=np.float64)


def discriminant(
    trained_on: Mapping[str, Sample], applied_to: Mapping[str, Sample]
) -> dict[str, Array]:
    """ln(p / (1 - p)) of signal against all backgrounds, by process, of each row of `applied_to`.

    Rows that are trained on and scored are scored by trees that have not seen their group.
    """
    parts = []
    for process, sample in trained_on.items():
        label = np.full(len(sample.weights), float(process == SIGNAL))
        parts.append((inputs_of(sample), label, sample.weights, sample.groups))
    x, y, weights = (np.concatenate([part[k] for part in parts]) for k in range(3))
    if applied_to is not trained_on:
        trees = fitted(x, y, weights)
        return {name: output_of(trees, inputs_of(sample)) for name, sample in applied_to.items()}
    starts = np.cumsum([0] + [part[3].max() + 1 for part in parts])
    groups = np.concatenate([part[3] + first for part, first in zip(parts, starts, strict=False)])
    output = np.empty(len(y))
    for train, test in folds(groups, 2):
        output[test] = output_of(fitted(x[train], y[train], weights[train]), x[test])
    ends = np.cumsum([len(part[1]) for part in parts])
    return dict(zip(trained_on, np.split(output, ends[:-1]), strict=True))
