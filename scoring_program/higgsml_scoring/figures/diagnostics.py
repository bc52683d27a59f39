"""Figures of what a submission tells of its own fit: templates, nuisance parameters, bins."""

import itertools
from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from .style import COLOURS, add_axes, new_figure

__all__ = ["nuisances_figure", "post_fit_figure", "templates_figure"]

_STYLES = list(itertools.product(["-", "--", ":"], ["ink", "blue", "vermilion", "muted"]))
"""Lines that can be told apart: three kinds of strokes in four colours."""
_ROW = 0.3  # inches


def templates_figure(templates: Mapping[str, ArrayLike]) -> Figure:
    """Expected events of each process in each bin, as lines on a logarithmic axis.

    Args:
        templates: events, shape (bins,), by process.
    """
    events = {name: np.asarray(row, dtype=float) for name, row in templates.items()}
    legend = 0.22 * -(-len(events) // 3) + 0.08
    figure = Figure(figsize=(4.6, 3.2 + legend), facecolor=COLOURS["paper"])
    axes = add_axes(figure, "bin", "expected events", left=0.78, top=legend)
    largest = max(float(row.max()) for row in events.values())
    for (name, row), (stroke, colour) in zip(
        events.items(), itertools.cycle(_STYLES), strict=False
    ):
        x, y = _steps(row)
        axes.plot(x, y, label=name, color=COLOURS[colour], linestyle=stroke, linewidth=1.2)
    if largest > 0:
        positive = min(float(row[row > 0].min(initial=largest)) for row in events.values())
        axes.set_yscale("log")
        axes.set_ylim(max(0.7 * positive, 1e-8 * largest), 1.5 * largest)
    axes.minorticks_off()
    axes.set_xlim(-0.5, len(next(iter(events.values()))) - 0.5)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, fontsize=8,
        labelcolor=COLOURS["ink"], borderaxespad=0.2,
    )  # fmt: skip
    return figure


def nuisances_figure(nuisances: Mapping[str, tuple[float, float]]) -> Figure:
    """Best values of the nuisance parameters and their errors, over the priors.

    Args:
        nuisances: value and error by name, in units of the priors.
    """
    left = min(2.6, 0.3 + 0.085 * max(map(len, nuisances)))
    height = 0.75 + _ROW * len(nuisances)
    figure, axes = new_figure("deviation, in units of the prior", "", height=height, left=left)
    rows = np.arange(len(nuisances))[::-1]
    values, errors = np.array(list(nuisances.values()), dtype=float).T
    axes.axvspan(-1, 1, color=COLOURS["band"], linewidth=0, zorder=0)
    axes.axvline(0, color=COLOURS["muted"], linewidth=0.8, zorder=1)
    axes.errorbar(values, rows, xerr=errors, fmt="o", color=COLOURS["blue"], markersize=5)
    axes.set_yticks(rows, list(nuisances), parse_math=False)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(-0.6, len(nuisances) - 0.4)
    reach = 1.1 * max(1.4, float((np.abs(values) + errors).max()))
    axes.set_xlim(-reach, reach)
    return figure


def post_fit_figure(counted: ArrayLike, expected: ArrayLike) -> Figure:
    """Pull of each bin after a fit: (counted - expected) / sqrt(expected).

    Args:
        counted, expected: events, shape (bins,). Bins that expect none are left out.
    """
    counted, expected = np.asarray(counted, dtype=float), np.asarray(expected, dtype=float)
    some = np.flatnonzero(expected > 0)
    pulls = (counted[some] - expected[some]) / np.sqrt(expected[some])
    figure, axes = new_figure("bin", "pull after the fit", left=0.78)
    for reach, colour in ((2, "band-outer"), (1, "band")):
        axes.axhspan(-reach, reach, color=COLOURS[colour], linewidth=0, zorder=0)
    axes.plot(some, pulls, "o", color=COLOURS["blue"], markersize=3.5)
    axes.set_xlim(-0.5, len(expected) - 0.5)
    span = 1.1 * float(np.abs(pulls).max(initial=3))
    axes.set_ylim(-span, span)
    return figure


def _steps(events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a histogram whose bins are centred on whole numbers."""
    edges = np.arange(len(events) + 1) - 0.5
    return np.repeat(edges, 2)[1:-1], np.repeat(events, 2)
