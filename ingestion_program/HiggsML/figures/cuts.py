"""Cuts on the distributions of the observables that they are made of."""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..arrays import Mask
from ..errors import DataError, did_you_mean
from ..schema import UNDEFINED
from .inputs import UPPER_PERCENTILE, Array, one_per_event
from .style import INK, MUTED, TWO_COLOURS, axis_label, house_style, new_figure, panels

__all__ = ["Cut", "cut_distributions"]

_BINS = 50


class Cut(Protocol):
    """A condition on one observable, whose `str` can be read."""

    @property
    def name(self) -> str:
        """The observable."""

    @property
    def edges(self) -> tuple[float, ...]:
        """Where the condition begins or ends."""

    def passes(self, values: NDArray[Any]) -> Mask:
        """Whether each value is kept."""


@house_style()
def cut_distributions(
    x: ArrayLike,
    columns: Sequence[str],
    is_signal: ArrayLike,
    cuts: Sequence[Cut],
    weights: ArrayLike | None = None,
    survivors: bool = False,
) -> Figure:
    """Signal and background of each observable that is cut on, with lines where the cut is.

    What is kept is shaded. Each distribution is normalised to 1, without what is undefined.

    Args:
        x: (n, d), events.
        columns: (d,), names of the observables.
        is_signal: (n,), 1 for signal, 0 for background.
        cuts: in the order in which they were made, such as `CutAndCount.cuts_`.
        weights: (n,), expected events each stands for; None: one each.
        survivors: whether a panel shows all events (of parallel cuts, or of sequential ones), or
            only those that pass the cuts before it.

    Raises:
        DataError: there is no cut, a cut is on no column, or lengths differ.
    """
    table = np.asarray(x, dtype=np.float64)
    labels = one_per_event(is_signal, len(table), "is_signal") == 1
    each = np.ones(len(table)) if weights is None else np.asarray(weights, dtype=np.float64)
    each = one_per_event(each, len(table), "weights")
    if not cuts:
        raise DataError("there are no cuts to show.", where="cuts", fix="fit cuts first.")
    for cut in cuts:
        if cut.name not in columns:
            raise DataError(
                "a cut is on an observable that is not there.",
                where="columns",
                value=cut.name,
                fix=did_you_mean(cut.name, columns),
            )
    per_row = min(3, len(cuts))
    figure = new_figure(3.8 * per_row, 3.1 * -(-len(cuts) // per_row) + 0.3)
    shown = np.ones(len(table), dtype=bool)
    for axes, cut in zip(panels(figure, len(cuts), per_row), cuts, strict=True):
        values = table[:, list(columns).index(cut.name)]
        _draw_cut(axes, values[shown], labels[shown], each[shown], cut)
        text = str(cut).replace(" or ", "\nor ")  # else wider than its panel
        axes.set_title(f"{text}\nof {shown.sum():,} events")
        if survivors:
            shown = shown & cut.passes(values)
    handles, names = figure.axes[0].get_legend_handles_labels()
    once = dict(zip(names, handles, strict=True))
    figure.legend(once.values(), once, loc="outside lower center", ncols=4)
    return figure


def _draw_cut(axes: Axes, values: Array, is_signal: Mask, weights: Array, cut: Cut) -> None:
    defined = np.isfinite(values) & (values != UNDEFINED)
    inner = np.append(values[defined], cut.edges)
    upper = np.percentile(values[defined], UPPER_PERCENTILE) if defined.any() else -np.inf
    low, high = float(inner.min()), float(max(upper, *cut.edges, inner.min() + 1e-9))
    margin = 0.04 * (high - low)
    edges = np.linspace(low - margin, high + margin, _BINS + 1)
    for kind, colour, label in (
        (~is_signal, TWO_COLOURS[0], "background"),
        (is_signal, TWO_COLOURS[1], "signal"),
    ):
        chosen = defined & kind
        heights, _ = np.histogram(values[chosen], edges, weights=weights[chosen])
        total = weights[chosen].sum() or 1.0  # of nothing: zeros
        axes.stairs(heights / total / np.diff(edges), edges, color=colour, lw=1.3, label=label)
    ends = np.array([edges[0], *sorted(cut.edges), edges[-1]])
    kept = cut.passes((ends[:-1] + ends[1:]) / 2.0)
    for start, end in zip(ends[:-1][kept], ends[1:][kept], strict=True):
        axes.axvspan(start, end, color=MUTED, alpha=0.12, lw=0, label="kept")
    for edge in cut.edges:
        axes.axvline(edge, color=INK, lw=1.3, label="cut")
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xlabel(axis_label(cut.name))
    axes.set_ylabel("density")
