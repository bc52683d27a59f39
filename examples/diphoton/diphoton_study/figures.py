"""Figures of the selected events and of what classifiers make of them; events count by weight."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from HiggsML.arrays import Array, Floats, Mask
from HiggsML.figures.style import INK, MUTED, house_style, new_figure, panels

from .event_table import MASS
from .mini_trees import LISTS, MODES
from .processing import SelectedEvents
from .selection import WINDOW, Cutflow

__all__ = ["confusion_figure", "cutflow_figure", "importance_figure", "mass_figure", "shape_figure"]

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_PARTICLES = dict(zip(LISTS, ("photons", "leptons", "taus", "jets", "large-R jets"), strict=True))


def cutflow_figure(cutflows: Mapping[int, Cutflow]) -> Figure:
    """The share of all events that is left after each cut, by mode.

    Args:
        cutflows: by position in `MODES`.
    """
    with house_style():
        figure = new_figure(6.0, 3.6)
        axes = figure.add_subplot()
        for mode, flow in sorted(cutflows.items()):
            places = np.arange(len(flow.names))
            axes.plot(
                places, flow.events / flow.events[0], marker="o", markersize=4.0,
                color=_COLOURS[mode], label=MODES[mode].label,
            )  # fmt: skip
            axes.set_xticks(places, flow.names, rotation=30, ha="right")
        axes.set(ylim=(0.0, 1.05), ylabel="share of all events")
        axes.legend()
    return figure


def mass_figure(events: SelectedEvents) -> Figure:
    """The peak of the photons' mass, modes on top of each other."""
    with house_style():
        figure = new_figure(6.0, 3.6)
        axes = figure.add_subplot()
        edges = np.linspace(*WINDOW, 56)
        order = np.argsort(np.bincount(events.mode, events.weights))
        mass = events.columns([MASS])[:, 0]
        axes.hist(
            [mass[events.mode == mode] for mode in order],
            bins=edges.tolist(),
            weights=[events.weights[events.mode == mode] for mode in order],
            stacked=True,
            color=[_COLOURS[mode] for mode in order],
            label=[MODES[mode].label for mode in order],
        )
        axes.set(xlabel=r"$m_{\gamma\gamma}$ [GeV]", ylabel=f"events / {edges[1] - edges[0]:g} GeV")
        axes.legend(reverse=True)
    return figure


def shape_figure(events: SelectedEvents) -> Figure:
    """Missing momentum and b tag by mode, largest momenta and multiplicities by particle."""
    with house_style():
        figure = new_figure(10.0, 6.4)
        met, angle, tag, momenta, numbers = panels(figure, 5, 3)
        by_mode = [(events.mode == k, _COLOURS[k], mode.label) for k, mode in enumerate(MODES)]
        jets = events.columns(["jet_n"])[:, 0] > 0
        for axes, column, edges, some in (
            (met, "met", np.geomspace(1.0, 500.0, 41), True),
            (angle, "met_phi", np.linspace(-np.pi, np.pi, 31), True),
            (tag, "jet_MV2c10_max", np.linspace(-1.0, 1.0, 31), jets),
        ):
            values = events.columns([column])[:, 0]
            for chosen, colour, label in by_mode:
                _outline(axes, values, events.weights, chosen & some, edges, colour, label)
        met.set(xscale="log", xlabel="missing transverse momentum [GeV]", ylabel="share / bin")
        angle.set(xlabel="its angle from the hardest photon [rad]", ylim=(0.0, None))
        tag.set(xlabel="highest b-tag score of the jets", yscale="log")
        met.legend()
        for k, (name, label) in enumerate(_PARTICLES.items()):
            number, pt = events.columns([f"{name}_n", f"{name}_pt_max"]).T
            edges, whole = np.geomspace(5.0, 1000.0, 41), np.arange(-0.5, 10.0)
            _outline(momenta, pt, events.weights, number > 0, edges, _COLOURS[k], label)
            everything = np.ones(len(number), dtype=bool)
            _outline(numbers, number, events.weights, everything, whole, _COLOURS[k], label)
        momenta.set(xscale="log", xlabel="largest transverse momentum [GeV]", ylabel="share / bin")
        numbers.set(yscale="log", xlabel="number of particles")
        momenta.legend()
    return figure


def _outline(
    axes: Axes, values: Floats, weights: Array, chosen: Mask, edges: Array, colour: str, label: str
) -> None:
    """One histogram of shares; what lies outside counts to the whole."""
    total = weights[chosen].sum()
    if total > 0.0:
        found, _ = np.histogram(values[chosen], edges, weights=weights[chosen] / total)
        axes.stairs(np.maximum(found, 0.0), edges, color=colour, label=label)


def confusion_figure(counts: Array, weights: Array, title: str) -> Figure:
    """What each mode is taken for: by number of events and by expected events, rows sum to one.

    Args:
        counts: (K, K) numbers of events by true (rows) and predicted mode.
        weights: (K, K) sums of weights.
        title: of the figure.
    """
    names = [mode.label for mode in MODES]
    with house_style():
        figure = new_figure(8.4, 3.8)
        figure.suptitle(title)
        texts = ["{:.0f}", "{:.2g}"]
        for axes, cells, text, head in zip(
            panels(figure, 2, 2),
            (counts, weights),
            texts,
            ("events", "expected events"),
            strict=True,
        ):
            share = cells / cells.sum(axis=1, keepdims=True)
            axes.imshow(share, vmin=0.0, vmax=1.0, cmap="Blues")
            for (row, column), cell in np.ndenumerate(cells):
                colour = "white" if share[row, column] > 0.5 else INK
                axes.text(
                    column,
                    row,
                    text.format(cell),
                    ha="center",
                    va="center",
                    color=colour,
                    fontsize=8,
                )
            axes.set_xticks(range(len(names)), names)
            axes.set_yticks(range(len(names)), names)
            axes.set(title=head, xlabel="taken for", ylabel="mode")
    return figure


def importance_figure(importances: Array, columns: Sequence[str], most: int = 20) -> Figure:
    """The columns that a forest uses most."""
    order = np.argsort(importances)[-most:]
    with house_style():
        figure = new_figure(5.6, 4.4)
        axes = figure.add_subplot()
        axes.barh([columns[k] for k in order], importances[order], color=_COLOURS[0])
        axes.axvline(1.0 / len(importances), color=MUTED, linestyle=":")
        axes.set(xlabel="importance (dotted: the mean)")
    return figure
