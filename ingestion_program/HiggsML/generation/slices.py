"""Slices: Z events by the pT of their hardest emission, the rare hard ones generated more often.

What a measurement of mu learns from Z events it learns from the few that recoil against hard jets:
generated in their natural proportions, half of all rows would say nothing, and the rows that matter
would be few. So a process can be made of slices, samples of their own with weights of their own, as
the samples of full simulations are. The hardest emission lies at an N (`radiation.mean_number`) of
exponential distribution, of which a slice is an interval.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..schema import EXPECTED_EVENTS, PROCESSES, REFERENCE_LUMINOSITY
from .constants.radiation import Radiation
from .physics.radiation import mean_number

__all__ = ["Z_SLICES", "Slice", "Source", "slice_range", "sources_of"]

_ENDLESS = 1e9  # an N that no emission reaches


class Slice(NamedTuple):
    """Events whose hardest emission lies above a pT, and below that of the next slice."""

    lowest_kt: float  # GeV
    expected: float  # share of the expected events; `python benchmarks/generation.py --slices`
    generated: float  # share of the rows, such that a fit of mu has the least error of simulation


Z_SLICES = (
    Slice(0.0, 0.7736, 0.45),
    Slice(30.0, 0.1378, 0.24),
    Slice(60.0, 0.0661, 0.17),
    Slice(120.0, 0.0225, 0.14),
)
_SLICES = {"ztautau": Z_SLICES}


class Source(NamedTuple):
    """Events of one process and slice, all of one weight."""

    process: str
    slice_index: int | None
    """Number of the slice; None for a process that is not sliced."""
    events: int
    """Events to generate."""
    weight: float
    """Weight of each event."""


def slice_range(process: str, slice_index: int | None, radiation: Radiation) -> tuple[float, float]:
    """The smallest N of a slice and its length; of everything where there is no slice."""
    if slice_index is None:
        return 0.0, _ENDLESS
    kts = np.array([one.lowest_kt for one in _SLICES[process][1:]])
    edges = [_ENDLESS, *mean_number(kts, radiation).tolist(), 0.0]
    high, low = list(pairwise(edges))[slice_index]
    return low, high - low


def sources_of(counts: Mapping[str, int], luminosity: float) -> list[Source]:
    """The sources of `counts` events of each process, in the order of `PROCESSES`.

    Args:
        counts: events to generate, by process; a sliced process shares them out to its slices.
        luminosity: 1/fb; the weights of a process add up to its expected events.
    """
    sources = []
    for process in PROCESSES:
        count = counts.get(process, 0)
        expected = EXPECTED_EVENTS[process] * luminosity / REFERENCE_LUMINOSITY
        if process not in _SLICES:
            sources.append(Source(process, None, count, expected / max(count, 1)))
            continue
        slices = _SLICES[process]
        reached = np.cumsum([0.0] + [one.generated for one in slices])
        ends = np.rint(count * reached / reached[-1]).astype(int)
        sizes = np.diff(ends).tolist()
        # Slices of a small sample may stay empty; the others stand for them.
        total = sum(one.expected for one, size in zip(slices, sizes, strict=True) if size)
        for index, (one, size) in enumerate(zip(slices, sizes, strict=True)):
            weight = expected * one.expected / total / size if size else 0.0
            sources.append(Source(process, index, size, weight))
    return [source for source in sources if source.events]
