"""Figures of classifiers side by side: ROC curves, scores, widths, and what one learnt."""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from ..errors import DataError
from ..metrics import auc, efficiencies
from .inputs import Array
from .style import COLOURS, INK, MUTED, TWO_COLOURS, house_style, new_figure, panels

__all__ = [
    "feature_importances",
    "interval_widths",
    "learning_curves",
    "roc_curves",
    "train_test_scores",
]

_DASHES = ("-", "--", ":")
_POINTS = 2000
"""Points of a ROC curve, in equal steps of the signal efficiency."""


@house_style()
def roc_curves(
    scores: Mapping[str, ArrayLike],
    is_signal: ArrayLike,
    weights: ArrayLike | None = None,
    against: str = "rejection",
) -> Figure:
    """What passes of the background, against the efficiency of the signal; up is always better.

    The legend has the area below the curve of efficiencies (AUC).

    Args:
        scores: for each classifier (n,) scores of the same events, large for signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for; None: one each.
        against: "rejection": one over the background efficiency, on a logarithmic scale. "mistag":
            the background efficiency, on a scale that goes down.

    Raises:
        DataError: there is no classifier, lengths differ, or `against` is unknown.
    """
    _require(scores, "scores")
    if against not in ("rejection", "mistag"):
        raise DataError(
            "unknown axis.", where="against", value=against, fix='use "rejection" or "mistag".'
        )
    figure = new_figure(5.4, 4.6)
    (axes,) = panels(figure, 1, 1)
    for i, (name, values) in enumerate(scores.items()):
        signal, background = efficiencies(values, is_signal, weights)
        area = auc(values, is_signal, weights)
        x, y = _thinned(signal, background)
        if against == "rejection":
            x, y = x[y > 0.0], 1.0 / y[y > 0.0]
        colour, dashes = COLOURS[i % len(COLOURS)], _DASHES[i // len(COLOURS) % len(_DASHES)]
        axes.plot(x, y, color=colour, ls=dashes, lw=1.4, label=f"{name} ({area:.3f})")
    chance = np.linspace(0.001, 1.0, 200)
    axes.plot(
        chance, 1.0 / chance if against == "rejection" else chance, color=MUTED, lw=0.8, ls="--"
    )
    axes.set(xlim=(0.0, 1.0), xlabel="signal efficiency")
    if against == "rejection":
        axes.set(yscale="log", ylabel="background rejection, 1 / efficiency", ylim=(1.0, None))
    else:
        axes.set(ylabel="background efficiency (mistag rate)", ylim=(1.0, 0.0))
    axes.legend(title="AUC in brackets", title_fontsize=8.0)
    return figure


def _thinned(signal: Array, background: Array) -> tuple[Array, Array]:
    """The points of a curve at which the signal efficiency takes another step, and both ends."""
    steps = np.floor(_POINTS * signal)
    kept = np.flatnonzero(np.diff(steps, prepend=-1.0))
    kept = np.union1d(kept, [len(signal) - 1])
    return signal[kept], background[kept]


@house_style()
def train_test_scores(
    train: Mapping[str, float], test: Mapping[str, float], label: str = "accuracy"
) -> Figure:
    """A score on training events beside that on others, as bars: the gap is overtraining.

    Args:
        train: score of each classifier on the events that it was fitted to.
        test: the same on other events.
        label: what the score is.

    Raises:
        DataError: there is no classifier, or the names differ.
    """
    _require(test, "test")
    if set(train) != set(test):
        raise DataError(
            "both scores are needed of each classifier.",
            where="train, test",
            value=sorted(set(train) ^ set(test)),
            fix="give mappings with the same names.",
        )
    figure, axes = _one_row_each(list(test))
    heights = np.arange(len(test))
    for offset, values, colour, name in (
        (-0.2, train, TWO_COLOURS[0], "training events"),
        (0.2, test, TWO_COLOURS[1], "other events"),
    ):
        numbers = [values[key] for key in test]
        bars = axes.barh(heights + offset, numbers, 0.36, color=colour, label=name)
        axes.bar_label(bars, fmt="%.3f", padding=2, fontsize=7.5, color=INK)
    axes.set_xlabel(label)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


@house_style()
def interval_widths(
    widths: Mapping[str, float],
    errors: Mapping[str, float] | None = None,
    label: str = "mean width of the intervals of μ",
) -> Figure:
    """The width of the interval that each classifier leads to, in the order in which they come.

    Args:
        widths: width by classifier.
        errors: its error by classifier; None: none are shown.
        label: what the width is.

    Raises:
        DataError: there is no classifier, or an error is missing.
    """
    _require(widths, "widths")
    if errors is not None and set(errors) != set(widths):
        raise DataError(
            "an error is needed for each width, and no other.",
            where="errors",
            value=sorted(set(errors) ^ set(widths)),
            fix="give mappings with the same names.",
        )
    figure, axes = _one_row_each(list(widths))
    heights = np.arange(len(widths))
    values = np.array([*widths.values()], dtype=np.float64)
    axes.hlines(heights, 0.0, values, color=TWO_COLOURS[0], lw=1.2, alpha=0.4)
    bars = None if errors is None else [errors[name] for name in widths]
    axes.errorbar(values, heights, xerr=bars, fmt="o", color=TWO_COLOURS[0], ms=5.0)
    for height, value in zip(heights, values, strict=True):
        text = f"{value:.2f}"
        axes.annotate(text, (value, height), (0, 5), textcoords="offset points", ha="center")
    axes.set(xlabel=label, xlim=(0.0, 1.1 * values.max()))
    return figure


@house_style()
def feature_importances(
    importances: ArrayLike,
    names: Sequence[str],
    keep: float | None = None,
    most: int = 30,
) -> Figure:
    """Importances of features as bars, the largest above.

    Args:
        importances: (d,), such as `feature_importances_` of trees.
        names: (d,).
        keep: features above this importance are those to keep: a line, and the others are grey.
        most: features that are shown.

    Raises:
        DataError: another number of names.
    """
    values = np.asarray(importances, dtype=np.float64)
    if values.shape != (len(names),) or not len(names):
        raise DataError(
            "an importance is needed for each feature.",
            where="importances",
            value=(values.shape, len(names)),
            fix="give as many names as importances.",
        )
    order = np.argsort(-values, kind="stable")[:most]
    figure, axes = _one_row_each([names[i] for i in order], 0.22)
    kept = values[order] > (-np.inf if keep is None else keep)
    colours = np.where(kept, TWO_COLOURS[0], "#c9d0d6")
    axes.barh(np.arange(len(order)), values[order], 0.7, color=colours)
    if keep is not None:
        axes.axvline(keep, color=INK, lw=1.0, ls="--", label=f"{kept.sum()} above {keep:g}")
        axes.legend(loc="lower right")
    axes.set_xlabel("importance")
    return figure


@house_style()
def learning_curves(history: Mapping[str, ArrayLike]) -> Figure:
    """Curves over the epochs of a training; those of validation rows beside those of training rows.

    Args:
        history: (n,) one number for each epoch, by name. "validation_loss" is drawn with "loss".

    Raises:
        DataError: there is no curve.
    """
    _require(history, "history")
    prefix = "validation_"
    quantities = list(dict.fromkeys(name.removeprefix(prefix) for name in history))
    figure = new_figure(4.0 * len(quantities), 3.2)
    for axes, quantity in zip(
        panels(figure, len(quantities), len(quantities)), quantities, strict=True
    ):
        for name, colour, label in (
            (quantity, TWO_COLOURS[0], "training rows"),
            (prefix + quantity, TWO_COLOURS[1], "validation rows"),
        ):
            if name in history:
                values = np.asarray(history[name], dtype=np.float64)
                axes.plot(np.arange(1, len(values) + 1), values, "o-", ms=3.0, lw=1.2,
                          color=colour, label=label)  # fmt: skip
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set(xlabel="epoch", ylabel=quantity)
        axes.legend()
    return figure


def _one_row_each(names: Sequence[str], height: float = 0.45) -> tuple[Figure, Axes]:
    """A figure and its empty panel with a row for each name, the first one above."""
    figure = new_figure(6.0, height * len(names) + 1.1)
    (axes,) = panels(figure, 1, 1)
    axes.set_yticks(np.arange(len(names)), names)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set_ylim(len(names) - 0.4, -0.6)
    return figure, axes


def _require(values: Mapping[str, object], where: str) -> None:
    if not values:
        raise DataError("there is nothing to show.", where=where, fix="give a name and its values.")
