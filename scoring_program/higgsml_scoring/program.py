"""The scoring program, told in the order in which it happens."""

import logging
from pathlib import Path

from .page import clear_outputs, write_report
from .report import ScoreReport, score
from .results import read_results
from .settings import ReferenceSettings
from .verdict import judge

__all__ = ["score_folder"]

_log = logging.getLogger(__name__)


def score_folder(prediction: Path, reference: ReferenceSettings, output: Path) -> ScoreReport:
    """Score a results folder, and write scores, figures and page.

    Args:
        prediction: the folder that the ingestion program wrote.
        reference: the organiser's settings.
        output: where to write; made if missing. What an earlier scoring left there is removed
            first, so a refusal leaves no scores behind.

    Raises:
        ResultsError: where the results cannot be scored, with the reason.
    """
    output.mkdir(parents=True, exist_ok=True)
    clear_outputs(output)
    results = read_results(prediction, reference)
    sets, experiments = results.answers.mu_hat.shape
    _log.info("scoring %d sets of %d pseudo-experiments", sets, experiments)
    report = score(results.mu, results.answers, results.ingestion_duration)
    write_report(
        output,
        report,
        results.answers,
        show_truth=reference.show_truth,
        systematics=results.systematics,
        run=results.run,
    )
    for name in ("quantiles_score", "interval", "coverage", "rmse", "mae"):
        estimate = getattr(report, name)
        numbers = (estimate.value, estimate.low, estimate.high)
        _log.info("%-18s %9.4f  (68 %% range %.4f to %.4f)", name, *numbers)
    _log.info("%-18s %9.1f s", "ingestion_duration", results.ingestion_duration)
    _log.info("%s", judge(report).headline)
    return report
