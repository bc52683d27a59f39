"""Figures of results: estimates and intervals against the truth."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..errors import DataError
from .inputs import Array
from .style import INK, MUTED, TWO_COLOURS, house_style, new_figure, panels

__all__ = ["visualize_coverage", "visualize_scatter"]


@house_style()
def visualize_scatter(
    ingestion_result_dict: Mapping[Any, Mapping[str, Any]], ground_truth_mus: Any
) -> Figure:
    """Estimated against true signal strength: mean and standard deviation of each set.

    Args:
        ingestion_result_dict: for each set, `mu_hats`: one number per pseudo-experiment.
        ground_truth_mus: for each set, the true mu (a mapping with the same keys, or a list).

    Raises:
        DataError: there is no set, or a set has no truth or no `mu_hats`.
    """
    _require_results(ingestion_result_dict)
    truths = np.array([_truth(ground_truth_mus, key) for key in ingestion_result_dict])
    estimates = [_numbers(result, key, "mu_hats") for key, result in ingestion_result_dict.items()]
    figure = new_figure(4.8, 4.4)
    (axes,) = panels(figure, 1, 1)
    axes.axline((1.0, 1.0), slope=1.0, color=MUTED, lw=0.8, ls="--", label="truth")
    axes.errorbar(
        truths,
        [values.mean() for values in estimates],
        [values.std() for values in estimates],
        fmt="o",
        color=TWO_COLOURS[0],
        ms=4.5,
        elinewidth=1.2,
        label="mean ± standard deviation",
    )
    axes.set_xlabel("true μ")
    axes.set_ylabel(r"estimated μ")
    axes.legend(loc="upper left")
    return figure


@house_style()
def visualize_coverage(
    ingestion_result_dict: Mapping[Any, Mapping[str, Any]], ground_truth_mus: Any
) -> Figure:
    """The interval of every pseudo-experiment, a panel for each set, with the true mu.

    Intervals that miss the truth have another colour. They are ordered by their middle.

    Args:
        ingestion_result_dict: for each set, `p16` and `p84` (or `p16s` and `p84s`) and `mu_hats`:
            one number per pseudo-experiment.
        ground_truth_mus: for each set, the true mu (a mapping with the same keys, or a list).

    Raises:
        DataError: there is no set, or a set has no truth, estimates or intervals.
    """
    _require_results(ingestion_result_dict)
    count = len(ingestion_result_dict)
    per_row = min(5, count)
    figure = new_figure(max(2.5 * per_row + 0.3, 3.8), 2.9 * -(-count // per_row) + 0.4)
    for axes, (key, result) in zip(
        panels(figure, count, per_row), ingestion_result_dict.items(), strict=True
    ):
        low, high = _numbers(result, key, "p16", "p16s"), _numbers(result, key, "p84", "p84s")
        _draw_intervals(axes, low, high, _truth(ground_truth_mus, key))
        axes.set_title(f"set {key}: " + axes.get_title())
        mean = _numbers(result, key, "mu_hats").mean()
        axes.axvline(mean, color=INK, lw=1.0, ls=":", label="mean estimate")
    for axes in figure.axes[::per_row]:
        axes.set_ylabel("pseudo-experiments")
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=4 if per_row > 1 else 2)
    return figure


def _draw_intervals(axes: Axes, low: Array, high: Array, truth: float) -> None:
    order = np.argsort(low + high, kind="stable")
    low, high = low[order], high[order]
    covers = (low <= truth) & (truth <= high)
    rows = np.arange(len(low))
    width = min(2.0, 90.0 / len(low))
    for chosen, colour, label in (
        (covers, TWO_COLOURS[0], "covers"),
        (~covers, TWO_COLOURS[1], "misses"),
    ):
        lines = [
            ((a, y), (b, y))
            for a, b, y in zip(low[chosen], high[chosen], rows[chosen], strict=True)
        ]
        axes.add_collection(
            LineCollection(lines, colors=colour, linewidths=width, label=label, snap=False)
        )
    axes.axvline(truth, color=INK, lw=1.2, label="true μ")
    axes.autoscale_view()
    axes.set_ylim(-1, len(low))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("μ")
    axes.set_title(f"{covers.mean():.0%} cover")


def _require_results(results: Mapping[Any, Any]) -> None:
    if not results:
        raise DataError(
            "there are no results to show.", where="ingestion_result_dict", fix="run ingestion."
        )


def _truth(truths: Any, key: Any) -> float:
    try:
        return float(truths[key])
    except (KeyError, IndexError, TypeError) as error:
        raise DataError(
            "no true mu for this set.", where=f"ground_truth_mus, set {key}", fix="use equal keys."
        ) from error


def _numbers(result: Mapping[str, Any], key: Any, *names: str) -> Array:
    """One number per pseudo-experiment, under the first of the names that is there."""
    name = next((name for name in names if name in result), None)
    if name is None:
        raise DataError(
            "this result is missing.",
            where=f"ingestion_result_dict, set {key}",
            value=sorted(result),
            fix=f"it needs {' or '.join(names)}.",
        )
    numbers = np.asarray(result[name], dtype=np.float64)
    if numbers.ndim != 1 or not numbers.size:
        raise DataError(
            "one number per pseudo-experiment is needed.",
            where=f"ingestion_result_dict, set {key}, {name}",
            value=result[name],
            fix="give a list of numbers.",
        )
    return numbers
