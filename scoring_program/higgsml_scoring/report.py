"""From answers and truth to a frozen report: the scores of each set and of all."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .answers import Answers
from .bootstrap import Estimate, estimate, resample_experiments, resample_sets, scores_of_means
from .errors import ResultsError

__all__ = ["BOOTSTRAPS", "BOOTSTRAP_SEED", "ScoreReport", "SetScore", "quantities", "score"]

Floats = NDArray[np.float64]

BOOTSTRAPS = 1000
BOOTSTRAP_SEED = 68


@dataclass(frozen=True)
class SetScore:
    """Scores of one set: of the experiments that share one true mu.

    Attributes:
        number: number of the set, from 0.
        experiments: number of experiments.
        mu: true signal strength.
        mu_hat: mean estimate.
        bias, bias_error: mean of mu_hat - mu, and the standard error of that mean.
        rmse, mae, interval, coverage: means over the set.
        quantiles_score: of this set alone, with the wider free band of its few experiments.
    """

    number: int
    experiments: int
    mu: float
    mu_hat: float
    bias: float
    bias_error: float
    rmse: float
    mae: float
    interval: float
    coverage: float
    quantiles_score: float


@dataclass(frozen=True)
class ScoreReport:
    """Scores of a measurement.

    Attributes:
        sets: scores of each set, in their order.
        experiments: number of experiments in all sets.
        quantiles_score, interval, coverage, rmse, mae: scores over all experiments, with errors.
        set_bootstrap: quantiles score averaged over bootstraps of the sets (the rule of the 2024
            final), in `value`, and its spread; with one set there is nothing to draw from.
        ingestion_duration: seconds that the run took; None where nobody measured them.
    """

    sets: tuple[SetScore, ...]
    experiments: int
    quantiles_score: Estimate
    interval: Estimate
    coverage: Estimate
    rmse: Estimate
    mae: Estimate
    set_bootstrap: Estimate | None
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
    score are taken over all experiments. Errors come from `resample_experiments`, seeded, so that
    the same results always give the same page.

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
        raise ResultsError("A score is not a finite number.")
    of_experiments, of_sets = np.random.default_rng(BOOTSTRAP_SEED).spawn(2)
    redrawn = scores_of_means(resample_experiments(values, bootstraps, of_experiments), n)
    set_bootstrap = None
    if len(values[0]) > 1:
        means = resample_sets(values, bootstraps, len(values[0]), of_sets)
        drawn = scores_of_means(means, n)["quantiles_score"]
        set_bootstrap = estimate(float(drawn.mean()), drawn)
    return ScoreReport(
        sets=_score_sets(np.asarray(mu, dtype=float), answers, values),
        experiments=n,
        set_bootstrap=set_bootstrap,
        ingestion_duration=ingestion_duration,
        **{name: estimate(value, redrawn[name]) for name, value in final.items()},
    )


def _score_sets(mu: Floats, answers: Answers, values: Floats) -> tuple[SetScore, ...]:
    experiments = values.shape[2]
    scores = scores_of_means(values.mean(axis=2).T, experiments)
    return tuple(
        SetScore(
            number=number,
            experiments=experiments,
            mu=float(mu[number]),
            mu_hat=float(mu_hat.mean()),
            bias=float(mu_hat.mean() - mu[number]),
            bias_error=float(mu_hat.std() / math.sqrt(experiments)),
            **{name: float(column[number]) for name, column in scores.items()},
        )
        for number, mu_hat in enumerate(answers.mu_hat)
    )
