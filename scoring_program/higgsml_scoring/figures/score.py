"""Figures of the quantiles score: the penalty, and the plane of width and coverage."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..bootstrap import Estimate
from ..metrics import (
    EPSILON,
    ONE_SIGMA,
    coverage_penalty,
    coverage_sigma,
    free_band,
    quantiles_score,
)
from ..published import PublishedResult
from .labels import Words
from .style import COLOURS, new_figure

__all__ = ["penalty_figure", "plane_figure"]

_LEVELS = (-64, -32, -16, -8, -4, -2, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4)
"""Scores to draw lines for: close together where good results lie."""


def penalty_figure(coverage: Estimate, experiments: int) -> Figure:
    """Points that a coverage costs, ln f, with this result on the curve.

    Args:
        coverage: coverage of this result, over all experiments.
        experiments: number of them; it sets the width of the free band.
    """
    sigma = coverage_sigma(experiments)
    reach = max(6 * sigma, 1.3 * abs(coverage.value - ONE_SIGMA))
    x = np.linspace(max(0.0, ONE_SIGMA - reach), min(1.0, ONE_SIGMA + reach), 401)
    figure, axes = new_figure("coverage", "points lost, ln f")
    axes.axvspan(*free_band(experiments), color=COLOURS["band"], linewidth=0)
    axes.plot(x, np.log(coverage_penalty(x, experiments)), color=COLOURS["muted"], linewidth=1.4)
    lost = float(np.log(coverage_penalty(coverage.value, experiments)))
    axes.errorbar(
        coverage.value,
        lost,
        xerr=_reach(coverage),
        fmt="D",
        color=COLOURS["vermilion"],
        markersize=7,
        clip_on=False,
        zorder=5,
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(0, max(axes.get_ylim()[1], 1))
    return figure


def plane_figure(
    coverage: Estimate,
    width: Estimate,
    experiments: int,
    published: Sequence[PublishedResult] = (),
) -> Figure:
    """This result in the plane of coverage and width, over lines of equal quantiles score.

    Args:
        coverage, width: of this result, over all experiments.
        experiments: number of them; the contours hold for this number.
        published: other results, for orientation.
    """
    figure, axes = new_figure("coverage", "mean width p84 − p16")
    coverages = [coverage.value, *(result.coverage for result in published)]
    all_widths = [width.value, *(result.interval for result in published)]
    farthest = max(abs(value - ONE_SIGMA) for value in coverages)
    reach = 1.25 * max(4 * coverage_sigma(experiments), farthest)
    x = np.linspace(max(0.0, ONE_SIGMA - reach), min(1.0, ONE_SIGMA + reach), 201)
    y = np.linspace(0.7 * min(all_widths), 1.15 * max(all_widths), 101)
    scores = quantiles_score(y[:, np.newaxis], x[np.newaxis, :], experiments)
    axes.axvspan(*free_band(experiments), color=COLOURS["band"], linewidth=0, zorder=0)
    axes.contour(x, y, scores, _LEVELS, colors=COLOURS["muted"], linewidths=0.7, linestyles="solid")
    for result in published:
        axes.plot(result.coverage, result.interval, "o", color=COLOURS["ink"], markersize=5)
    axes.errorbar(
        coverage.value,
        width.value,
        xerr=_reach(coverage),
        yerr=_reach(width),
        fmt="D",
        color=COLOURS["vermilion"],
        markersize=7,
        clip_on=False,
        zorder=5,
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    _write_words(axes, coverage, width, experiments, published)
    return figure


def _write_words(
    axes: Axes,
    coverage: Estimate,
    width: Estimate,
    experiments: int,
    published: Sequence[PublishedResult],
) -> None:
    """Name the published results, and say the score of each line where there is room."""
    words = Words(axes)
    words.keep_free((coverage.value, width.value), (coverage.value, width.value), 5.5)
    words.keep_free((coverage.low, width.value), (coverage.high, width.value), 1.5)
    words.keep_free((coverage.value, width.low), (coverage.value, width.high), 1.5)
    for result in published:
        dot = (result.coverage, result.interval)
        words.keep_free(dot, dot, 3.5)
    for result in published:
        words.name(result.team, result.coverage, result.interval)
    low, high = free_band(experiments)
    x = np.linspace(*axes.get_xlim(), 41)
    x = x[np.argsort(np.abs(x - (low + 3 * high) / 4), kind="stable")]
    for level in _LEVELS:
        y = np.exp(-level) / coverage_penalty(x, experiments) - EPSILON
        seen = (y > axes.get_ylim()[0]) & (y < axes.get_ylim()[1])
        ground = ["band" if low < value < high else "paper" for value in x[seen]]
        words.value(_signed(level), list(zip(x[seen], y[seen], strict=True)), ground)


def _reach(estimate: Estimate) -> list[list[float]]:
    """Lengths of an error bar, downwards and upwards, as matplotlib takes them."""
    down, up = estimate.value - estimate.low, estimate.high - estimate.value
    return [[max(down, 0.0)], [max(up, 0.0)]]  # few values can lie on one side of their range


def _signed(score: float) -> str:
    return f"{score:g}".replace("-", "−")
