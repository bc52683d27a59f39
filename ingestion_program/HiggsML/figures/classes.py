"""Figures of classes of events: their numbers, their looks, and what they are taken for."""

from __future__ import annotations  # so that help() shows short names of types

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from ..errors import DataError
from ..metrics import weight_table
from .inputs import Array, one_per_event, sample_rows
from .style import COLOURS, INK, TWO_COLOURS, house_style, new_figure, panels

__all__ = ["class_counts", "class_histograms", "confusion_matrix", "image_gallery"]


@house_style()
def class_counts(
    classes: ArrayLike,
    weights: ArrayLike | None = None,
    names: Mapping[Any, str] | None = None,
    y_scale: str = "linear",
) -> Figure:
    """Events of each class as bars, or the sums of their weights.

    Args:
        classes: (n,), the class of each event.
        weights: (n,), expected events each stands for; None: events are counted.
        names: what the classes are called; None: as they are.
        y_scale: "linear" or "log".
    """
    table = weight_table(classes, weights)
    figure = new_figure(0.8 * len(table) + 2.0, 3.2)
    (axes,) = panels(figure, 1, 1)
    sums = table["weight_sum"].to_numpy()
    bars = axes.bar(np.arange(len(table)), sums, 0.7, color=TWO_COLOURS[0])
    axes.bar_label(bars, [*map(_number, sums)], padding=1, fontsize=7.5, color=INK)
    labels = [str((names or {}).get(name, name)) for name in table.index]
    axes.set_xticks(np.arange(len(table)), labels)
    axes.set(yscale=y_scale, ylabel="events" if weights is None else "expected events")
    return figure


@house_style()
def image_gallery(
    images: ArrayLike,
    classes: ArrayLike,
    names: Mapping[Any, str] | None = None,
    per_class: int = 5,
    seed: int = 0,
) -> Figure:
    """Random images of each class, a row for each; all on one scale of brightness.

    Args:
        images: (n, rows, columns).
        classes: (n,), the class of each.
        names: what the classes are called, in the order of rows; None: as they are, sorted.
        per_class: images of a class (all, where there are fewer).
        seed: of the choice.

    Raises:
        DataError: lengths that differ, or there is no image.
    """
    pixels = np.asarray(images)
    labels = one_per_event(classes, len(pixels), "classes")
    found = {label: str(label) for label in np.unique(labels).tolist()}
    rows = dict(names) if names is not None else found
    if pixels.ndim != 3 or not len(pixels) or not set(rows) <= set(found):
        raise DataError(
            "there must be images of each class, of rows and columns.",
            where="images, classes",
            value=(pixels.shape, sorted(set(rows) - set(found), key=str)),
            fix="give (n, rows, columns) images, and names of classes that are there.",
        )
    rng = np.random.default_rng(seed)
    shape = pixels.shape[1] / pixels.shape[2]
    figure = new_figure(1.3 * per_class + 0.7, 1.35 * shape * len(rows) + 0.3)
    grid = figure.subplots(len(rows), per_class, squeeze=False)
    for line, (label, name) in zip(grid, rows.items(), strict=True):
        chosen = sample_rows(np.flatnonzero(labels == label), per_class, rng)
        for axes in line:
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        for axes, row in zip(line, chosen, strict=False):
            axes.imshow(pixels[row], vmin=0.0, vmax=pixels.max(), cmap="magma")
        line[0].set_ylabel(name)
    return figure


