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
    Slice(0.0, 0.8077, 0.45),
    Slice(30.0, 0.1209, 0.24),
    Slice(60.0, 0.0506, 0.17),
    Slice(120.0, 0.0208, 0.14),
)
_SLICES = {"ztautau": Z_SLICES}


class Source(NamedTuple):
    """Events of one process and slice, all of one weight."""

    process: str
    part: int | None
    """Which slice; None for a process that is not sliced."""
    events: int
    """Events to generate."""
    weight: float
    """Of each of them."""


def slice_range(process: str, part: int | None, radiation: Radiation) -> tuple[float, float]:
    """The smallest N of a slice and its length; of everything where there is no slice."""
    if part is None:
        return 0.0, _ENDLESS
    kts = np.array([piece.lowest_kt for piece in _SLICES[process][1:]])
    edges = [_ENDLESS, *mean_number(kts, radiation).tolist(), 0.0]
    high, low = list(pairwise(edges))[part]
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
        pieces = _SLICES[process]
        reached = np.cumsum([0.0] + [piece.generated for piece in pieces])
        ends = np.rint(count * reached / reached[-1]).astype(int)
        sizes = np.diff(ends).tolist()
        # Slices of a small sample may stay empty; the others stand for them.
        total = sum(piece.expected for piece, size in zip(pieces, sizes, strict=True) if size)
        for part, (piece, size) in enumerate(zip(pieces, sizes, strict=True)):
            weight = expected * piece.expected / total / size if size else 0.0
            sources.append(Source(process, part, size, weight))
    return [source for source in sources if source.events]
