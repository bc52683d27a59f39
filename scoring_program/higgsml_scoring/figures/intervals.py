"""The intervals of one set, in the order of their centres."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..metrics import covers
from .style import COLOURS, new_figure

__all__ = ["MOST_INTERVALS", "intervals_figure"]

MOST_INTERVALS = 500
"""More lines than this cannot be told apart; of more, evenly chosen ones are drawn."""


def intervals_figure(
    p16: ArrayLike,
    p84: ArrayLike,
    *,
    mean_mu_hat: float,
    mu: float | None = None,
    span: tuple[float, float] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw each interval as a line from p16 to p84, those that miss the true mu in vermilion.

    Args:
        p16, p84: ends of the intervals, shape (experiments,).
        mean_mu_hat: mean estimate, drawn dotted.
        mu: true mu, drawn as a line; without it no interval counts as a miss.
        span: ends of the axis of mu.
        title: text above the intervals.
    """
    low, high = np.asarray(p16, dtype=float), np.asarray(p84, dtype=float)
    order = np.argsort(low + high, kind="stable")
    chosen = order[
        np.linspace(0, len(order) - 1, min(len(order), MOST_INTERVALS)).round().astype(int)
    ]
    figure, axes = new_figure("μ", "pseudo-experiments", width=3.4, height=2.7, left=0.4)
    position = np.arange(len(chosen), dtype=np.float64) + 0.5
    held = np.ones(len(chosen), dtype=bool) if mu is None else covers(mu, low, high)[chosen]
    _draw_lines(axes, low[chosen], high[chosen], position, held, "blue", "holds the true μ")
    _draw_lines(axes, low[chosen], high[chosen], position, ~held, "vermilion", "misses it")
    if mu is not None:
        axes.axvline(mu, color=COLOURS["ink"], linewidth=1.2)
    axes.axvline(mean_mu_hat, color=COLOURS["ink"], linewidth=1.2, linestyle=(0, (1, 2)))
    axes.set_yticks([])
    axes.set_ylim(0, len(chosen))
    if span is not None:
        axes.set_xlim(*span)
    if title is not None:
        figure.suptitle(title, fontsize=8, color=COLOURS["ink"])
    return figure


def _draw_lines(
    axes: Axes,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    position: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    colour: str,
    label: str,
) -> None:
    """One path for all lines of a colour, with a gap after each: small files, drawn quickly."""
    gap = np.full(chosen.sum(), np.nan)
    x = np.column_stack([low[chosen], high[chosen], gap]).ravel()
    y = np.repeat(position[chosen], 3)
    width = min(1.4, 110 / len(position))
    axes.plot(x, y, color=COLOURS[colour], linewidth=width, solid_capstyle="butt", label=label)
