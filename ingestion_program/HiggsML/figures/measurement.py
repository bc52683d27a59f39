"""Figures of a measurement of mu: templates, how they move, what a fit found."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..arrays import Array
from ..task import HIGGSML, Task
from .style import COLOURS, INK, MUTED, PROCESS_COLOURS, PROCESS_NAMES, house_style, new_figure

__all__ = ["draw_morphing", "draw_nuisances", "draw_post_fit"]


def draw_morphing(
    nominal: Array,
    shifted: Mapping[str, Array],
    simulation_error: Array,
    task: Task = HIGGSML,
) -> Figure:
    """Templates in their bins, and how much each shift changes their sum.

    Args:
        nominal: (P, N) expected events of each process and bin.
        shifted: (P, N) expected events by the name of the shift.
        simulation_error: (N,) error of the sum, drawn as a band.
        task: its processes.
    """
    with house_style():
        figure = new_figure(8.0, 5.5)
        above, below = figure.subplots(2, 1, sharex=True)
        _stack(above, nominal, task)
        total = nominal.sum(axis=0)
        edges = np.arange(len(total) + 1) - 0.5
        band = 100.0 * simulation_error / total
        below.stairs(band, edges, baseline=-band, fill=True, color="0.85", label="simulation error")
        for (name, events), colour in zip(shifted.items(), COLOURS, strict=False):
            below.stairs(
                100.0 * (events.sum(axis=0) / total - 1.0), edges, color=colour, label=name
            )
        below.set(xlabel="bin", ylabel="change [%]")
        below.legend(ncols=2)
    return figure


def draw_nuisances(
    values: Mapping[str, float],
    errors: Mapping[str, float],
    truth: Mapping[str, float] | None = None,
) -> Figure:
    """Best values of the nuisance parameters and their errors, in units of the priors.

    Args:
        values: best value of each parameter, by name.
        errors: its error, by name; 1 where the data say nothing.
        truth: its true value, by name, where they are known.
    """
    names = list(values)
    with house_style():
        figure = new_figure(5.0, 0.4 * len(names) + 1.0)
        axes = figure.subplots()
        axes.axvspan(-1.0, 1.0, color="0.92", label="prior")
        heights = np.arange(len(names))[::-1]
        axes.errorbar(
            [values[n] for n in names],
            heights,
            xerr=[errors[n] for n in names],
            fmt="o",
            color=INK,
            label="fit",
        )
        if truth is not None:
            axes.plot([truth[n] for n in names], heights, "x", color="#d55e00", label="truth")
        axes.set_yticks(heights, names)
        axes.set_xlabel("deviation from the centre of the prior [prior widths]")
        axes.legend()
    return figure


def draw_post_fit(counts: Array, expected: Array, task: Task = HIGGSML) -> Figure:
    """Counted events on the fitted ones, and the pull of each bin.

    Args:
        counts: (N,) events of a pseudo-experiment in each bin.
        expected: (P, N) fitted events of each process and bin.
        task: its processes.
    """
    total = expected.sum(axis=0)
    at = np.arange(len(total))
    with house_style():
        figure = new_figure(8.0, 5.5)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
        _stack(above, expected, task)
        above.plot(at, counts, ".", color=INK, markersize=3, label="counted")
        above.legend(ncols=3)
        below.axhspan(-1.0, 1.0, color="0.92")
        below.plot(at, (counts - total) / np.sqrt(total), ".", color=INK, markersize=3)
        below.set(xlabel="bin", ylabel="pull")
    return figure


def _stack(axes: Axes, events: Array, task: Task) -> None:
    """Expected events of each process on top of each other, the signal alone as a line."""
    edges = np.arange(events.shape[1] + 1) - 0.5
    below = np.zeros(events.shape[1])
    looks: dict[str, dict[str, Any]] = {
        process: {
            "color": PROCESS_COLOURS.get(process, COLOURS[code % len(COLOURS)]),
            "label": PROCESS_NAMES.get(process, process),
        }
        for code, process in enumerate(task.processes)
    }
    for process, row in zip(task.processes, events, strict=True):
        if process != task.signal:
            axes.stairs(below + row, edges, baseline=below, fill=True, **looks[process])
            below = below + row
    axes.stairs(events[task.signal_code], edges, **looks[task.signal])
    axes.set(yscale="log", ylabel="events", ylim=(0.5, 3.0 * events.sum(axis=0).max()))
    axes.tick_params(which="both", color=MUTED)
    axes.legend(ncols=3)
