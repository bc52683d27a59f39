"""Measurements of mu with each approach, on the same small pseudo-experiments."""

import logging
from dataclasses import dataclass

import numpy as np
import pandas as pd

from HiggsML.approaches import Entry
from HiggsML.arrays import Array
from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import (
    Experiment,
    draw_pseudo_experiment,
    experiment_seed,
    true_mus,
)
from HiggsML.generation import default_counts, generate, generate_blocks
from HiggsML.inference import Measurement
from HiggsML.inference.inputs import classifier_inputs
from HiggsML.nuisances import NUISANCES
from HiggsML.progress import progress_bar
from HiggsML.schema import DETAILED_LABELS, PROCESSES, REFERENCE_LUMINOSITY, WEIGHTS
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML
from higgsml_scoring.metrics import coverage_sigma, covers, quantiles_score, widths

from ..logs import at_least

__all__ = ["Measured", "Plan", "measure"]

_SETS = 10
_SHIFTED_ROWS = 20_000  # of each process
_FULL = 1.6e6
"""Events (as `--events` counts them) at which experiments have the luminosity of the challenge."""


@dataclass(frozen=True)
class Plan:
    """How large the measurements are.

    The pool has three times as many events as train the measurement, and the luminosity of the
    experiments is such that few of its events come twice.

    Attributes:
        events: that train classifiers and make templates.
        seed: events and experiments are functions of it.
        experiments: in each of ten sets of one true mu.
        toys: that calibrate the intervals.
    """

    events: int
    seed: int
    experiments: int = 10
    toys: int = 200

    @property
    def luminosity(self) -> float:
        """1/fb, of an experiment."""
        return REFERENCE_LUMINOSITY * min(1.0, self.events / _FULL)


@dataclass(frozen=True)
class Measured:
    """Intervals of an approach, in numbers.

    Attributes:
        mean_width: of the intervals, cut to the range of mu.
        mean_width_error: of the mean.
        coverage: share of the intervals that hold the true mu.
        coverage_error: binomial.
        quantiles_score: of the challenge.
    """

    mean_width: float
    mean_width_error: float
    coverage: float
    coverage_error: float
    quantiles_score: float


def measure(entries: dict[str, Entry], plan: Plan) -> dict[str, Measured]:
    """Fit a measurement with each approach and let all of them measure the same experiments.

    Everything runs in this process: no sandbox, no limits.
    """
    counts = default_counts(plan.events)
    training = generate(counts, plan.seed + 1, luminosity=plan.luminosity)
    models = {}
    with progress_bar(total=len(entries), desc="fits") as bar:
        for name, entry in entries.items():
            bar.set_postfix_str(name)
            models[name] = _model(entry, training, plan.toys)
            bar.update()
    blocks = generate_blocks(
        default_counts(3 * plan.events), plan.seed + 2, luminosity=plan.luminosity
    )
    pool = EventPool.from_blocks(blocks)
    mus = true_mus(plan.seed, _SETS, HIGGSML.mu_range)
    ends: dict[str, list[tuple[float, float]]] = {name: [] for name in models}
    truth = []
    with progress_bar(total=_SETS * plan.experiments, desc="experiments") as bar:
        for i, mu in enumerate(mus):
            for k in range(plan.experiments):
                seed = experiment_seed(plan.seed, Experiment(i, k))
                data = draw_pseudo_experiment(pool, mu, tuple(NUISANCES), seed).test_set()["data"]
                truth.append(mu)
                for name, model in models.items():
                    answer = model.measure(data).answer()
                    ends[name].append((answer["p16"], answer["p84"]))
                bar.update()
    return {name: _summary(np.array(truth), np.array(found)) for name, found in ends.items()}


def _model(entry: Entry, training: pd.DataFrame, toys: int) -> Measurement:
    classifier = entry.build()
    if "yields" in classifier.get_params():
        sums = training.groupby(DETAILED_LABELS, observed=True)[WEIGHTS].sum()
        classifier.set_params(yields={k: float(sums[name]) for k, name in enumerate(PROCESSES)})
    model = Measurement(
        classifier,
        lambda: training,
        systematics,
        shifted_rows=_SHIFTED_ROWS,
        n_toys=toys,
        inputs=classifier_inputs if entry.inputs is None else entry.inputs,
    )
    with at_least("HiggsML", logging.ERROR):  # that the experiments are small is known
        model.fit()
    return model


def _summary(truth: Array, ends: Array) -> Measured:
    n, width = len(truth), widths(ends[:, 0], ends[:, 1])
    coverage = float(covers(truth, ends[:, 0], ends[:, 1]).mean())
    return Measured(
        mean_width=float(width.mean()),
        mean_width_error=float(width.std() / np.sqrt(n)),
        coverage=coverage,
        coverage_error=coverage_sigma(n),
        quantiles_score=float(quantiles_score(width.mean(), coverage, n)),
    )
