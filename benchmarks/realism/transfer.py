"""The transfer test: a measurement fitted on generated events measures rows of a simulation.

The measurement is that of the sample submission. It counts the rows with their weights: the events
that are expected at mu = 1, without statistical noise (an Asimov data set). What mu it finds beside
1 is the fault of the generator, but for the error of the rows, which is told: pools of rows drawn
anew, parton-level event by event, scatter as the pool scatters about the truth.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.neural_network import MLPClassifier

from HiggsML.arrays import Array, Mask, Positions
from HiggsML.generation import generate
from HiggsML.inference import Measurement
from HiggsML.inference.intervals import FitResult, fit_mu
from HiggsML.inference.likelihood import BinnedLikelihood
from HiggsML.inference.minimisation import minimise
from HiggsML.inference.post_fit import post_fit_events
from HiggsML.progress import progress_bar
from HiggsML.schema import BACKGROUNDS, PROCESSES, SIGNAL
from HiggsML.systematics import systematics

from .estimates import Estimate
from .regions import REGIONS, SIGNAL_REGIONS
from .samples import SOURCES, Sample, best_rows
from .verdicts import Judged

__all__ = ["Transfer", "fitted_measurement", "judge_transfers", "transfer"]

TRAIN = {"htautau": 500_000, "ztautau": 3_000_000, "ttbar": 600_000, "diboson": 300_000}
SHIFTED = 300_000  # rows of a process that make the templates' shifts
SEED = 11
Z = BACKGROUNDS[0]
POOLS = 40  # drawn anew
LEAST_ROWS = 100  # whose weights tell how heavy the rows about a bin are
MU_ALLOWED = 0.25
CHI2_ALLOWED = 1.5


@dataclass(frozen=True)
class Transfer:
    """A measurement of the expected counts of events it was not made for.

    Attributes:
        mu: the best value; 1 is true.
        mu_error: the error that the fit tells, of an experiment's statistics and the nuisances.
        interval: of the fit, not calibrated.
        pool_error: standard deviation of mu when the rows are drawn anew.
        chi2_per_bin: sum over the bins of (n - lambda)^2 over the variances of both the rows
            (see `expected_variances`) and the templates, divided by the number of bins: about 1 if
            the generator is right.
        likelihood_per_bin: minus twice the log likelihood ratio of the fit per bin; without noise
            that of a perfect generator is near 0, but for the rows' own.
        bins: how many.
        nuisances: best values, in units of the priors.
        fault: share of the generator in the squared error of mu, b^2 / (b^2 + s^2) with the bias b,
            less the pool's own error, and the fit's error s.
    """

    mu: float
    mu_error: float
    interval: tuple[float, float]
    pool_error: float
    chi2_per_bin: float
    likelihood_per_bin: float
    bins: int
    nuisances: dict[str, float]
    fault: float


def fitted_measurement(counts: Mapping[str, int], seed: int) -> Measurement:
    """The sample submission, fitted on generated events, without toys."""
    network = MLPClassifier(
        hidden_layer_sizes=(64, 64),
        batch_size=1024,
        learning_rate_init=2e-3,
        max_iter=25,
        random_state=1,
    )

    def training_events() -> pd.DataFrame:
        return generate(counts, seed)

    measurement = Measurement(network, training_events, systematics, shifted_rows=SHIFTED, n_toys=0)
    measurement.fit()
    return measurement


def transfer(measurement: Measurement, pool: Mapping[str, Sequence[Sample]]) -> Transfer:
    """Measure the expected counts of a pool of events of all processes at mu = 1."""
    bins_of = measurement.bins.bin_of
    binned = {p: [(bins_of(one.matrix()), one) for one in samples] for p, samples in pool.items()}
    together = [pair for pairs in binned.values() for pair in pairs]
    n_bins = measurement.bins.n_bins
    counts = np.sum([np.bincount(bins, one.weights, n_bins) for bins, one in together], axis=0)
    likelihood = BinnedLikelihood(measurement.templates, counts)
    result = fit_mu(likelihood)
    expected = post_fit_events(measurement.templates, result)
    variance = measurement.templates.variances.sum(axis=0)
    for process, events in zip(measurement.templates.task.processes, expected, strict=True):
        variance += expected_variances(events, binned[process])
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(POOLS):
        fit = minimise(BinnedLikelihood(measurement.templates, _drawn_anew(together, n_bins, rng)))
        found.append(fit.params["mu"].value)
    pool_error = float(np.std(found))
    bias = max((result.mu - 1.0) ** 2 - pool_error**2, 0.0)
    return Transfer(
        mu=result.mu,
        mu_error=result.mu_error,
        interval=(result.low, result.high),
        pool_error=pool_error,
        chi2_per_bin=float(np.mean((counts - expected.sum(axis=0)) ** 2 / variance)),
        likelihood_per_bin=_least_value(likelihood, result) / n_bins,
        bins=n_bins,
        nuisances=result.nuisances,
        fault=bias / (bias + result.mu_error**2),
    )


def _least_value(likelihood: BinnedLikelihood, result: FitResult) -> float:
    theta = np.array([result.mu, *(result.nuisances[n] for n in likelihood.parameters[1:])])
    return likelihood.value_and_gradient(theta)[0]


def expected_variances(expected: Array, binned: Sequence[tuple[Positions, Sample]]) -> Array:
    """Variance of the number of a process's events in each bin, for rows of the weights about it.

    The sum of the squared weights of the rows in a bin would be 0 where few, heavy rows are
    expected and none has fallen, as if the bin were known without error.

    Args:
        expected: events of the process in each bin.
        binned: its rows, with their bins.

    Returns:
        Expected events times sum of w^2 over sum of w of the rows in the nearest bins that have
        `LEAST_ROWS` of them; related rows count together. (n_bins,)
    """
    n = len(expected)
    squares = np.sum([variances(bins, sample, n) for bins, sample in binned], axis=0)
    weights = np.sum([np.bincount(bins, sample.weights, n) for bins, sample in binned], axis=0)
    rows = np.sum([np.bincount(bins, minlength=n) for bins, _ in binned], axis=0)
    mean_weights = np.empty(n)
    for i in range(n):
        near = slice(i, i + 1)
        while rows[near].sum() < min(LEAST_ROWS, rows.sum()):
            near = slice(max(near.start - 1, 0), near.stop + 1)
        mean_weights[i] = squares[near].sum() / weights[near].sum()
    return expected * mean_weights


def variances(bins: Positions, sample: Sample, n_bins: int) -> Array:
    """Variance of each bin's content: related rows count together."""
    cells, cell_of_row = np.unique(sample.groups * n_bins + bins, return_inverse=True)
    squares = np.bincount(cell_of_row, sample.weights) ** 2
    return np.bincount(cells % n_bins, squares, n_bins).astype(np.float64)