@house_style()
def confusion_matrix(cells: ArrayLike, classes: Sequence[object], label: str = "events") -> Figure:
    """What each class is taken for: counts or sums of weights, coloured by their logarithm.

    A cell without events is blank; one of a negative sum of weights has a number and no colour.

    Args:
        cells: (K, K), true classes in rows; of `metrics.weighted_confusion`.
        classes: (K,), what they are called.
        label: what the cells are.

    Raises:
        DataError: another number of classes.
    """
    table = np.asarray(cells, dtype=np.float64)
    if table.shape != (len(classes), len(classes)) or not len(classes):
        raise DataError(
            "a row and a column are needed for each class.",
            where="cells",
            value=(table.shape, len(classes)),
            fix="give the classes that the matrix was made of.",
        )
    figure = new_figure(0.85 * len(classes) + 2.4, 0.75 * len(classes) + 1.2)
    (axes,) = panels(figure, 1, 1)
    logarithms = np.full(table.shape, np.nan)
    np.log10(table, out=logarithms, where=table > 0.0)
    image = axes.imshow(logarithms, cmap="Blues")
    low, high = image.get_clim()
    for (row, column), value in np.ndenumerate(table):
        if value != 0.0:
            dark = table[row, column] > 0.0 and logarithms[row, column] > (low + high) / 2.0
            colour = "white" if dark else INK
            axes.text(column, row, _number(value), ha="center", va="center", color=colour)
    axes.set_xticks(np.arange(len(classes)), [str(name) for name in classes])
    axes.set_yticks(np.arange(len(classes)), [str(name) for name in classes])
    axes.set(xlabel="taken for", ylabel="true class")
    axes.tick_params(length=0, labelcolor=INK)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label(rf"$\log_{{10}}$ {label}")
    bar.outline.set_visible(False)
    return figure


def _number(value: float) -> str:
    """A count, or a sum of weights with three digits."""
    whole = value == round(value) or abs(value) >= 100.0
    return f"{value:,.0f}" if whole else f"{value:.3g}"


@house_style()
def class_histograms(
    values: Mapping[str, ArrayLike],
    label: str,
    weights: Mapping[str, ArrayLike] | None = None,
    nbins: int = 40,
    x_scale: str = "linear",
    y_scale: str = "linear",
) -> Figure:
    """A quantity in several classes or samples, as lines on common bins.

    Args:
        values: for each class the values (n,) of its events, or of its objects; NaN is left out.
        label: what the quantity is, with its unit.
        weights: for each class a weight of each value; None: values are counted.
        nbins: bins (a quantity of few whole numbers has one for each).
        x_scale: "linear" or "log", which has bins of equal ratios and leaves out what is not
            positive.
        y_scale: "linear" or "log".

    Raises:
        DataError: there is no value to show, or lengths differ.
    """
    samples = {name: np.asarray(sample, dtype=np.float64) for name, sample in values.items()}
    shown = {
        name: np.isfinite(sample) & ((sample > 0.0) | (x_scale != "log"))
        for name, sample in samples.items()
    }
    edges = _common_edges([samples[name][shown[name]] for name in samples], nbins, x_scale)
    figure = new_figure(5.4, 3.8)
    (axes,) = panels(figure, 1, 1)
    for i, (name, sample) in enumerate(samples.items()):
        each = np.ones(len(sample)) if weights is None else np.asarray(weights[name], np.float64)
        each = one_per_event(each, len(sample), f"weights of {name}")
        heights = np.histogram(sample[shown[name]], edges, weights=each[shown[name]])[0]
        axes.stairs(heights, edges, color=COLOURS[i % len(COLOURS)], lw=1.3, label=name)
    axes.set(xscale=x_scale, yscale=y_scale, xlabel=label)
    axes.set_ylabel("entries" if weights is None else "expected entries")
    axes.legend()
    return figure


def _common_edges(samples: Sequence[Array], nbins: int, x_scale: str) -> Array:
    together = np.concatenate([*samples, np.empty(0)])
    if not together.size:
        raise DataError("there is no value to show.", where="values", fix="give finite values.")
    low, high = together.min(), together.max()
    if x_scale == "log":
        return np.geomspace(low, high if high > low else 2.0 * low, nbins + 1)
    if high - low < nbins and (together == np.round(together)).all():
        return np.arange(low - 0.5, high + 1.0)
    return np.linspace(low, high if high > low else low + 1.0, nbins + 1)
