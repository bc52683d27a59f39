"""Can boosted trees tell rows from generated events? The area under the ROC curve (AUC)."""

from collections.abc import Iterator, Mapping

import numpy as np
from sklearn.metrics import roc_auc_score

from HiggsML.arrays import Array, Positions

from .classifiers import fitted, folds, inputs_of, output_of
from .estimates import Estimate
from .regions import SIGNAL_REGIONS, in_region
from .samples import EARLIER, PUBLIC, SIMULATED, Sample
from .verdicts import Judged

__all__ = ["judge_two_samples", "thinned", "two_sample_auc"]

FOLDS = 5
SEED = 7
FEWEST_ROWS = 500  # in a region, for a test to say something
ALLOWED = {PUBLIC: 0.05}
OTHERS_ALLOWED = 0.06


def judge_two_samples(
    samples: Mapping[str, Sample], references: Mapping[str, Mapping[str, Sample]]
) -> Iterator[Judged]:
    """AUCs, inclusive and in the signal regions, which should be 0.5."""
    for source, by_process in references.items():
        for process, rows in by_process.items():
            if source == EARLIER and process in references.get(SIMULATED, {}):
                continue
            for region in ("all", *SIGNAL_REGIONS):
                if np.count_nonzero(in_region(rows.region, region)) >= FEWEST_ROWS:
                    auc, number = two_sample_auc(rows, samples[process], region)
                    what = f"AUC against {number} rows: {source}"
                    allowed = ALLOWED.get(source, OTHERS_ALLOWED)
                    yield Judged(
                        "two samples", process, region, what, Estimate(0.5, 0.0), auc, allowed
                    )


def two_sample_auc(
    reference: Sample, ours: Sample, region: str, most: int = 10_000
) -> tuple[Estimate, int]:
    """AUC of trees that tell rows from generated events in a region, and how many rows they had.

    Both are thinned to `most` rows of weights as equal as they can be made. The AUC is of weighted
    rows, the mean of the folds; its error is the spread over them, divided by the root of their
    number.
    """
    rng = np.random.default_rng(SEED)
    chosen = [thinned(sample, region, most, rng) for sample in (reference, ours)]
    rows = [(sample, *one) for sample, one in zip((reference, ours), chosen, strict=True)]
    x = np.concatenate([inputs_of(sample, which) for sample, which, _ in rows])
    weights = np.concatenate([weight / weight.sum() for _, _, weight in rows])
    y = np.repeat([1.0, 0.0], [len(which) for _, which, _ in rows])
    groups = np.concatenate([reference.groups[rows[0][1]], -1 - np.arange(len(rows[1][1]))])
    found = []
    for train, test in folds(groups):
        trees = fitted(x[train], y[train], weights[train])
        output = output_of(trees, x[test])
        found.append(roc_auc_score(y[test], output, sample_weight=weights[test]))
    error = float(np.std(found)) / np.sqrt(FOLDS - 1)
    return Estimate(float(np.mean(found)), error), len(rows[0][1])


def thinned(
    sample: Sample, region: str, most: int, rng: np.random.Generator
) -> tuple[Positions, Array]:
    """Positions of about `most` events of a region, and their weights.

    Events lighter than a cap are kept with the chance weight / cap, and weigh as much as the cap
    then; heavier ones are all kept with their weights.
    """
    here = np.flatnonzero(in_region(sample.region, region))
    weights = sample.weights[here]
    low, high = 0.0, float(weights.sum())
    for _ in range(60):  # bisection of the cap
        cap = 0.5 * (low + high)
        low, high = (cap, high) if np.minimum(weights / cap, 1.0).sum() > most else (low, cap)
    kept = rng.random(len(here)) * high < weights
    return here[kept], np.maximum(weights[kept], high)
