"""The figures of the score sheet with their words: title, alternative text, caption."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from . import figures, metrics
from .answers import Answers
from .diagnostics import Diagnostics
from .published import PUBLISHED
from .report import ScoreReport
from .verdict import judge

__all__ = [
    "AGAINST_MU",
    "DIAGNOSTICS",
    "INTERVALS",
    "OVERALL",
    "Drawing",
    "draw_against_mu",
    "draw_diagnostics",
    "draw_intervals",
    "draw_overall",
]

OVERALL = ("penalty", "plane")
AGAINST_MU = ("coverage", "width", "bias", "pulls")
DIAGNOSTICS = ("submission_templates", "submission_nuisances", "submission_post_fit")
INTERVALS = "intervals_set_{}"
"""Names of the figures, without suffix."""

_MOST_PANELS = 20


@dataclass(frozen=True)
class Drawing:
    """A figure of the score sheet.

    Attributes:
        name: name of its files, without suffix.
        title: what it shows.
        alt: what is seen in it, for those who do not see it.
        caption: how to read it.
        figure: the figure itself.
    """

    name: str
    title: str
    alt: str
    caption: str
    figure: Figure


def draw_overall(report: ScoreReport) -> Iterator[Drawing]:
    """What can be shown in every phase: it depends on the width and coverage of all alone."""
    n = report.experiments
    low, high = metrics.free_band(n)
    coverage, width = report.coverage.value, report.interval.value
    yield Drawing(
        "penalty",
        "What the coverage costs",
        f"Points lost against coverage: none from {low:.4f} to {high:.4f}, more and more on both "
        f"sides. This result has coverage {coverage:.4f} and loses {judge(report).penalty:.2f}.",
        "Nothing is lost in the shaded band: two binomial standard deviations for "
        f"{n:,} pseudo-experiments. The diamond is this result with its "
        "68\N{NO-BREAK SPACE}% range.",
        figures.penalty_figure(report.coverage, n),
    )
    teams = ", ".join(f"{row.team} {row.coverage:.4f} and {row.interval:.4f}" for row in PUBLISHED)
    yield Drawing(
        "plane",
        "Width and coverage",
        "Plane of coverage and mean width with lines of equal score, best at small widths within "
        f"the free band. This result: {coverage:.4f} and {width:.4f}. Published: {teams}.",
        f"Lines of equal quantiles score for {n:,} pseudo-experiments. The diamond is this result "
        "with its 68\N{NO-BREAK SPACE}% ranges; the dots are the published ones.",
        figures.plane_figure(report.coverage, report.interval, n, PUBLISHED),
    )


def draw_against_mu(report: ScoreReport, answers: Answers) -> Iterator[Drawing]:
    """Coverage, width, bias and pulls: what needs the true mu of each set."""
    mu = np.array([row.mu for row in report.sets])
    yield _draw_coverage(report, mu)
    widths = metrics.widths(answers.p16, answers.p84)
    yield Drawing(
        "width",
        "Width",
        "Mean width of the intervals of each set against its true mu. It lies between "
        f"{widths.mean(axis=1).min():.3f} and {widths.mean(axis=1).max():.3f}.",
        "Dots: mean of a set. Lines: the central 68 % of its widths.",
        figures.width_figure(mu, widths),
    )
    yield _draw_bias(report, mu)
    stated = answers.delta_mu_hat > 0
    if stated.any():
        distance = answers.mu_hat - mu[:, np.newaxis]
        yield _draw_pulls(distance[stated] / answers.delta_mu_hat[stated], int(np.sum(~stated)))


def _draw_coverage(report: ScoreReport, mu: np.ndarray) -> Drawing:
    coverage = np.array([row.coverage.value for row in report.sets])
    experiments = report.sets[0].experiments
    low, high = metrics.free_band(experiments)
    outside = int(np.sum((coverage < low) | (coverage > high)))
    return Drawing(
        "coverage",
        "Coverage",
        "Coverage of each set against its true mu. It lies between "
        f"{coverage.min():.3f} and {coverage.max():.3f}; {outside} of {len(mu)} sets lie outside "
        "two binomial standard deviations.",
        f"Bands: one and two binomial standard deviations around {metrics.ONE_SIGMA} for "
        f"{experiments:,} pseudo-experiments. {_marked('Outside of both', experiments)}",
        figures.coverage_figure(mu, coverage, experiments),
    )


def _draw_bias(report: ScoreReport, mu: np.ndarray) -> Drawing:
    experiments = report.sets[0].experiments
    bias, low, high = (
        np.array([getattr(row.bias, part) for row in report.sets])
        for part in ("value", "low", "high")
    )
    return Drawing(
        "bias",
        "Bias",
        "Bias of each set against its true mu. It lies between "
        f"{bias.min():.3f} and {bias.max():.3f}.".replace("-", "−"),
        "Mean of μ̂ − μ in a set with its 68\N{NO-BREAK SPACE}% range. "
        f"{_marked('Beyond three times the range', experiments)}",
        figures.bias_figure(mu, bias, low, high, experiments),
    )


def _marked(which: str, experiments: int) -> str:
    if experiments < metrics.FEWEST:
        return "Sets of so few pseudo-experiments are not judged."
    return f"{which}: vermilion."


def _draw_pulls(pulls: np.ndarray, left_out: int) -> Drawing:
    facts = f"mean {pulls.mean():.2f}".replace("-", "−") + f", standard deviation {pulls.std():.2f}"
    caption = f"Dashed: the standard normal distribution. Here: {facts}."
    if left_out:
        caption += f" Left out: {left_out:,} pseudo-experiments without a positive Δμ̂."
    return Drawing(
        "pulls",
        "Pulls",
        f"Histogram of the pulls ({facts}) over the standard normal distribution.",
        caption,
        figures.pulls_figure(pulls),
    )


def draw_intervals(report: ScoreReport, answers: Answers) -> Iterator[Drawing]:
    """The intervals of each set, all on axes of the same length, so that widths compare.

    Of many sets, evenly chosen ones are drawn.
    """
    mu = np.array([row.mu for row in report.sets])[:, np.newaxis]
    distances = np.abs(np.concatenate([answers.p16 - mu, answers.p84 - mu]))
    reach = max(float(np.percentile(distances, 99.5)), 1e-3)
    sets = len(report.sets)
    for number in np.linspace(0, sets - 1, min(sets, _MOST_PANELS)).round().astype(int):
        row = report.sets[number]
        misses = round((1 - row.coverage.value) * row.experiments)
        drawn = min(row.experiments, figures.MOST_INTERVALS)
        counted = f"{misses:,} of {row.experiments:,} miss"
        if drawn < row.experiments:
            counted += f", {drawn} are drawn"
        yield Drawing(
            INTERVALS.format(row.number),
            f"Set {row.number}: μ = {row.mu:.3f}",
            f"The intervals of set {row.number} in the order of their centres, around the true mu "
            f"of {row.mu:.3f}. {misses:,} of {row.experiments:,} miss it.",
            f"Width {row.interval.value:.3f}, coverage {row.coverage.value:.3f}: {counted}.",
            figures.intervals_figure(
                answers.p16[row.number],
                answers.p84[row.number],
                mean_mu_hat=row.mu_hat,
                mu=row.mu,
                span=(row.mu - reach, row.mu + reach),
            ),
        )


def draw_diagnostics(told: Diagnostics) -> Iterator[Drawing]:
    """What a submission tells of its own fit."""
    templates, nuisances, post_fit = DIAGNOSTICS
    if told.templates:
        processes = ", ".join(told.templates)
        bins = len(next(iter(told.templates.values())))
        yield Drawing(
            templates,
            "Templates",
            f"Expected events of {processes} in {bins} bins, on a logarithmic axis.",
            f"Expected events of each process in the {bins} bins of the submission.",
            figures.templates_figure(told.templates),
        )
    if told.nuisances:
        widest = max(told.nuisances, key=lambda name: abs(told.nuisances[name][0]))
        yield Drawing(
            nuisances,
            "Nuisance parameters",
            f"Best values and errors of {len(told.nuisances)} nuisance parameters. The largest "
            f"deviation is that of {widest}.",
            "Best values and errors in units of the priors, which are the band. An error much "
            "smaller than the band was learnt from the events.",
            figures.nuisances_figure(told.nuisances),
        )
    if len(told.counted):
        goodness = ""
        if told.goodness:
            chi2, p_value = told.goodness
            goodness = f" Chi-squared is {chi2:.1f}; a larger one has probability {p_value:.2g}."
        far = int(np.sum(np.abs(told.counted - told.expected) > 3 * np.sqrt(told.expected)))
        yield Drawing(
            post_fit,
            "After the fit",
            f"Pulls of {len(told.counted)} bins after the fit to an experiment of the "
            f"submission's own. Beyond three standard deviations: {far}.{goodness}",
            "Counted minus fitted events of each bin in units of their Poisson error. Bands: one "
            f"and two of them.{goodness}",
            figures.post_fit_figure(told.counted, told.expected),
        )
