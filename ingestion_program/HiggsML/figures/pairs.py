"""Every feature against every other, for two samples of events."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .inputs import Array, defined
from .style import TWO_COLOURS, axis_label, new_figure

__all__ = ["draw_pairs"]


def draw_pairs(
    samples: Sequence[pd.DataFrame], names: Sequence[str], columns: Sequence[str]
) -> Figure:
    k = len(columns)
    figure = new_figure(1.9 * k + 0.6, 1.8 * k + 0.6)
    grid = figure.subplots(k, k, sharex="col", squeeze=False)
    values = [{name: defined(sample, name) for name in columns} for sample in samples]
    for (row, column), axes in np.ndenumerate(grid):
        x, y = columns[column], columns[row]
        if row == column:
            _draw_distributions(axes, [v[x] for v in values])
        elif row > column:
            if column > 0:
                axes.sharey(grid[row, 0])
                axes.tick_params(labelleft=False)
            for v, colour in zip(values, TWO_COLOURS, strict=True):
                axes.plot(v[x], v[y], "o", color=colour, ms=2.5, alpha=0.5, mew=0)
        else:
            _write_correlations(axes, [(v[x], v[y]) for v in values], names)
        if row == k - 1:
            axes.set_xlabel(axis_label(x))
        if column == 0 and row > 0:
            axes.set_ylabel(axis_label(y))
    for colour, name, sample in zip(TWO_COLOURS, names, samples, strict=True):
        grid[0, 0].plot([], [], "o", color=colour, label=f"{name} ({len(sample)} events)")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure


def _draw_distributions(axes: Axes, samples: Sequence[Array]) -> None:
    together = np.concatenate(samples)
    edges = np.histogram_bin_edges(together[np.isfinite(together)], 16)
    for values, colour in zip(samples, TWO_COLOURS, strict=True):
        counts = np.histogram(values[np.isfinite(values)], edges)[0]
        axes.stairs(counts / max(counts.sum(), 1), edges, color=colour, lw=1.2)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)


def _write_correlations(
    axes: Axes, pairs: Sequence[tuple[Array, Array]], names: Sequence[str]
) -> None:
    axes.set_axis_off()
    for height, colour, (x, y), name in zip((0.62, 0.38), TWO_COLOURS, pairs, names, strict=True):
        coefficient = pd.Series(x).corr(pd.Series(y), min_periods=2)
        text = f"{coefficient:+.2f}".replace("-", "−") if np.isfinite(coefficient) else "–"
        axes.text(
            0.5, height, f"{name} {text}", color=colour, ha="center", transform=axes.transAxes
        )
