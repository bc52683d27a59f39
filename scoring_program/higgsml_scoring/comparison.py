"""Several results of the same experiments: which differences of their scores are real?"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .bootstrap import Estimate, estimate, resample_experiments, scores_of_means
from .errors import ComparisonError
from .report import BOOTSTRAP_SEED, quantities
from .results import Results

__all__ = ["SIGNIFICANCE", "Comparison", "Contestant", "Difference", "compare"]

Floats = NDArray[np.float64]

SIGNIFICANCE = 0.05
"""Probability of calling any difference significant where all scores are equally good."""

_BOOTSTRAPS = 4000


@dataclass(frozen=True)
class Contestant:
    """One result of a comparison: its label and its scores with errors."""

    label: str
    quantiles_score: Estimate
    interval: Estimate
    coverage: Estimate


@dataclass(frozen=True)
class Difference:
    """The quantiles score of one result minus that of another.

    Attributes:
        better, worse: labels; `better` has the higher score.
        value: the difference, not negative.
        low, high: between them lie the central 95 % of the bootstrapped differences.
        p_value: probability that the scores are equal, after Holm's correction for the pairs.
    """

    better: str
    worse: str
    value: float
    low: float
    high: float
    p_value: float

    @property
    def significant(self) -> bool:
        """Whether chance is an unlikely reason for the difference."""
        return self.p_value < SIGNIFICANCE

    def sentence(self) -> str:
        """The difference in words."""
        numbers = f"by {self.value:.3f} (95 % range {self.low:.3f} to {self.high:.3f})"
        if self.significant:
            return (
                f"{self.better} beats {self.worse} {numbers}: significant (p = {self.p_value:.1g})."
            )
        return (
            f"{self.better} lies ahead of {self.worse} {numbers}, which is not significant "
            f"(p = {self.p_value:.2f})."
        )


@dataclass(frozen=True)
class Comparison:
    """Results of the same experiments, the best score first, and the difference of each pair."""

    contestants: tuple[Contestant, ...]
    differences: tuple[Difference, ...]


def compare(
    labels: Sequence[str], results: Sequence[Results], *, bootstraps: int = _BOOTSTRAPS
) -> Comparison:
    """Compare results of the same experiments with a paired bootstrap.

    Every bootstrap draws the same experiments for all results, so what makes an experiment hard
    for all of them drops out of the differences. The p-value of a pair is twice the share of
    bootstraps in which the difference has the other sign (or is none), corrected with Holm's
    method (S. Holm, Scand. J. Statist. 6 (1979) 65) for the number of pairs.

    This is cautious: bootstrapped coverages scatter about the measured one, so penalties are more
    frequent in the bootstraps than in new experiments, and differences of their sign too.

    Args:
        labels: a different name for each result.
        results: at least two.
        bootstraps: number of bootstraps.

    Raises:
        ComparisonError: where results are fewer than two, or not of the same experiments.
    """
    _check_same_experiments(labels, results)
    values = np.concatenate([quantities(result.mu, result.answers) for result in results])
    shape = (-1, len(results), 4)
    n = values[0].size
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    redrawn = scores_of_means(resample_experiments(values, bootstraps, rng).reshape(shape), n)
    final = scores_of_means(values.mean(axis=(1, 2)).reshape(shape), n)
    ranking = np.argsort(-final["quantiles_score"][0], kind="stable")
    contestants = tuple(
        Contestant(
            labels[index],
            *(
                estimate(float(final[name][0, index]), redrawn[name][:, index])
                for name in ("quantiles_score", "interval", "coverage")
            ),
        )
        for index in ranking
    )
    differences = _differences(contestants, redrawn["quantiles_score"][:, ranking])
    return Comparison(contestants, differences)


def _check_same_experiments(labels: Sequence[str], results: Sequence[Results]) -> None:
    if len(results) < 2:
        raise ComparisonError("there is nothing to compare with.", fix="name two results or more.")
    first = results[0]
    for label, other in zip(labels[1:], results[1:], strict=True):
        if (
            other.run.experiments_digest != first.run.experiments_digest
            or not np.array_equal(other.mu, first.mu)
            or other.answers.mu_hat.shape != first.answers.mu_hat.shape
        ):
            raise ComparisonError(
                f"{label} and {labels[0]} were not measured on the same experiments.",
                fix="run both with the same data, settings and random seed.",
            )


def _differences(contestants: Sequence[Contestant], redrawn: Floats) -> tuple[Difference, ...]:
    """Differences of all pairs; `redrawn` has shape (bootstraps, contestants)."""
    pairs = list(itertools.combinations(range(len(contestants)), 2))
    drawn = np.stack([redrawn[:, better] - redrawn[:, worse] for better, worse in pairs])
    corrected = _holm([_p_value(row) for row in drawn])
    lows, highs = np.percentile(drawn, [2.5, 97.5], axis=1)
    return tuple(
        Difference(
            better=contestants[better].label,
            worse=contestants[worse].label,
            value=contestants[better].quantiles_score.value
            - contestants[worse].quantiles_score.value,
            low=float(low),
            high=float(high),
            p_value=p_value,
        )
        for (better, worse), low, high, p_value in zip(pairs, lows, highs, corrected, strict=True)
    )


def _p_value(drawn: Floats) -> float:
    """Two-sided p-value of a bootstrapped difference being none; never exactly 0."""
    tail = min(np.sum(drawn <= 0), np.sum(drawn >= 0))
    return float(min(1.0, 2 * (tail + 1) / (len(drawn) + 1)))


def _holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction: the i-th smallest of m is multiplied by m - i, monotonically."""
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return corrected
