"""Sampling by table: inverse distribution functions on grids."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..compiled import inlined

__all__ = [
    "POINTS",
    "Table",
    "Tables",
    "inverse_distribution",
    "on_octaves",
    "quantile",
    "value_at",
]

Table = npt.NDArray[np.float64]


class Tables(NamedTuple):
    """What the kernel of a process looks up."""

    shares: Table
    """Of a tau's visible energy, see `taus.tau_shares`."""
    masses: Table
    """Of the W, or m^-2 of H or Z."""
    kt0: Table
    """kT at N, for each radiation of the process, see `radiation.kt_table`."""
    kt1: Table
    kt2: Table
    lowest: float
    """N at the hardest emission: where the slice begins ..."""
    span: float
    """... and its length."""


POINTS = 2048
_PARTS = 16  # of an octave
_LOWEST, _HIGHEST = -24, 4  # powers of 2 that an octave table spans
_MANTISSA_SHIFT = np.int64(48)  # leaves the exponent and 4 bits, for 16 parts of an octave
_OFFSET = np.int64((1023 + _LOWEST) * _PARTS)
_REST = np.int64((1 << 48) - 1)


def inverse_distribution(x: Table, density: Table) -> Table:
    """x at evenly spaced probabilities 0 ... 1, of a density given on a grid (need not be 1)."""
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(x)
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    return np.interp(np.linspace(0.0, cumulative[-1], POINTS + 1), cumulative, x)


@inlined
def quantile(tables: Table, row: int, u: float) -> float:
    """The value below which lies the share u, in [0, 1), of the distribution in a row."""
    place = u * POINTS
    i = np.uint64(place)
    low = tables[row, i]
    return float(low + (place - np.float64(i)) * (tables[row, i + np.uint64(1)] - low))


def octave_grid() -> Table:
    """Where `on_octaves` needs values: 16 even steps in each octave from 2^-24 to 2^4."""
    octaves = 2.0 ** np.arange(_LOWEST, _HIGHEST)
    steps = 1.0 + np.arange(_PARTS) / _PARTS
    return np.append((octaves[:, None] * steps).ravel(), 2.0**_HIGHEST)


def on_octaves(x: Table, values: Table) -> Table:
    """Values as a function of a positive number, for `value_at`: log-spaced without a logarithm."""
    return np.interp(np.log(octave_grid()), np.log(x), values)


@inlined
def value_at(table: Table, number: float) -> float:
    """Linear interpolation at a number from 2^-24 to 2^4; the bits of the float are the place."""
    bits = np.float64(max(number, 6e-8)).view(np.int64)
    i = np.uint64((bits >> _MANTISSA_SHIFT) - _OFFSET)
    low = table[i]
    return float(low + np.float64(bits & _REST) * 2.0**-48 * (table[i + np.uint64(1)] - low))
