"""Choice of bins: those with which the expected interval is shortest."""

from math import prod

import numpy as np

from ..arrays import Array, Floats, Mask, Positions
from ..task import Task
from .binning import discriminants
from .likelihood import expected_width
from .templates import Templates

__all__ = ["choose_groups", "discriminant_edges", "equal_information_edges", "merge_grid"]

_LEAST_GAIN = 1e-3
"""Share of the interval's width that an edge of the counting grid must be worth."""
_FEWEST_COUNTED = 300.0
"""Effective simulated events of a counting bin: with few, chance moves them as much as a shift."""


def discriminant_edges(
    density: Floats, weights: Array, labels: Positions, task: Task, n_bins: int, min_rows: int
) -> tuple[tuple[Floats, ...], Array]:
    """Edges of the discriminant for each background that is most likely, and yields (P,).

    Args:
        density: (n, P) the classifier's probabilities of events.
        weights: (n,) physical.
        labels: (n,) processes.
        task: processes and signal.
        n_bins: largest number of bins of each background.
        min_rows: smallest number of simulated background events of a bin.
    """
    n_processes = len(task.processes)
    yields: Array = np.bincount(labels, weights, minlength=n_processes).astype(np.float64)
    score, background = discriminants(density, yields, task.signal_code)
    is_signal = labels == task.signal_code
    edges = tuple(
        equal_information_edges(score[here], is_signal[here], weights[here], n_bins, min_rows)
        for here in (background == k for k in range(n_processes - 1))
    )
    return edges, yields


def equal_information_edges(
    score: Floats,
    is_signal: Mask,
    weights: Array,
    n_bins: int,
    min_rows: int,
) -> Floats:
    """Edges of the score between bins of equal content of s^2/(s + b).

    The local information is smoothed over `min_rows` background events, and every bin keeps at
    least as many (half as many where scores are equal). Events of equal score stay together, so
    that a hard decision, 0 or 1, has the one edge between the two. Where weights are negative, s
    counts as no less than zero and b as no less than its statistical error; positive weights never
    sum to less.

    Args:
        score: (n,), grows with the signal.
        is_signal: (n,), whether an event is signal.
        weights: (n,), physical.
        n_bins: largest number of bins.
        min_rows: smallest number of simulated background events of a bin.
    """
    order = np.argsort(-score, kind="stable")
    signal = np.where(is_signal[order], weights[order], 0.0)
    background = np.where(is_signal[order], 0.0, weights[order])
    cell = _cells(score[order], ~is_signal[order], min_rows)
    s = np.maximum(np.bincount(cell, signal), 0.0)
    b = np.bincount(cell, background)
    squares = np.square(background, out=background)  # in place: there are millions
    b = np.maximum(b, np.sqrt(np.bincount(cell, squares)))
    information = np.cumsum(s**2 / np.maximum(s + b, 1e-12))
    last_in_cell = np.cumsum(np.bincount(cell)) - 1
    if len(information) < 2:
        return np.empty(0, dtype=np.float32)
    target = information[-1] * np.arange(1, n_bins) / n_bins
    cells = np.unique(np.searchsorted(information[:-1], target))
    cells = cells[cells < len(information) - 1]
    return np.unique(score[order][last_in_cell[cells]])


def _cells(score: Floats, is_background: Mask, min_rows: int) -> Positions:
    """The cell of each event: `min_rows` background events, and all of the last one's score.

    Args:
        score: (n,) falling.
        is_background: (n,).
        min_rows: smallest number of background events of a cell.
    """
    passed = np.cumsum(is_background)
    last = np.append(score[1:] != score[:-1], True) if len(score) else np.empty(0, np.bool_)
    at_last = passed[last] // min_rows  # of each distinct score
    number = np.cumsum(np.diff(at_last, prepend=at_last[:1]) > 0)
    return np.asarray(np.repeat(number, np.diff(np.flatnonzero(last), prepend=-1)))


