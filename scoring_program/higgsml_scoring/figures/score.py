"""Figures of the quantiles score: the penalty, and the plane of width and coverage."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from ..bootstrap import Estimate
from ..metrics import ONE_SIGMA, coverage_penalty, coverage_sigma, free_band, quantiles_score
from ..published import PublishedResult
from .style import COLOURS, new_figure

__all__ = ["penalty_figure", "plane_figure"]

_LEVELS = (-64, -32, -16, -8, -4, -2, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4)
"""Scores to draw lines for: close together where good results lie."""


def penalty_figure(coverage: Estimate, experiments: int) -> Figure:
    """Points that a coverage costs, ln f, with this result on the curve.

    Args:
        coverage: of this result, over all experiments.
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
        xerr=coverage.error,
        fmt="D",
        color=COLOURS["vermilion"],
        markersize=7,
        clip_on=False,
        zorder=5,
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(bottom=0)
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
    lines = axes.contour(
        x, y, scores, _LEVELS, colors=COLOURS["muted"], linewidths=0.7, linestyles="solid"
    )
    axes.clabel(lines, fmt=_signed, fontsize=8, inline_spacing=2)
    for result in published:
        axes.plot(result.coverage, result.interval, "o", color=COLOURS["ink"], markersize=5)
        axes.annotate(
            result.team,
            (result.coverage, result.interval),
            xytext=(-7, 0),
            textcoords="offset points",
            horizontalalignment="right",
            verticalalignment="center",
            fontsize=8,
            color=COLOURS["ink"],
            bbox={"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 0.6},
        )
    axes.errorbar(
        coverage.value,
        width.value,
        xerr=coverage.error,
        yerr=width.error,
        fmt="D",
        color=COLOURS["vermilion"],
        markersize=7,
        clip_on=False,
        zorder=5,
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    return figure


def _signed(score: float) -> str:
    return f"{score:g}".replace("-", "−")
