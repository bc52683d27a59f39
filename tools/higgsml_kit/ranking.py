"""Many saved results scored again: a table of who stands where, and of who moved."""

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from HiggsML.progress import progress_bar
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.report import ScoreReport, score
from higgsml_scoring.results import read_results
from higgsml_scoring.settings import ReferenceSettings

from .downloads import Run, opened, saved_score

__all__ = ["Row", "rank"]


@dataclass(frozen=True)
class Row:
    """A saved result in a ranking.

    Attributes:
        label: name of its folder or zip file.
        place: from 1 for the best; 0 where it cannot be scored.
        score, low, high: quantiles score, and the range that holds 68 % of its values when the
            experiments are drawn again.
        interval, coverage: mean width and coverage.
        before: the score that was saved with it; None: there was none.
        place_before: the place by the saved scores; 0: it had none.
        errors_ahead: by how many standard errors it lies ahead of the next, as of results of
            independent experiments; 0 for the last.
        refused: why it cannot be scored.
    """

    label: str
    place: int = 0
    score: float = math.nan
    low: float = math.nan
    high: float = math.nan
    interval: float = math.nan
    coverage: float = math.nan
    before: float | None = None
    place_before: int = 0
    errors_ahead: float = 0.0
    refused: str = ""


def rank(runs: Mapping[str, Run], reference: ReferenceSettings) -> list[Row]:
    """Score all results, the best first; those that cannot be scored come last, with the reason.

    Args:
        runs: results by label.
        reference: the organiser's settings.
    """
    scored: list[tuple[str, ScoreReport, float | None]] = []
    refused: list[Row] = []
    for label, run in progress_bar(iterable=runs.items(), total=len(runs), desc="scoring"):
        before = saved_score(run.home)
        try:
            with opened(run.results) as folder:
                results = read_results(folder, reference)
            report = score(results.mu, results.answers, results.ingestion_duration)
        except (ScoringError, zipfile.BadZipFile, OSError, RuntimeError) as error:
            refused.append(Row(label, before=before, refused=str(error)))
        else:
            scored.append((label, report, before))
    scored.sort(key=lambda each: each[1].quantiles_score.value, reverse=True)
    saved = sorted((b for _, _, b in scored if b is not None), reverse=True)
    rows = []
    for i, (label, report, before) in enumerate(scored):
        estimate = report.quantiles_score
        rows.append(
            Row(
                label,
                place=i + 1,
                score=estimate.value,
                low=estimate.low,
                high=estimate.high,
                interval=report.interval.value,
                coverage=report.coverage.value,
                before=before,
                place_before=0 if before is None else saved.index(before) + 1,
                errors_ahead=_errors_ahead(report, scored[i + 1][1]) if scored[i + 1 :] else 0.0,
            )
        )
    return [*rows, *refused]


def _errors_ahead(one: ScoreReport, other: ScoreReport) -> float:
    first, second = one.quantiles_score, other.quantiles_score
    # Half of each 68 % range, on the side where the other one is.
    error = math.hypot(first.value - first.low, second.high - second.value)
    return (first.value - second.value) / error if error > 0 else 0.0
