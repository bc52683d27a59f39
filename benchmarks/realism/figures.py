"""Generated events and rows, overlaid: figures for each region, and those of the pages."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from HiggsML.arrays import Array
from HiggsML.schema import PROCESSES, UNDEFINED

from .regions import collinear, in_region
from .samples import Sample

__all__ = ["PAGES", "overlay", "page_figure"]

COLOURS = {"htautau": "#0072B2", "ztautau": "#D55E00", "ttbar": "#009E73", "diboson": "#CC79A7"}
COLLINEAR = "collinear mass"

SHOWN = (
    *("PRI_lep_pt", "PRI_had_pt", "PRI_met", "DER_mass_transverse_met_lep"),
    *("DER_mass_vis", COLLINEAR, "DER_pt_h", "DER_met_phi_centrality"),
    *("PRI_jet_leading_pt", "PRI_jet_subleading_pt", "PRI_n_jets", "DER_pt_tot"),
    *("DER_deltaeta_jet_jet", "DER_mass_jet_jet", "DER_deltar_had_lep", "PRI_jet_leading_eta"),
)
"""Features of the figure of a region."""

PAGES = {
    "masses": ("DER_mass_vis", "PRI_met", "DER_met_phi_centrality"),
    "jets": ("PRI_n_jets", "PRI_jet_leading_pt", "DER_pt_h"),
}
"""Figures of the page on the generator, and their features."""


def _values(sample: Sample, feature: str) -> Array:
    if feature != COLLINEAR:
        return sample.columns[feature]
    mass, physical = collinear(sample.columns)
    return np.where(physical, mass, UNDEFINED)


def _unit(feature: str) -> str:
    if "ratio" in feature or "centrality" in feature:
        return ""
    return " [GeV]" if any(word in feature for word in ("_pt", "met", "mass")) else ""


def _edges(values: Array, weights: Array) -> Array:
    """Bins between the quantiles at 0.5 and 98.5 % of the values that are defined."""
    there = values[values != UNDEFINED]
    if np.array_equal(there, np.rint(there)):
        return np.arange(-0.5, 8.0)
    order = np.argsort(there)
    cumulative = np.cumsum(weights[values != UNDEFINED][order])
    low, high = np.interp([0.005, 0.985], cumulative / cumulative[-1], there[order])
    return np.linspace(low, high, 26)


def _draw(
    axes: Axes, ours: Sample, rows: Sample, region: str, feature: str, colour: str, process: str
) -> None:
    """Shares of all events of the region by bin: generated as steps, rows with their errors."""
    here, there = in_region(ours.region, region), in_region(rows.region, region)
    mine, theirs = _values(ours, feature)[here], _values(rows, feature)[there]
    weights, their_weights = ours.weights[here], rows.weights[there]
    edges = _edges(mine, weights)
    axes.stairs(np.histogram(mine, edges, weights=weights)[0] / weights.sum(), edges, color=colour)
    shares = np.histogram(theirs, edges, weights=their_weights)[0] / their_weights.sum()
    group = np.unique(rows.groups[there], return_inverse=True)[1]
    n_bins = len(edges) - 1
    position = np.searchsorted(edges, theirs, side="right") - 1
    inside = (position >= 0) & (position < n_bins)
    cells, cell = np.unique(group[inside] * n_bins + position[inside], return_inverse=True)
    squares = np.bincount(cell, their_weights[inside], len(cells)) ** 2
    errors = np.sqrt(np.bincount(cells % n_bins, squares, n_bins)) / their_weights.sum()
    centres = 0.5 * (edges[1:] + edges[:-1])
    axes.errorbar(centres, shares, errors, fmt=".", ms=4, lw=1, color=colour, label=process)
    axes.set(xlabel=feature + _unit(feature), ylabel="share of events")


def overlay(
    region: str, samples: Mapping[str, Sample], rows: Mapping[str, Sample], processes: Sequence[str]
) -> Figure:
    """Features of the events of a region: steps are generated, points are rows."""
    figure = Figure(figsize=(18, 16), layout="constrained")
    for feature, axes in zip(SHOWN, figure.subplots(4, 4).ravel(), strict=True):
        for process in processes:
            colour = COLOURS[process]
            _draw(axes, samples[process], rows[process], region, feature, colour, process)
        axes.set_ylim(bottom=0.0)
    figure.axes[0].legend()
    figure.suptitle(f"{region}; lines: generated, points: rows")
    return figure


def page_figure(
    features: Sequence[str], samples: Mapping[str, Sample], rows: Mapping[str, Sample]
) -> Figure:
    """A few features of every process, generated and as rows, everywhere."""
    figure = Figure(figsize=(3.2 * len(PROCESSES), 2.6 * len(features)), layout="constrained")
    panels = figure.subplots(len(features), len(PROCESSES), squeeze=False)
    for process, column in zip(PROCESSES, panels.T, strict=True):
        for feature, axes in zip(features, column, strict=True):
            _draw(axes, samples[process], rows[process], "all", feature, COLOURS[process], process)
            axes.set_ylim(bottom=0.0)
        column[0].set_title(process)
    return figure
