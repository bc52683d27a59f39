"""Figures of events: correlations, pairs of features, stacked histograms."""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from ..schema import BACKGROUNDS, FEATURES, SIGNAL
from .inputs import SHOWN, Array, bin_edges, defined, one_per_event, require_columns, sample_rows
from .pairs import draw_pairs
from .style import (
    INK,
    MUTED,
    PROCESS_COLOURS,
    PROCESS_NAMES,
    axis_label,
    house_style,
    new_figure,
    panels,
    unit,
)

__all__ = ["correlation_plots", "pair_plots", "stacked_histogram"]

MOST_ANNOTATED = 12
"""Correlation matrices with more columns than this show colours, but no numbers."""


@house_style()
def correlation_plots(
    dfall: pd.DataFrame, target: ArrayLike, columns: Sequence[str] | None = None
) -> Figure:
    """Correlation matrices of the features, signal beside background.

    Each coefficient is Pearson's, unweighted, over the events that have both features.

    Args:
        dfall: the events.
        target: (n,), 1 for signal, 0 for background.
        columns: features to show; all that `dfall` has by default.

    Raises:
        DataError: an unknown column, or lengths that differ.
    """
    columns = require_columns(columns, dfall, default=FEATURES)
    labels = one_per_event(target, len(dfall), "target")
    values = pd.DataFrame({name: defined(dfall, name) for name in columns})
    side = max(0.24, 0.5 if len(columns) <= MOST_ANNOTATED else 0.0) * len(columns) + 1.0
    figure = new_figure(2.0 * side + 2.4, side + 1.8)
    left, right = panels(figure, 2, 2)
    for axes, label, title in ((left, 1, "signal"), (right, 0, "background")):
        chosen = labels == label
        image = _draw_matrix(axes, values[chosen].corr().to_numpy(), columns)
        axes.set_title(f"{title} ({chosen.sum():,} events)")
    right.set_yticklabels([])
    bar = figure.colorbar(image, ax=[left, right], shrink=0.8, aspect=30, pad=0.01)
    bar.set_label("correlation coefficient")
    bar.outline.set_visible(False)
    return figure


def _draw_matrix(axes: Axes, matrix: Array, columns: Sequence[str]) -> Any:
    image = axes.imshow(matrix, vmin=-1.0, vmax=1.0, cmap="RdBu_r")
    places = np.arange(len(columns))
    axes.set_xticks(places, columns, rotation=90)
    axes.set_yticks(places, columns)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if len(columns) <= MOST_ANNOTATED:
        for (row, column), value in np.ndenumerate(matrix):
            colour = "white" if abs(value) > 0.6 else INK
            text = f"{value:.2f}".replace("-", "−") if np.isfinite(value) else "–"
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7.5)
    return image


@house_style()
def pair_plots(
    dfall: pd.DataFrame,
    target: ArrayLike,
    sample_size: int = 10,
    columns: Sequence[str] | None = None,
    seed: int = 0,
) -> Figure:
    """Every feature against every other, for a sample of signal and of background.

    On the diagonal the distributions, below it the events, above it the correlation coefficients.

    Args:
        dfall: the events.
        target: (n,), 1 for signal, 0 for background.
        sample_size: events of each to draw (all, where there are fewer).
        columns: features to show.
        seed: seed of the sample.

    Raises:
        DataError: an unknown column, or lengths that differ.
    """
    columns = require_columns(columns, dfall, default=SHOWN[:4])
    labels = one_per_event(target, len(dfall), "target")
    rng = np.random.default_rng(seed)
    samples = [
        dfall.iloc[sample_rows(np.flatnonzero(labels == label), sample_size, rng)]
        for label in (0, 1)
    ]
    return draw_pairs(samples, ("background", "signal"), columns)


