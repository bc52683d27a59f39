"""From answers and truth to a frozen report: the scores of each set and of all."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .answers import Answers
from .bootstrap import Estimate, estimate, resample_set, scores_of_means
from .errors import ResultsError

__all__ = [
    "BOOTSTRAPS",
    "BOOTSTRAP_SEED",
    "FEWEST_FOR_RANGE",
    "ScoreReport",
    "SetScore",
    "quantities",
    "score",
]

Floats = NDArray[np.float64]

BOOTSTRAPS = 1000
BOOTSTRAP_SEED = 68

FEWEST_FOR_RANGE = 10
"""Experiments without which a range is not shown: of fewer, drawing again tells too little."""


@dataclass(frozen=True)
class SetScore:
    """Scores of one set: of the experiments that share one true mu.

    Attributes:
        number: number of the set, from 0.
        experiments: number of experiments.
        mu: true signal strength.
        mu_hat: mean estimate.
        bias: mean of mu_hat - mu.
        rmse, mae, interval, coverage: means over the set.
        quantiles_score: score of this set alone, with the wider free band of its few experiments.
    """

    number: int
    experiments: int
    mu: float
    mu_hat: float
    bias: Estimate
    rmse: Estimate
    mae: Estimate
    interval: Estimate
    coverage: Estimate
    quantiles_score: Estimate


@dataclass(frozen=True)
class ScoreReport:
    """Scores of a measurement.

    Attributes:
        sets: scores of each set, in their order.
        experiments: number of experiments in all sets.
        quantiles_score, interval, coverage, rmse, mae: scores over all experiments, with errors.
        ingestion_duration: seconds that the run took; None where nobody measured them.
    """

    sets: tuple[SetScore, ...]
    experiments: int
    quantiles_score: Estimate
    interval: Estimate
    coverage: Estimate
    rmse: Estimate
    mae: Estimate
    ingestion_duration: float | None

    def scores(self) -> dict[str, float | None]:
        """The content of `scores.json`, not rounded."""
        names = ("rmse", "mae", "interval", "coverage", "quantiles_score")
        scores = {name: getattr(self, name).value for name in names}
        return {**scores, "ingestion_duration": self.ingestion_duration}


def quantities(mu: Floats, answers: Answers) -> Floats:
    """RMSE, MAE, width and coverage of every experiment.

    Args:
        mu: true mu of each set, shape (sets,).
        answers: arrays of shape (sets, experiments).

    Returns:
        shape (4, sets, experiments).
    """
    truth = np.asarray(mu, dtype=float)[:, np.newaxis]
    return np.stack(
        [
            metrics.rmse(truth, answers.mu_hat, answers.delta_mu_hat),
            metrics.mae(truth, answers.mu_hat, answers.delta_mu_hat),
            metrics.widths(answers.p16, answers.p84),
            metrics.covers(truth, answers.p16, answers.p84).astype(float),
        ]
    )


def score(
    mu: Floats,
    answers: Answers,
    ingestion_duration: float | None,
    *,
    bootstraps: int = BOOTSTRAPS,
) -> ScoreReport:
    """Score a measurement: RMSE, MAE, interval, coverage and quantiles score, with errors.

    RMSE and MAE are averaged in each set and then over the sets; interval, coverage and quantiles
    score are taken over all experiments. Ranges come from drawing the experiments of each set
    again, seeded, so that the same results always give the same page; those of a set and those of
    all sets come from the same draws.

    Args:
        mu: true mu of each set, shape (sets,).
        answers: arrays of shape (sets, experiments).
        ingestion_duration: seconds, where they are known.
        bootstraps: number of bootstraps for the errors.

    Raises:
        ResultsError: where a score is not a finite number.
    """
    values = quantities(mu, answers)
    n = values[0].size
    # All sets are of one size, so the mean over sets of set means is the mean over experiments.
    final = {name: float(value) for name, value in scores_of_means(values.mean((1, 2)), n).items()}
    if not all(math.isfinite(value) for value in final.values()):
        raise ResultsError("a score is not a finite number.")
    truth = np.asarray(mu, dtype=float)
    with_bias = np.concatenate([values, (answers.mu_hat - truth[:, np.newaxis])[np.newaxis]])
    rng = np.random.default_rng(BOOTSTRAP_SEED)
    drawn = [resample_set(column, bootstraps, rng) for column in np.moveaxis(with_bias, 1, 0)]
    redrawn = scores_of_means(np.mean(drawn, axis=0)[:, :4], n)
    return ScoreReport(
        sets=tuple(
            _score_set(number, truth[number], with_bias[:, number], means)
            for number, means in enumerate(drawn)
        ),
        experiments=n,
        ingestion_duration=ingestion_duration,
        **{name: estimate(value, redrawn[name]) for name, value in final.items()},
    )


def _score_set(number: int, mu: float, values: Floats, drawn: Floats) -> SetScore:
    """Scores of one set.

    Args:
        number: number of the set.
        mu: its true mu.
        values: RMSE, MAE, width, coverage and mu_hat - mu, shape (5, experiments).
        drawn: bootstrapped means of these, shape (bootstraps, 5).
    """
    experiments = values.shape[1]
    *means, bias = values.mean(axis=1)
    found = scores_of_means(np.array(means), experiments)
    redrawn = scores_of_means(drawn[:, :4], experiments)
    return SetScore(
        number=number,
        experiments=experiments,
        mu=float(mu),
        mu_hat=float(mu + bias),
        bias=estimate(bias, drawn[:, 4]),
        **{name: estimate(float(value), redrawn[name]) for name, value in found.items()},
    )
