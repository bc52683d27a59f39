"""The class `Scoring` with the names and arguments of HiggsML 0.1.5, thin over the functions.

For notebooks. The scoring program itself uses `higgsml_scoring.program.score_folder`, which
demands a finished, unaltered run.
"""

from __future__ import annotations  # so that help() shows short names of types

import html
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import checks, figures, metrics
from .answers import Answers, read_answers
from .bootstrap import resample_sets, scores_of_means
from .drawings import INTERVALS
from .errors import ResultsError
from .page import FIGURES, PAGE, SCORES, write_report
from .report import ScoreReport, quantities, score
from .results import read_ingestion_duration

__all__ = ["Scoring"]

_log = logging.getLogger(__name__)


class Scoring:
    """Scores of the results of an ingestion run.

    Call `load_ingestion_results`, `compute_scores` and `write_scores`, in this order;
    `load_ingestion_duration` before `compute_scores` where the duration is known.

    Attributes:
        start_time, end_time: of the timer (None where it was not started or stopped).
        ingestion_results: what the submission answered (None before it is loaded).
        ingestion_duration: seconds that the ingestion took (None where it is not loaded).
        report: the frozen report (None before it is computed).
        scores_dict: scores by their name in `scores.json`, not rounded.
        bootstraped_scores: bootstrapped scores by name, once computed.
        score_file, html_file: what `write_scores` writes.
    """

    def __init__(self) -> None:
        self.start_time: datetime | None = None
        self.end_time: datetime | None = None
        self.ingestion_results: Answers | None = None
        self.ingestion_duration: float | None = None
        self.report: ScoreReport | None = None
        self.scores_dict: dict[str, float | None] = {}
        self.bootstraped_scores: dict[str, list[float]] = {}
        self.score_file, self.html_file = Path(SCORES), Path(PAGE)

    def __repr__(self) -> str:
        if self.report is None:
            return (
                f"Scoring: {'no' if self.ingestion_results is None else 'read'} results, no scores"
            )
        shown = ", ".join(f"{name} {value:.4g}" for name, value in self._known_scores().items())
        sets = len(self.report.sets)
        return f"Scoring: {sets} sets, {self.report.experiments:,} experiments; {shown}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{html.escape(name)}</th><td>{value:.4g}</td></tr>"
            for name, value in self._known_scores().items()
        )
        return f"<p>{html.escape(repr(self).split(';')[0])}</p><table>{rows}</table>"

    def _known_scores(self) -> dict[str, float]:
        return {name: value for name, value in self.scores_dict.items() if value is not None}

    def start_timer(self) -> None:
        """Start the timer."""
        self.start_time, self.end_time = datetime.now(), None

    def stop_timer(self) -> None:
        """Stop the timer."""
        self.end_time = datetime.now()

    def get_duration(self) -> timedelta | None:
        """Time between start and stop; None where the timer was not started and stopped."""
        if self.start_time is None or self.end_time is None:
            return None
        return self.end_time - self.start_time

    def show_duration(self) -> None:
        """Log the time between start and stop."""
        _log.info("duration of scoring: %s", self.get_duration())

    def load_ingestion_duration(self, ingestion_duration_file: str | Path) -> None:
        """Read the ingestion's duration from a file.

        Args:
            ingestion_duration_file: JSON, with the duration in seconds.

        Raises:
            ResultsError: where the file is missing or malformed.
        """
        self.ingestion_duration = read_ingestion_duration(Path(ingestion_duration_file))

    def load_ingestion_results(
        self, prediction_dir: str | Path = "./", score_dir: str | Path = "./"
    ) -> None:
        """Read `result_<i>.json` of a folder, and remember the folder where the scores will go.

        Args:
            prediction_dir: folder with a result file for each set.
            score_dir: folder that `write_scores` writes to.

        Raises:
            ResultsError: where a set is missing or a file malformed.
        """
        self.ingestion_results = read_answers(Path(prediction_dir))
        self.score_file, self.html_file = Path(score_dir) / SCORES, Path(score_dir) / PAGE

    def compute_scores(self, test_settings: Mapping[str, Any]) -> None:
        """Compute `report` and `scores_dict`.

        Args:
            test_settings: `ground_truth_mus` holds the true mu of each set.

        Raises:
            ResultsError: where results are not loaded, or there are not as many true mu as sets.
        """
        if self.ingestion_results is None:
            raise ResultsError(
                "there is nothing to score yet.", fix="call load_ingestion_results first."
            )
        mu = _true_mu(test_settings, len(self.ingestion_results.mu_hat))
        self.report = score(mu, self.ingestion_results, self.ingestion_duration)
        self.scores_dict = self.report.scores()

    def compute_bootstraped_scores(
        self, n_bootstraps: int = 1000, sample_size: int | None = None, random_seed: int = 42
    ) -> None:
        """Bootstrap the sets, as the 2024 final was ranked, into `bootstraped_scores`.

        Args:
            n_bootstraps: number of times to draw.
            sample_size: number of sets to draw each time (default: as many as there are).
            random_seed: seed of the draws.

        Raises:
            ResultsError: where the scores are not computed yet.
        """
        if self.ingestion_results is None or self.report is None:
            raise ResultsError("there are no scores yet.", fix="call compute_scores first.")
        mu = np.array([row.mu for row in self.report.sets])
        values = quantities(mu, self.ingestion_results)
        size = len(mu) if sample_size is None else sample_size
        means = resample_sets(values, n_bootstraps, size, np.random.default_rng(random_seed))
        drawn = scores_of_means(means, size * values.shape[2])
        self.bootstraped_scores = {name: column.tolist() for name, column in drawn.items()}

    def RMSE_score(self, mu: ArrayLike, mu_hat: ArrayLike, delta_mu_hat: ArrayLike) -> float:
        """RMSE with both squares averaged over the arrays: sqrt(mean d^2 + mean (d^2 - delta^2)^2).

        Of one experiment it is `metrics.rmse`; the scores average that one.

        Args:
            mu: (n,) true values, or one.
            mu_hat: (n,) estimates.
            delta_mu_hat: (n,) their errors.
        """
        return float(np.sqrt(np.mean(metrics.rmse(mu, mu_hat, delta_mu_hat) ** 2)))

    def MAE_score(self, mu: ArrayLike, mu_hat: ArrayLike, delta_mu_hat: ArrayLike) -> float:
        """Mean of `metrics.mae` over the arrays.

        Args:
            mu: (n,) true values, or one.
            mu_hat: (n,) estimates.
            delta_mu_hat: (n,) their errors.
        """
        return float(np.mean(metrics.mae(mu, mu_hat, delta_mu_hat)))

    def Quantiles_Score(
        self, mu: ArrayLike, p16: ArrayLike, p84: ArrayLike, eps: float = metrics.EPSILON
    ) -> tuple[float, float, float]:
        """Mean width, coverage and quantiles score of arrays of intervals.

        `eps` is added to the mean width.

        Args:
            mu: (n,) true values, or one.
            p16: (n,) lower ends.
            p84: (n,) upper ends.
            eps: added to the width, whose logarithm is taken.
        """
        width = float(np.mean(metrics.widths(p16, p84)))
        held = metrics.covers(mu, p16, p84)
        coverage = float(np.mean(held))
        score = metrics.quantiles_score(width + eps - metrics.EPSILON, coverage, held.size)
        return width, coverage, float(score)

    def write_scores(self) -> None:
        """Write `scores.json`, the score sheet with the truth in it, and the figures.

        Raises:
            ResultsError: where the scores are not computed yet.
        """
        if self.ingestion_results is None or self.report is None:
            raise ResultsError("there are no scores yet.", fix="call compute_scores first.")
        folder = self.score_file.parent
        folder.mkdir(parents=True, exist_ok=True)
        write_report(folder, self.report, self.ingestion_results, show_truth=True)

    def save_figure(
        self,
        mu: float,
        p16s: ArrayLike,
        p84s: ArrayLike,
        set: int = 0,  # noqa: A002  the name of 0.1.5
        true_mu: float | None = None,
        result_text: str | None = None,
    ) -> None:
        """Write the intervals of one set as `figures/intervals_set_<set>.svg` and `.png`.

        Args:
            mu: mean estimate.
            p16s: (n,) lower ends of the intervals.
            p84s: (n,) upper ends.
            set: number of the set.
            true_mu: drawn where given.
            result_text: drawn above the intervals where given.
        """
        folder = self.score_file.parent / FIGURES
        folder.mkdir(parents=True, exist_ok=True)
        figure = figures.intervals_figure(p16s, p84s, mean_mu_hat=mu, mu=true_mu, title=result_text)
        figures.save_figure(figure, folder, INTERVALS.format(set))


def _true_mu(test_settings: Mapping[str, Any], sets: int) -> NDArray[np.float64]:
    """The true mu of each set; arrays are welcome."""
    name = "test_settings"
    given = np.asarray(checks.member(test_settings, "ground_truth_mus", name)).tolist()
    return np.asarray(checks.numbers(given, f"{name}: ground_truth_mus", sets))