@house_style()
def stacked_histogram(
    dfall: pd.DataFrame,
    target: ArrayLike,
    weights: ArrayLike,
    detailed_label: ArrayLike,
    field_name: str,
    mu_hat: float = 1.0,
    nbins: int = 30,
    y_scale: str = "linear",
) -> Figure:
    """Expected events in bins of a feature, process upon process, and the signal beside them.

    The lower panel shows mu times signal over background, for mu = 1 and mu = `mu_hat`: on top of
    the stack the signal is too small to see. The range ends at the 97.5th percentile.

    Args:
        dfall: the events.
        target: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for.
        detailed_label: (n,), the process of each.
        field_name: the feature.
        mu_hat: a signal strength to compare with 1.
        nbins: bins (a feature of few whole numbers has one for each).
        y_scale: "linear" or "log".

    Raises:
        DataError: an unknown column, lengths that differ, or no event that has the feature.
    """
    require_columns([field_name], dfall)
    n = len(dfall)
    is_signal = one_per_event(target, n, "target") == 1
    labels = one_per_event(detailed_label, n, "detailed_label").astype(str)
    weights = one_per_event(weights, n, "weights").astype(np.float64)
    values = defined(dfall, field_name)
    edges = bin_edges(values, nbins, field_name)

    def yields(chosen: NDArray[np.bool_]) -> Array:
        return np.histogram(values[chosen], edges, weights=weights[chosen])[0].astype(np.float64)

    names = sorted(set(labels[~is_signal]), key=_stacking_order)
    backgrounds = {name: yields(~is_signal & (labels == name)) for name in names}
    signal = yields(is_signal)

    figure = new_figure(6.4, 5.4)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    total = _draw_stack(upper, backgrounds, signal, mu_hat, edges)
    upper.set_yscale(y_scale)
    per_bin = f" / {edges[1] - edges[0]:.3g} {unit(field_name)}" if unit(field_name) else ""
    upper.set_ylabel(f"expected events{per_bin}")
    _draw_signal_share(lower, signal, total, mu_hat, edges)
    missing = weights[np.isnan(values)].sum() / weights.sum()
    note = f"  ({missing:.1%} of the events do not have it)" if missing > 0.0 else ""
    lower.set_xlabel(axis_label(field_name) + note)
    figure.align_ylabels([upper, lower])
    return figure


def _stacking_order(process: str) -> tuple[int, str]:
    """Small backgrounds below, Z on top; names that are not in the schema last."""
    order = list(BACKGROUNDS[::-1])
    return (order.index(process) if process in order else len(order), process)


def _draw_stack(
    axes: Axes, backgrounds: Mapping[str, Array], signal: Array, mu_hat: float, edges: Array
) -> Array:
    """Draw the backgrounds upon each other and the signal on top; returns their sum without it."""
    total = np.zeros(len(edges) - 1)
    for process, heights in backgrounds.items():
        colour = PROCESS_COLOURS.get(process, MUTED)
        label = PROCESS_NAMES.get(process, process)
        top = total + heights
        axes.stairs(top, edges, baseline=total, fill=True, color=colour, label=label, lw=0)
        total = top
    label = f"+ {PROCESS_NAMES[SIGNAL]}, μ = {mu_hat:g}"
    colour = PROCESS_COLOURS[SIGNAL]
    axes.stairs(total + mu_hat * signal, edges, color=colour, lw=1.2, label=label)
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], loc="best")
    return total


def _draw_signal_share(
    axes: Axes, signal: Array, background: Array, mu_hat: float, edges: Array
) -> None:
    share = np.divide(signal, background, out=np.full_like(signal, np.nan), where=background > 0.0)
    colour = PROCESS_COLOURS[SIGNAL]
    for mu, line in {1.0: ":", mu_hat: "-"}.items():
        axes.stairs(
            100.0 * mu * share,
            edges,
            baseline=None,
            color=colour,
            lw=1.2,
            ls=line,
            label=f"μ = {mu:g}",
        )
    axes.set_ylim(bottom=0.0)
    axes.set_ylabel("signal / bkg [%]")
    axes.legend(loc="best", ncols=2)