def _drawn_anew(
    binned: list[tuple[Positions, Sample]], n_bins: int, rng: np.random.Generator
) -> Array:
    """Counts of pools whose parton-level events are taken Poisson(1) times each."""
    counts = np.zeros(n_bins)
    for bins, sample in binned:
        times = rng.poisson(1.0, int(sample.groups.max()) + 1)
        counts += np.bincount(bins, sample.weights * times[sample.groups], n_bins)
    return counts


def judge_transfers(
    samples: Mapping[str, Sample], references: Mapping[str, Mapping[str, Sample]]
) -> Iterator[Judged]:
    """Measure generated events of another seed, and pools in which rows replace processes."""
    rows = best_rows(references, {process: SOURCES[process] for process in (SIGNAL, Z)})
    generated = {process: [samples[process]] for process in PROCESSES}
    here = _is_signal_like(rows[Z])
    mixed = [rows[Z].where(here), samples[Z].where(~_is_signal_like(samples[Z]))]
    replacements = {
        "generated events of another seed": {},
        "H of rows": {SIGNAL: [rows[SIGNAL]]},
        "Z of rows": {Z: [rows[Z]]},
        "Z of rows in the signal regions": {Z: mixed},
        "H and Z of rows": {SIGNAL: [rows[SIGNAL]], Z: [rows[Z]]},
    }
    with progress_bar(total=1 + len(replacements), desc="transfer") as bar:
        measurement = fitted_measurement(TRAIN, SEED)
        bar.update()
        for name, replaced in replacements.items():
            yield from _judge(name, transfer(measurement, {**generated, **replaced}))
            bar.update()


def _judge(name: str, found: Transfer) -> Iterator[Judged]:
    """Numbers of a transfer; only mu and chi-squared have limits, the others are told."""

    def judged(what: str, aim: float, value: float, error: float, allowed: float) -> Judged:
        target = Estimate(aim, 0.0)
        return Judged("transfer", name, "all", what, target, Estimate(value, error), allowed)

    spread = float(np.sqrt(2.0 / found.bins))
    yield judged("mu, with the error of the rows", 1.0, found.mu, found.pool_error, MU_ALLOWED)
    # Less than 1 is no fault: the target is 0, and what is allowed the limit.
    yield judged("chi-squared per bin", 0.0, found.chi2_per_bin, spread, CHI2_ALLOWED)
    yield judged("error of mu of the fit", 0.0, found.mu_error, 0.0, np.inf)
    yield judged("bias in errors of the fit", 0.0, (found.mu - 1.0) / found.mu_error, 0.0, np.inf)
    yield judged("share of the generator in the squared error", 0.0, found.fault, 0.0, np.inf)
    yield judged("-2 ln likelihood ratio per bin", 0.0, found.likelihood_per_bin, 0.0, np.inf)
    for parameter, pull in found.nuisances.items():
        yield judged(f"{parameter}, in widths of its prior", 0.0, pull, 0.0, np.inf)


def _is_signal_like(sample: Sample) -> Mask:
    """Events of the signal regions, where rows are many and light: elsewhere few weigh much."""
    return np.isin(sample.region, [REGIONS.index(name) for name in SIGNAL_REGIONS])
