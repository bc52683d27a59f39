"""Which events of the pool make a pseudo-experiment, and in which order.

Each event of the pool shall come with a multiplicity from Poisson(weight x rate factor), in an
order that tells nothing about its process. Equivalently, each *group* of events (of one process,
and of weights near a largest weight w) is a line on which every event owns a unit interval, and
points are thrown on the line with intensity w x rate factor; a point counts if it falls into the
lower part weight / w of its interval (all of it where the weights of a group are equal).

All lines, each turned by a random offset, are cut into the same number of slices. A slice of all
lines together receives Poisson points, each thrown independently of the others, so that its group
has the same distribution at every place of the sequence. The cost grows with the events drawn, not
with the pool, and the points of a slice fall into a small part of the memory (the pool was shuffled
when it was packed). An event that is drawn twice comes twice within the same slice.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..numerics.compiled import compiled
from ..numerics.instructions import prefetch
from ..numerics.philox import LOW_WORD, philox4x32
from ..schema import DECIMALS, HAD_PT_MIN

__all__ = ["Groups", "draw_rows", "tau_threshold"]

SLICE = 2048
"""Events of a slice, on average."""


_BATCH = 256
_CANNOT = np.float32(np.inf)


class Groups(NamedTuple):
    """The groups of a pool; one entry each, rows of a group lie together."""

    process: NDArray[np.int64]
    """Code of the process (its place in `PROCESSES`)."""
    start: NDArray[np.int64]
    """First row."""
    size: NDArray[np.int64]
    """Number of rows."""
    weight: Array
    """Largest weight."""
    is_equal: NDArray[np.bool_]
    """Whether all weights are the largest."""


class _Lines(NamedTuple):
    """The groups as the compiled function needs them, those that receive most points first."""

    start: NDArray[np.int64]
    size: NDArray[np.int64]
    weight: Array
    is_equal: NDArray[np.bool_]
    low: Array
    """Where the group begins on the common axis [0, 1) of all points of a slice."""
    rows: Array
    """Rows of the group to one unit of that axis."""
    step: Array
    """Rows of the group in a slice."""
    offset: Array
    """Where slice 0 begins, counted from the first row."""


def tau_threshold(tes: float) -> np.float32:
    """The smallest float32 tau pT (GeV) that passes the cut when shifted and rounded."""
    if tes <= 0.0:
        return _CANNOT
    nearest = np.float32((HAD_PT_MIN - 0.5 * 10.0**-DECIMALS) / tes).view(np.int32)
    candidates = (nearest + np.arange(-3, 4, dtype=np.int32)).view(np.float32)  # neighbours
    passes = np.round(candidates.astype(np.float64) * tes, DECIMALS) >= HAD_PT_MIN
    return np.float32(candidates[int(np.argmax(passes))])


def draw_rows(
    groups: Groups, factors: Array, weights: Array,
    had_pt: NDArray[np.float32], threshold: np.float32, seed: np.random.SeedSequence, threads: int,
) -> NDArray[np.uint32]:  # fmt: skip
    """Draw the rows of a pseudo-experiment that pass the cut on the tau.

    Args:
        groups: weight groups of the pool.
        factors: rate factor of each process, in the order of `PROCESSES`.
        weights: weights of all rows; not read where the groups have equal weights.
        had_pt: tau pT of all rows, GeV.
        threshold: rows below are left out.
        seed: seed of this draw; used up.
        threads: that share the work; the result does not depend on them.
    """
    state = seed.generate_state(8, np.uint32)
    rng = np.random.Generator(np.random.Philox(key=state[:4].view(np.uint64)))
    key = state[4:].astype(np.uint64)
    expected = groups.weight * groups.size * factors[groups.process]
    order = [g for g in np.argsort(-expected, kind="stable") if expected[g] > 0.0]
    if not order:
        return np.empty(0, dtype=np.uint32)
    total = float(expected[order].sum())
    n_slices = max(1, round(total / SLICE))
    counts = rng.poisson(total / n_slices, n_slices)
    share = expected[order] / total
    step = groups.size[order] / n_slices
    lines = _Lines(
        start=groups.start[order],
        size=groups.size[order],
        weight=groups.weight[order],
        is_equal=groups.is_equal[order],
        low=np.cumsum(share) - share,
        rows=step / share,
        step=step,
        offset=rng.random(len(order)) * groups.size[order],
    )

    def draw(part: NDArray[np.int64]) -> NDArray[np.uint32]:
        out = np.empty(counts[part].sum(), dtype=np.uint32)
        kept = _throw_points(part, counts, lines, weights, had_pt, threshold, key, out)
        return out[:kept]

    parts = np.array_split(np.arange(n_slices), threads)
    if threads == 1:
        return draw(parts[0])
    with ThreadPoolExecutor(threads) as executor:
        return np.concatenate(list(executor.map(draw, parts)))


@compiled
def _throw_points(
    slices: NDArray[np.int64], counts: NDArray[np.int64], lines: _Lines,
    weights: Array, had_pt: NDArray[np.float32], threshold: np.float32,
    key: NDArray[np.uint64], out: NDArray[np.uint32],
) -> int:  # fmt: skip
    """Throw the points of some slices; write the rows that they hit and that pass; their number."""
    points, bar = np.empty(_BATCH, np.float64), np.empty(_BATCH, np.float64)
    hit = np.empty(_BATCH, np.uint32)
    begin = np.empty(len(lines.low), np.float64)
    kept = 0
    for place in slices:
        for group in range(len(begin)):
            begin[group] = lines.offset[group] + place * lines.step[group]
        for first in range(0, counts[place], _BATCH):
            count = min(_BATCH, counts[place] - first)
            _fill_uniform(first, place, key, points)
            _find_rows(count, points, begin, lines, hit, bar)
            for i in range(count):  # ask for all before looking at any
                prefetch(had_pt, np.int64(hit[i]))
            for i in range(count):
                row = hit[i]
                out[kept] = row
                kept += had_pt[row] >= threshold and (bar[i] < 0.0 or bar[i] < weights[row])
    return kept


@compiled
def _find_rows(
    count: int, points: Array, begin: Array, lines: _Lines, hit: NDArray[np.uint32],
    bar: Array,
) -> None:  # fmt: skip
    """The row that each point hits, and the bar that its weight must be above (-1: none)."""
    start, size, low, rows = lines.start, lines.size, lines.low, lines.rows
    last_group = len(low) - 1
    for i in range(count):
        group = 0
        while group < last_group and points[i] >= low[group + 1]:
            group += 1
        position = begin[group] + (points[i] - low[group]) * rows[group]
        position = position - size[group] if position >= size[group] else position
        step = min(np.int64(position), size[group] - 1)
        hit[i] = start[group] + step
        share = position - step  # where in the unit interval of the row
        bar[i] = -1.0 if lines.is_equal[group] else share * lines.weight[group]


@compiled
def _fill_uniform(first: int, place: int, key: NDArray[np.uint64], points: Array) -> None:
    """Uniform numbers in [0, 1) of 53 bits: two of each counter (`first` / 2 + i, `place`).

    The other half of the counter takes what does not fit into the key.
    """
    for i in range(_BATCH // 2):
        w0, w1, w2, w3 = philox4x32(
            np.uint64(first // 2 + i) & LOW_WORD, np.uint64(place) & LOW_WORD,
            key[2], key[3], key[0], key[1],
        )  # fmt: skip
        points[i] = np.float64(np.int64((w0 << np.uint64(21)) | (w1 >> np.uint64(11)))) * 2.0**-53
        points[_BATCH // 2 + i] = (
            np.float64(np.int64((w2 << np.uint64(21)) | (w3 >> np.uint64(11)))) * 2.0**-53
        )
