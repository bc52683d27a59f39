"""Figures of the selection and of the selected events, which count by weight."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from HiggsML.arrays import Array, Floats
from HiggsML.figures.style import house_style, new_figure
from HiggsML.visualization import class_histograms

from .event_table import MASS
from .mini_trees import LISTS, MODES
from .processing import SelectedEvents
from .selection import WINDOW, Cutflow

__all__ = ["cutflow_figure", "mass_figure", "shape_figures"]

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


def shape_figures(events: SelectedEvents) -> dict[str, Figure]:
    """Missing momentum and b tag by mode, largest momenta and multiplicities by particle.

    Returns:
        By name: `met`, `met_phi`, `b_tag`, `momenta`, `multiplicities`.
    """
    modes = {mode.label: events.mode == k for k, mode in enumerate(MODES)}
    weights = {label: events.weights[chosen] for label, chosen in modes.items()}
    particles = dict.fromkeys(_PARTICLES.values(), events.weights)

    def by_mode(column: str) -> dict[str, Array]:
        values = events.columns([column])[:, 0].astype(np.float64)
        if column.startswith("jet"):
            values[events.columns(["jet_n"])[:, 0] == 0.0] = np.nan
        return {label: values[chosen] for label, chosen in modes.items()}

    def by_particle(field: str) -> dict[str, Floats]:
        return {
            label: events.columns([f"{name}_{field}"])[:, 0] for name, label in _PARTICLES.items()
        }

    tag, momentum = "highest b-tag score of the jets", "largest transverse momentum [GeV]"
    return {
        "met": class_histograms(
            by_mode("met"), "missing transverse momentum [GeV]", weights, x_scale="log"
        ),
        "met_phi": class_histograms(
            by_mode("met_phi"), "its angle from the hardest photon [rad]", weights
        ),
        "b_tag": class_histograms(by_mode("jet_MV2c10_max"), tag, weights, y_scale="log"),
        "momenta": class_histograms(by_particle("pt_max"), momentum, particles, x_scale="log"),
        "multiplicities": class_histograms(
            by_particle("n"), "number of particles", particles, y_scale="log"
        ),
    }
