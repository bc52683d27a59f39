"""The score sheet: one self-contained page, and its figures as files."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from . import figures, metrics
from .files import write_atomically
from .published import PUBLISHED
from .report import ScoreReport
from .results import Answers
from .run_facts import RunFacts
from .verdict import judge

__all__ = ["FIGURES", "PAGE", "SCORES", "clear_outputs", "write_report"]

SCORES = "scores.json"
PAGE = "detailed_results.html"
FIGURES = "figures"


@dataclass(frozen=True)
class _Drawing:
    """A figure of the page: the file's name, a title, what is seen, and how to read it."""

    name: str
    title: str
    alt: str
    caption: str
    figure: Figure


def clear_outputs(folder: Path) -> None:
    """Remove the files of an earlier scoring, so that a refusal leaves none behind."""
    for name in (SCORES, PAGE):
        (folder / name).unlink(missing_ok=True)
    for pattern in ("*.svg", "*.png"):
        for path in (folder / FIGURES).glob(pattern):
            path.unlink()
    with contextlib.suppress(OSError):  # it holds files that are not ours, or does not exist
        (folder / FIGURES).rmdir()


def write_report(
    folder: Path,
    report: ScoreReport,
    answers: Answers,
    *,
    show_truth: bool,
    systematics: Mapping[str, bool] | None = None,
    run: RunFacts | None = None,
) -> None:
    """Write figures, page and, last and atomically, `scores.json` into an existing folder.

    Args:
        folder: where to write.
        report: the scores.
        answers: what they were computed from.
        show_truth: whether the true mu, and anything it could be read from, may be shown.
        systematics: which nuisance parameters were varied.
        run: facts of the run.
    """
    (folder / FIGURES).mkdir(exist_ok=True)
    overall = [_save(folder, drawing) for drawing in _overall(report)]
    by_mu, by_set = [], []
    if show_truth:
        by_mu = [_save(folder, drawing) for drawing in _against_mu(report, answers)]
        by_set = [_save(folder, drawing) for drawing in _intervals(report, answers)]
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("page.html").render(
        report=report,
        verdict=judge(report),
        band=metrics.free_band(report.experiments),
        one_sigma=metrics.ONE_SIGMA,
        published=PUBLISHED,
        overall=overall,
        by_mu=by_mu,
        by_set=by_set,
        show_truth=show_truth,
        systematics=systematics,
        run=run,
    )
    write_atomically(folder / PAGE, page.encode())
    scores = json.dumps(report.scores(), indent=2, allow_nan=False)
    write_atomically(folder / SCORES, scores.encode() + b"\n")


def _save(folder: Path, drawing: _Drawing) -> dict[str, object]:
    svg = figures.save_figure(drawing.figure, folder / FIGURES, drawing.name)
    alt = str(escape(drawing.alt))
    return {
        "name": drawing.name,
        "title": drawing.title,
        "caption": drawing.caption,
        # the only texts in it are ours, and `alt`, which is escaped
        "svg": Markup(figures.inline_svg(svg, drawing.name, alt)),  # noqa: S704
    }


def _overall(report: ScoreReport) -> Iterator[_Drawing]:
    n = report.experiments
    low, high = metrics.free_band(n)
    verdict = judge(report)
    yield _Drawing(
        "penalty",
        "What the coverage costs",
        f"Penalty against coverage: zero from {low:.3f} to {high:.3f}, rising on both sides. This "
        f"result, with coverage {report.coverage.value:.3f}, loses {verdict.penalty:.2f} points.",
        f"Within the shaded band nothing is lost. Its width follows from {n:,} pseudo-experiments. "
        "The diamond is this result.",
        figures.penalty_figure(report.coverage, n),
    )
    yield _Drawing(
        "plane",
        "Width and coverage",
        f"Plane of coverage and mean width with lines of equal score. This result lies at coverage "
        f"{report.coverage.value:.3f} and width {report.interval.value:.3f}.",
        f"Lines of equal quantiles score for {n:,} pseudo-experiments. The diamond is this result, "
        "the dots are the results of the 2024 final. Their penalties were those of about 10,000 "
        "pseudo-experiments.",
        figures.plane_figure(report.coverage, report.interval, n, PUBLISHED),
    )


def _against_mu(report: ScoreReport, answers: Answers) -> Iterator[_Drawing]:
    mu = np.array([row.mu for row in report.sets])
    coverage = np.array([row.coverage for row in report.sets])
    experiments = report.sets[0].experiments
    outside = int(
        np.sum(np.abs(coverage - metrics.ONE_SIGMA) > 2 * metrics.coverage_sigma(experiments))
    )
    widths = metrics.widths(answers.p16, answers.p84)
    yield _Drawing(
        "coverage",
        "Coverage",
        f"Coverage of each set against its true mu. {outside} of {len(mu)} sets lie outside two "
        "binomial standard deviations.",
        f"Bands: one and two binomial standard deviations for {experiments:,} pseudo-experiments. "
        "Of twenty calibrated sets about one lies outside the wider band.",
        figures.coverage_figure(mu, coverage, experiments),
    )
    yield _Drawing(
        "width",
        "Width",
        f"Mean width of the intervals of each set against its true mu, from "
        f"{widths.mean(axis=1).min():.3f} to {widths.mean(axis=1).max():.3f}.",
        "Dots: mean width of a set. Lines: the central 68 % of its widths.",
        figures.width_figure(mu, widths),
    )
    bias = np.array([row.bias for row in report.sets])
    error = np.array([row.bias_error for row in report.sets])
    yield _Drawing(
        "bias",
        "Bias",
        f"Bias of each set against its true mu, from {bias.min():.3f} to {bias.max():.3f}.",
        "Mean of μ̂ − μ with its standard error. Biases beyond three errors are vermilion.",
        figures.bias_figure(mu, bias, error),
    )
    stated = answers.delta_mu_hat > 0
    pulls = ((answers.mu_hat - mu[:, np.newaxis])[stated]) / answers.delta_mu_hat[stated]
    if pulls.size:
        yield _Drawing(
            "pulls",
            "Pulls",
            f"Histogram of the pulls, with mean {pulls.mean():.2f} and standard deviation "
            f"{pulls.std():.2f}, over a standard normal distribution.",
            f"Mean {pulls.mean():.3f}, standard deviation {pulls.std():.3f}. Dashed: the standard "
            "normal distribution. Wider means that Δμ̂ is too small."
            + (
                f" Left out: {np.sum(~stated):,} without a positive Δμ̂." if not stated.all() else ""
            ),
            figures.pulls_figure(pulls),
        )


def _intervals(report: ScoreReport, answers: Answers) -> Iterator[_Drawing]:
    ends = np.stack([answers.p16, answers.p84])
    mu = np.array([row.mu for row in report.sets])
    reach = float(np.percentile(np.abs(ends - mu[np.newaxis, :, np.newaxis]), 99.5)) or 1.0
    for row in report.sets:
        misses = round((1 - row.coverage) * row.experiments)
        yield _Drawing(
            f"intervals_set_{row.number}",
            f"Set {row.number}, μ = {row.mu:.3f}",
            f"Intervals of set {row.number} around its true mu of {row.mu:.3f}: {misses:,} of "
            f"{row.experiments:,} miss it.",
            f"Coverage {row.coverage:.3f}, width {row.interval:.3f}",
            figures.intervals_figure(
                answers.p16[row.number],
                answers.p84[row.number],
                mean_mu_hat=row.mu_hat,
                mu=row.mu,
                span=(row.mu - reach, row.mu + reach),
            ),
        )
