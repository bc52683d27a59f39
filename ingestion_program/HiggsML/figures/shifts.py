"""Figures of systematic shifts: nominal against shifted events."""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..errors import DataError
from .inputs import SHOWN, Array, bin_edges, defined, one_per_event, require_columns, sample_rows
from .pairs import draw_pairs
from .style import MUTED, TWO_COLOURS, axis_label, house_style, new_figure, panels, unit

__all__ = ["compare_histograms", "event_vise_syst", "histogram_syst", "pair_plots_syst"]


@house_style()
def pair_plots_syst(
    dfall: pd.DataFrame,
    df_syst: pd.DataFrame,
    sample_size: int = 100,
    columns: Sequence[str] | None = None,
    seed: int = 0,
) -> Figure:
    """Every feature against every other, nominal and shifted.

    Args:
        dfall: the nominal events.
        df_syst: the shifted ones; where they are as many, the same events are drawn of both.
        sample_size: events of each to draw (all, where there are fewer).
        columns: features to show.
        seed: seed of the sample.

    Raises:
        DataError: an unknown column.
    """
    columns = require_columns(columns, dfall, df_syst, default=SHOWN[:4])
    samples = [
        frame.iloc[sample_rows(np.arange(len(frame)), sample_size, np.random.default_rng(seed))]
        for frame in (dfall, df_syst)
    ]
    return draw_pairs(samples, ("nominal", "shifted"), columns)


@house_style()
def histogram_syst(
    dfall: pd.DataFrame,
    df_syst: pd.DataFrame,
    weights: ArrayLike,
    weight_syst: ArrayLike,
    columns: Sequence[str] | None = None,
    nbin: int = 25,
) -> Figure:
    """Distributions of features, nominal and shifted, each normalised to 1, and their ratio.

    Args:
        dfall: the nominal events.
        df_syst: the shifted ones.
        weights: (n,) one per nominal event.
        weight_syst: (m,) one per shifted event.
        columns: features to show.
        nbin: bins, up to the 97.5th percentile of the nominal events.

    Raises:
        DataError: an unknown column, or lengths that differ.
    """
    columns = require_columns(columns, dfall, df_syst)
    both = (
        (dfall, one_per_event(weights, len(dfall), "weights").astype(np.float64)),
        (df_syst, one_per_event(weight_syst, len(df_syst), "weight_syst").astype(np.float64)),
    )
    return compare_histograms(both, ("nominal", "shifted"), columns, nbin)


@house_style()
def compare_histograms(
    samples: Sequence[tuple[pd.DataFrame, Array]],
    labels: tuple[str, str],
    columns: Sequence[str],
    nbin: int,
) -> Figure:
    """Distributions of features of two samples, each normalised to 1, and their ratio.

    Args:
        samples: events and their weights; the bins are those of the first sample.
        labels: what the samples are called.
        columns: features to show.
        nbin: bins, up to the 97.5th percentile of the first sample.

    Raises:
        DataError: an unknown column.
    """
    columns = require_columns(columns, *(frame for frame, _ in samples))
    per_row = min(3, len(columns))
    rows = -(-len(columns) // per_row)
    figure = new_figure(3.5 * per_row, 3.1 * rows)
    grid = figure.subfigures(rows, per_row, squeeze=False)
    for place, column in zip(grid.flat, columns, strict=False):
        upper, lower = place.subplots(2, 1, sharex=True, height_ratios=[3, 1])
        edges = bin_edges(defined(samples[0][0], column), nbin, column)
        densities = [_density(defined(frame, column), w, edges) for frame, w in samples]
        upper.stairs(densities[0], edges, fill=True, color=TWO_COLOURS[0], alpha=0.25, lw=0)
        for density, colour, label in zip(densities, TWO_COLOURS, labels, strict=True):
            upper.stairs(density, edges, color=colour, lw=1.2, label=label)
        upper.set_ylabel(f"density [1/{unit(column)}]" if unit(column) else "density")
        ratio = np.divide(
            densities[1], densities[0], out=np.full(len(edges) - 1, np.nan), where=densities[0] > 0
        )
        # Sparse bins may leave the panel: the bulk must stay legible.
        spread = np.clip(1.5 * np.nanpercentile(np.abs(ratio - 1.0), 80.0), 0.05, 1.0)
        lower.axhline(1.0, color=TWO_COLOURS[0], lw=0.8)
        lower.hlines(ratio, edges[:-1], edges[1:], color=TWO_COLOURS[1], lw=1.6)
        lower.set_ylim(1.0 - spread, 1.0 + spread)
        lower.set_ylabel("ratio")
        lower.set_xlabel(axis_label(column))
    figure.axes[0].legend(loc="best")
    return figure


def _density(values: Array, weights: Array, edges: Array) -> Array:
    has = np.isfinite(values)
    counts = np.histogram(values[has], edges, weights=weights[has])[0]
    return np.asarray(counts / weights[has].sum() / np.diff(edges), dtype=np.float64)


@house_style()
def event_vise_syst(
    dfall: pd.DataFrame,
    df_syst: pd.DataFrame,
    columns: Sequence[str] | None = None,
    sample_size: int = 100,
    seed: int = 0,
) -> Figure:
    """How far each event of a sample is shifted, against the nominal value.

    Differences of azimuthal angles are taken within -pi and pi.

    Args:
        dfall: the nominal events.
        df_syst: the same events shifted, row by row.
        columns: features to show.
        sample_size: events to draw (all, where there are fewer).
        seed: seed of the sample.

    Raises:
        DataError: an unknown column, or events that do not correspond.
    """
    columns = require_columns(columns, dfall, df_syst)
    if len(dfall) != len(df_syst):
        raise DataError(
            "the rows of the two data sets do not correspond.",
            where="event_vise_syst",
            value=(len(dfall), len(df_syst)),
            fix="shift without dropping events (dopostprocess=False).",
        )
    rows = sample_rows(np.arange(len(dfall)), sample_size, np.random.default_rng(seed))
    per_row = min(3, len(columns))
    figure = new_figure(3.3 * per_row, 2.7 * -(-len(columns) // per_row))
    for axes, column in zip(panels(figure, len(columns), per_row), columns, strict=True):
        nominal = defined(dfall, column)[rows]
        change = defined(df_syst, column)[rows] - nominal
        if unit(column) == "rad":
            change = np.mod(change + np.pi, 2.0 * np.pi) - np.pi
        axes.axhline(0.0, color=MUTED, lw=0.8)
        axes.plot(nominal, change, "o", color=TWO_COLOURS[1], ms=3.5, alpha=0.6, mew=0)
        axes.set_xlabel(axis_label(column))
        axes.set_ylabel(axis_label(column, "shifted − nominal"))
    return figure
