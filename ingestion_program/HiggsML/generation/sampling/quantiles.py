"""Sampling by table: inverse distribution functions on grids."""

import numpy as np

from ...arrays import Array
from ...numerics.without_arrays import inlined

__all__ = [
    "POINTS",
    "Table",
    "histogram_quantiles",
    "inverse_distribution",
    "on_octaves",
    "quantile",
    "value_at",
]

Table = Array


POINTS = 2048
"""Steps of an inverse distribution."""
_STEPS = 16  # in an octave
_LOWEST, _HIGHEST = -24, 4  # powers of 2 that an octave table spans
_MANTISSA_SHIFT = np.int64(48)  # leaves the exponent and 4 bits, for 16 steps in an octave
_OFFSET = np.int64((1023 + _LOWEST) * _STEPS)
_REST = np.int64((1 << 48) - 1)


def inverse_distribution(x: Table, density: Table) -> Table:
    """x at evenly spaced probabilities 0 ... 1, of a density given on a grid (need not be 1)."""
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(x)
    cumulative = np.concatenate([[0.0], np.cumsum(steps)])
    return np.interp(np.linspace(0.0, cumulative[-1], POINTS + 1), cumulative, x)


def histogram_quantiles(edges: Table, contents: Table) -> Table:
    """Values at evenly spaced probabilities 0 ... 1, of a histogram.

    The first and last step keep their means, and so do not reach to the ends of the histogram:
    steps of probability are too wide for tails, which would be filled too much.

    Args:
        edges: (n + 1,), ascending.
        contents: (n,), not negative.
    """
    below = np.append(0.0, np.cumsum(contents)) / np.sum(contents)
    quantiles: Table = np.interp(np.linspace(0.0, 1.0, POINTS + 1), below, edges)
    middles, step = 0.5 * (edges[1:] + edges[:-1]), 1.0 / POINTS
    first = np.diff(np.minimum(below, step))
    last = np.diff(np.maximum(below, 1.0 - step))
    low = 2.0 * np.average(middles, weights=first) - quantiles[1]
    high = 2.0 * np.average(middles, weights=last) - quantiles[-2]
    quantiles[0], quantiles[-1] = min(low, quantiles[1]), max(high, quantiles[-2])
    return quantiles


@inlined
def quantile(tables: Table, row: int, u: float) -> float:
    """The value below which lies the share u, in [0, 1), of the distribution in a row."""
    step = u * POINTS
    i = np.uint64(step)
    low = tables[row, i]
    return float(low + (step - np.float64(i)) * (tables[row, i + np.uint64(1)] - low))


def octave_grid() -> Table:
    """The grid of `on_octaves`: 16 even steps in each octave from 2^-24 to 2^4."""
    octaves = 2.0 ** np.arange(_LOWEST, _HIGHEST)
    steps = 1.0 + np.arange(_STEPS) / _STEPS
    return np.append((octaves[:, None] * steps).ravel(), 2.0**_HIGHEST)


def on_octaves(x: Table, values: Table) -> Table:
    """Values as a function of a positive number, for `value_at`: log-spaced without a logarithm."""
    return np.interp(np.log(octave_grid()), np.log(x), values)


@inlined
def value_at(table: Table, number: float) -> float:
    """Linear interpolation at a number from 2^-24 to 2^4, whose bits give the step of the table."""
    bits = np.float64(max(number, 6e-8)).view(np.int64)
    i = np.uint64((bits >> _MANTISSA_SHIFT) - _OFFSET)
    low = table[i]
    return float(low + np.float64(bits & _REST) * 2.0**-48 * (table[i + np.uint64(1)] - low))
