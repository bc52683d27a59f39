"""Draws the competition's logo: `python -m higgsml_kit.logo pages/logo.png`.

A signal on a falling background, and above it what is asked for: an estimate with its interval.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

__all__ = ["draw_logo"]

NIGHT, BACKGROUND, SIGNAL, PAPER = "#14213d", "#4a7fd0", "#ffb52e", "#ffffff"
PIXELS = 480
PEAK = 0.54


def draw_logo() -> Figure:
    """The logo, as a square figure with transparent corners."""
    figure = Figure(figsize=(4.8, 4.8), dpi=PIXELS / 4.8)
    figure.patch.set_alpha(0.0)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    tile = FancyBboxPatch(
        (0.16, 0.16), 0.68, 0.68, boxstyle="round,pad=0.16", facecolor=NIGHT, linewidth=0
    )
    axes.add_patch(tile)
    _draw_spectrum(axes, tile)
    _draw_interval(axes)
    return figure


def _draw_spectrum(axes: Axes, tile: FancyBboxPatch) -> None:
    x = np.linspace(0.0, 1.0, 400)
    background = 0.10 + 0.46 * np.exp(-3.0 * x)
    signal = 0.40 * np.exp(-0.5 * ((x - PEAK) / 0.09) ** 2)
    areas = (
        axes.fill_between(x, 0, background, color=BACKGROUND, linewidth=0),
        axes.fill_between(x, background, background + signal, color=SIGNAL, linewidth=0),
    )
    for area in areas:
        area.set_clip_path(tile)


def _draw_interval(axes: Axes) -> None:
    height, half_width, cap = 0.80, 0.26, 0.06
    line: dict[str, Any] = {"color": PAPER, "linewidth": 17, "solid_capstyle": "round"}
    axes.plot([PEAK - half_width, PEAK + half_width], [height, height], **line)
    for end in (PEAK - half_width, PEAK + half_width):
        axes.plot([end, end], [height - cap, height + cap], **line)
    axes.plot([PEAK], [height], "o", color=SIGNAL, markersize=52, markeredgecolor=NIGHT, mew=10)


if __name__ == "__main__":
    draw_logo().savefig(Path(sys.argv[1]), transparent=True, metadata={"Software": None})
