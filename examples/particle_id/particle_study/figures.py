"""Figures: arrays and tables in, figure out."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from HiggsML.figures.style import INK, MUTED, house_style, new_figure, panels

from .comparison import WAYS
from .particles import NAMES
from .splitting import Particles

__all__ = [
    "confusion_figure",
    "count_figure",
    "gallery_figure",
    "loss_figure",
    "score_figure",
    "width_figure",
]

Array = npt.NDArray[np.float64]

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")
_SHOWN = 5  # images of each kind
_LOSSES = (1.4, 2.0, 3.0, 4.0, 6.0, 10.0)


def count_figure(particles: Particles) -> Figure:
    """Particles of each kind in one event."""
    counts = np.bincount(particles.kind[particles.event == particles.event[0]], minlength=5)
    with house_style():
        figure = new_figure(4.5, 3.0)
        axes = figure.add_subplot()
        bars = axes.bar(NAMES, np.maximum(counts, 0.5), color=_COLOURS)
        axes.bar_label(bars, [f"{count:,}" for count in counts], color=INK)
        axes.set(yscale="log", ylabel="particles of one event", ylim=(0.5, 2e4))
    return figure


def gallery_figure(particles: Particles, seed: int) -> Figure:
    """Five random images of each kind, one kind in a row."""
    rng = np.random.default_rng(seed)
    with house_style():
        figure = new_figure(6.0, 6.4)
        axes = iter(panels(figure, len(NAMES) * _SHOWN, _SHOWN))
        for kind, name in enumerate(NAMES):
            rows = np.flatnonzero(particles.kind == kind)
            chosen = rng.choice(rows, min(_SHOWN, len(rows)), replace=False)
            for place in range(_SHOWN):
                panel = next(axes)
                panel.set(xticks=[], yticks=[], ylabel="" if place else name)
                panel.grid(visible=False)
                if place < len(chosen):
                    image = particles.images[chosen[place]]
                    panel.imshow(image, cmap="Greys", vmin=0.0, vmax=8.0, origin="lower")
    return figure


def score_figure(scores: pd.DataFrame) -> Figure:
    """Accuracies at natural shares, of the training and of the test, by model and way."""
    with house_style():
        figure = new_figure(6.5, 0.18 * len(scores) + 1.0)
        axes = figure.add_subplot()
        places = np.arange(len(scores))[::-1]
        for name, shift, colour in (("train", 0.2, MUTED), ("test", -0.2, _COLOURS[0])):
            axes.barh(
                places + shift, scores[f"{name}_accuracy"], height=0.38, color=colour, label=name
            )
        axes.set_yticks(places, [f"{model}, {way}" for model, way in scores.index])
        axes.set(xlabel="accuracy at natural shares", xlim=(0.0, 1.0))
        axes.set_ylim(-1.0, len(scores))
        axes.legend(loc="lower right")
    return figure


def loss_figure(scores: pd.DataFrame, constants: Mapping[str, float]) -> Figure:
    """Losses on a test of equal shares, without and with the correction, by model and way."""
    models = list(dict.fromkeys(scores.index.get_level_values("model")))
    with house_style():
        figure = new_figure(7.0, 3.6)
        axes = figure.add_subplot()
        step = 0.8 / len(WAYS)
        for number, (way, colour) in enumerate(zip(WAYS, _COLOURS, strict=True)):
            some = scores.xs(way, level="way").reindex(models)
            places = np.arange(len(models)) + (number - 2) * step
            axes.vlines(places, some["corrected_loss"], some["loss"], color=colour, lw=1.0)
            axes.plot(places, some["loss"], "o", mfc="white", color=colour, markersize=4.0)
            axes.plot(places, some["corrected_loss"], "o", color=colour, markersize=4.0, label=way)
        for name, value in constants.items():
            axes.axhline(value, color=MUTED, lw=0.8, ls="--")
            axes.annotate(f"constant, {name}", (-0.45, value * 1.02), color=MUTED, va="bottom")
        axes.set_xticks(np.arange(len(models)), models, rotation=20, ha="right")
        axes.set(yscale="log", ylabel="log loss, equal shares (full: corrected)")
        axes.set_xlim(-0.5, len(models) - 0.5)
        axes.set_yticks(_LOSSES, [f"{loss:g}" for loss in _LOSSES])
        axes.minorticks_off()
        axes.legend(ncols=5, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def confusion_figure(shares: Array, title: str) -> Figure:
    """What the particles of each kind are taken for.

    Args:
        shares: (kinds, kinds), rows sum to one.
        title: of the figure.
    """
    with house_style():
        figure = new_figure(4.2, 4.0)
        axes = figure.add_subplot()
        axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=shares.max())
        axes.grid(visible=False)
        for (row, column), share in np.ndenumerate(shares):
            colour = "white" if share > shares.max() / 2.0 else INK
            axes.annotate(f"{share:.2f}", (column, row), color=colour, ha="center", va="center")
        axes.set_xticks(range(len(NAMES)), NAMES, rotation=20)
        axes.set_yticks(range(len(NAMES)), NAMES)
        axes.set(xlabel="taken for", ylabel="is", title=title)
    return figure


def width_figure(widths: Mapping[str, Mapping[int, tuple[float, float]]]) -> Figure:
    """Widths of strengths against the number of events that are measured together.

    Args:
        widths: by kind and number of events, with the templates and with exact ones.
    """
    with house_style():
        figure = new_figure(5.0, 3.6)
        axes = figure.add_subplot()
        for name, found in widths.items():
            colour = _COLOURS[NAMES.index(name)]
            numbers = list(found)
            axes.plot(numbers, [found[n][0] for n in numbers], "o-", color=colour, label=name)
            axes.plot(numbers, [found[n][1] for n in numbers], ":", color=colour)
        axes.axhline(2.0, color=MUTED, lw=0.8, ls="--")
        axes.annotate("truth ± 100 %", (1.0, 2.0), color=MUTED, va="bottom")
        axes.set(
            xscale="log", yscale="log", xlabel="events (dotted: exact templates)",
            ylabel="width of the strength",
        )  # fmt: skip
        axes.legend()
    return figure
