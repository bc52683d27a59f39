"""A search for the scale that multiplied numbers of three decimals, in the numbers that come out.

A number x of three decimals becomes h = round(t x, 3). At the true t some h come from no x at all
(t above 1) or from two (below), and which they are changes with t in steps of 1e-5 or less. So each
t predicts k(h, t), the number of x that become h, and the likelihood of a t is that of the counts
n(h) under a density proportional to k(h, t) times a smooth one.
"""

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["STEP", "best", "log_ratio_z"]

STEP = 2e-6
"""Of the scan: the comb moves by a tooth at 100 GeV within 1e-5."""

_FLOOR = 0.05
"""Of k: a few numbers that do not fit shall not rule a t out."""
_WINDOW = 101
"""Thousandths of GeV over which densities are smooth, while combs are not."""


def counts_of(pts: NDArray[np.float32]) -> NDArray[np.float64]:
    """How often each whole number of thousandths comes."""
    h = np.rint(pts[pts > 0.0].astype(np.float64) * 1000.0).astype(np.int64)
    return np.bincount(h[h < 300_000]).astype(np.float64)


def log_ratio_z(
    columns: list[NDArray[np.float32]], scales: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The logarithm of the likelihood at each scale, over all columns, less what a smooth density
    gives, in standard deviations of the latter."""
    over, variance = np.zeros(len(scales)), np.zeros(len(scales))
    for pts in columns:
        counts = counts_of(pts)
        smooth = np.convolve(counts, np.full(_WINDOW, 1.0 / _WINDOW), mode="same")
        first = int(np.argmax(counts > 0)) + _WINDOW  # the edge of a cut is not smooth
        _add(counts, smooth, first, scales, over, variance)
    return over / np.sqrt(np.maximum(variance, 1.0))


def best(z: NDArray[np.float64], scales: NDArray[np.float64]) -> tuple[float, float]:
    """The highest z of a scan, and where."""
    i = int(np.argmax(z))
    return float(z[i]), float(scales[i])


@numba.njit(nogil=True)
def _add(counts, smooth, first, scales, over, variance):
    """Add the h of which no or two x become h: there floor(h (1 - 1/t) + 1/(2t)) changes."""
    for i, t in enumerate(scales):
        slope, start = 1.0 - 1.0 / t, 0.5 / t
        if slope == 0.0:
            continue
        gain = np.log(_FLOOR if slope > 0.0 else 2.0)
        ends = (first * slope + start, len(counts) * slope + start)
        for m in range(int(np.ceil(min(ends))), int(np.floor(max(ends))) + 1):
            h = int(np.floor((m - start) / slope))  # the last before the change
            if first <= h < len(counts):
                over[i] += gain * (counts[h] - smooth[h])
                variance[i] += gain * gain * smooth[h]