def choose_groups(
    templates: Templates,
    n_counting_bins: int,
    edges: tuple[Floats, ...],
    min_rows: float,
) -> Positions:
    """Merge neighbouring fine bins of the score so that the expected width is least.

    Many bins lose to the finite simulation, few lose information: one, two, four, ... neighbours
    are merged, and the number with the least `expected_width` is taken. Counting bins with less
    than `min_rows` effective simulated events are merged with their neighbour.

    Args:
        templates: in fine bins, the counting bins first.
        n_counting_bins: number of counting bins.
        edges: (bins,) lower edges of the score, for each background.
        min_rows: smallest number of effective simulated events of a counting bin.

    Returns:
        (fine bins,) the final bin of each fine bin.
    """
    nominal, variance = templates.coefficients[0].sum(axis=0), templates.variances.sum(axis=0)
    counting = _merge_sparse(nominal[:n_counting_bins], variance[:n_counting_bins], min_rows)
    candidates = []
    for size in (1, 2, 4, 8, 16):
        groups, used = [counting], int(counting.max()) + 1
        for bins in edges:
            groups.append(np.arange(len(bins)) // size + used)
            used += -(-len(bins) // size)
        candidates.append(np.concatenate(groups))

    def width(groups: Positions) -> float:
        return expected_width(templates.merged(groups).with_least_errors())

    return min(candidates, key=width)


def merge_grid(templates: Templates, shape: tuple[int, ...], groups: Positions) -> Positions:
    """Keep those edges of the counting grid that narrow the expected interval.

    Edges are taken one at a time, each the one that narrows it most, until none is worth
    `_LEAST_GAIN`. Bins with less than `_FEWEST_COUNTED` effective simulated events are merged with
    their neighbour.

    Args:
        templates: in fine bins, the counting bins first.
        shape: number of counting bins along each axis of their grid.
        groups: (fine bins,) the bin of each fine bin; those of the score stay.

    Returns:
        (fine bins,) the final bin of each fine bin.
    """
    nominal, variance = templates.coefficients[0].sum(axis=0), templates.variances.sum(axis=0)
    n_counting = prod(shape)
    score = groups[n_counting:] - groups[:n_counting].max() - 1

    def with_edges(kept: list[Mask]) -> Positions:
        cells = _cells_between(kept)
        expected, squares = (
            np.bincount(cells, values[:n_counting]).astype(np.float64)
            for values in (nominal, variance)
        )
        counting = _merge_sparse(expected, squares, _FEWEST_COUNTED)[cells]
        return np.concatenate([counting, score + counting.max() + 1])

    def width(kept: list[Mask]) -> float:
        return expected_width(templates.merged(with_edges(kept)))

    chosen = [np.zeros(n - 1, dtype=np.bool_) for n in shape]
    narrowest = width(chosen)
    while candidates := _with_one_more(chosen):
        widths = [width(candidate) for candidate in candidates]
        least = int(np.argmin(widths))
        if not widths[least] < (1.0 - _LEAST_GAIN) * narrowest:
            break
        chosen, narrowest = candidates[least], widths[least]
    return with_edges(chosen)


def _with_one_more(kept: list[Mask]) -> list[list[Mask]]:
    """The edges that are kept and one of the others, for each of these."""
    found = []
    for axis, edges in enumerate(kept):
        for position in np.flatnonzero(~edges):
            more = edges.copy()
            more[position] = True
            found.append([*kept[:axis], more, *kept[axis + 1 :]])
    return found


def _cells_between(kept: list[Mask]) -> Positions:
    """The cell of each bin of a grid when only some edges are kept, (bins,).

    Args:
        kept: for each axis, whether each edge is kept.
    """
    cells = np.zeros(1, dtype=np.intp)
    for edges in kept:
        along = np.concatenate([[0], np.cumsum(edges)])
        cells = (cells[:, np.newaxis] * (along[-1] + 1) + along).ravel()
    return cells


def _merge_sparse(nominal: Array, variance: Array, min_rows: float) -> Positions:
    """The merged bin of each bin."""
    groups = np.empty(len(nominal), dtype=np.intp)
    group, total, square = 0, 0.0, 0.0
    for k, (expected, squared_error) in enumerate(zip(nominal, variance, strict=True)):
        groups[k] = group
        total, square = total + expected, square + squared_error
        if total > 0.0 and total**2 >= min_rows * square:
            group, total, square = group + 1, 0.0, 0.0
    # What is left at the end joins the last full group.
    return np.minimum(groups, max(group - 1, 0))
