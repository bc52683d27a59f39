"""Scores of several results above, the differences of their pairs below."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .style import COLOURS, add_axes

__all__ = ["comparison_figure"]

Range = tuple[float, float, float]

_ROW = 0.32  # inches


def comparison_figure(
    labels: Sequence[str],
    scores: Sequence[Range],
    pairs: Sequence[str],
    differences: Sequence[Range],
) -> Figure:
    """Draw scores and differences as dots with their ranges; ranges that leave out 0 are blue.

    Args:
        labels: names of the results.
        scores: (value, low, high) of each result; the range holds the central 68 %.
        pairs: names of the pairs.
        differences: (value, low, high) of each pair; the range holds the central 95 %.
    """
    left = min(3.5, 0.3 + 0.075 * max(len(label) for label in (*labels, *pairs)))
    above, below = (0.74 + _ROW * len(rows) for rows in (labels, pairs))
    figure = Figure(figsize=(left + 4.2, above + below), facecolor=COLOURS["paper"])
    upper = add_axes(figure, "quantiles score, 68 % range", "", left=left, bottom=below)
    _draw_ranges(upper, labels, scores, [True] * len(labels))
    lower = add_axes(figure, "difference, 95 % range", "", left=left, top=above)
    _draw_ranges(lower, pairs, differences, [low > 0 or high < 0 for _, low, high in differences])
    lower.axvline(0, color=COLOURS["muted"], linewidth=0.8, zorder=0)
    return figure


def _draw_ranges(
    axes: Axes, labels: Sequence[str], ranges: Sequence[Range], filled: Sequence[bool]
) -> None:
    height = np.arange(len(labels))[::-1]
    for y, (value, low, high), blue in zip(height, ranges, filled, strict=True):
        colour = COLOURS["blue" if blue else "muted"]
        axes.hlines(y, low, high, color=colour, linewidth=1.4)
        axes.plot(value, y, "o", color=colour, markersize=6)
    axes.set_yticks(height, labels, parse_math=False)  # a folder may have a $ in its name
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.spines["left"].set_visible(False)
