"""The scores of a measurement, as pure functions of arrays.

A participant measures the signal strength mu in N pseudo-experiments and gives, for each, an
estimate ``mu_hat``, its uncertainty ``delta_mu_hat``, and the ends ``p16`` and ``p84`` of a 68.27 %
interval. All of them are dimensionless. Source of the formulas: the evaluation page of the HiggsML
uncertainty challenge (NeurIPS 2024) and the HiggsML package, release 0.1.5.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "EPSILON",
    "FEWEST",
    "ONE_SIGMA",
    "coverage_penalty",
    "coverage_sigma",
    "covers",
    "free_band",
    "mae",
    "quantiles_score",
    "rmse",
    "widths",
]

ONE_SIGMA = 0.6827
"""The coverage asked for: within one standard deviation, as the challenge rounds it."""

EPSILON = 1e-3
"""Added to the mean width, so that intervals of no width have a finite score."""

FEWEST = 100
"""Experiments that a verdict on the coverage needs: with these its binomial standard deviation is
4.7 percentage points, and intervals that are 30 % too narrow are found out in nine of ten runs (of
60 experiments, in three of four)."""

Floats = NDArray[np.float64]


def rmse(mu: ArrayLike, mu_hat: ArrayLike, delta_mu_hat: ArrayLike) -> Floats:
    """RMSE of each experiment: sqrt(d^2 + (d^2 - delta_mu_hat^2)^2) with d = mu_hat - mu.

    The first term is the error of the estimate, the second that of its claimed uncertainty.
    Arguments of any shapes that broadcast; the result has the common shape.

    >>> float(rmse(1.0, 1.5, 0.5))
    0.5
    """
    squared = np.square(np.subtract(mu_hat, mu, dtype=float))
    return np.asarray(np.sqrt(squared + (squared - np.square(delta_mu_hat)) ** 2))


def mae(mu: ArrayLike, mu_hat: ArrayLike, delta_mu_hat: ArrayLike) -> Floats:
    """MAE of each experiment: |d| + ||d| - delta_mu_hat| with d = mu_hat - mu.

    Arguments of any shapes that broadcast; the result has the common shape.

    >>> float(mae(1.0, 1.5, 0.25))
    0.75
    """
    distance = np.abs(np.subtract(mu_hat, mu, dtype=float))
    return np.asarray(distance + np.abs(distance - delta_mu_hat))


def widths(p16: ArrayLike, p84: ArrayLike) -> Floats:
    """Full width of each interval, |p84 - p16|."""
    return np.asarray(np.abs(np.subtract(p84, p16, dtype=float)))


def covers(mu: ArrayLike, p16: ArrayLike, p84: ArrayLike) -> NDArray[np.bool_]:
    """Whether each interval holds the true mu, both ends included."""
    return np.asarray(np.less_equal(p16, mu) & np.less_equal(mu, p84))


def coverage_sigma(n: int) -> float:
    """Binomial standard deviation of the coverage of a calibrated method: sqrt(p (1 - p) / n).

    >>> round(coverage_sigma(100), 5)
    0.04654
    """
    return float(np.sqrt(ONE_SIGMA * (1 - ONE_SIGMA) / n))


def free_band(n: int) -> tuple[float, float]:
    """Coverages between which no penalty is paid in n experiments: p -+ 2 sigma.

    >>> [round(edge, 4) for edge in free_band(1000)]
    [0.6533, 0.7121]
    """
    sigma = coverage_sigma(n)
    return ONE_SIGMA - 2 * sigma, ONE_SIGMA + 2 * sigma


def coverage_penalty(coverage: ArrayLike, n: int) -> Floats:
    """The factor f by which a wrong coverage inflates the mean width, in n experiments.

    f = 1 within `free_band`; below it 1 + x^4, above it 1 + x^3, where x is the distance from the
    band in units of `coverage_sigma`. Too narrow intervals thus cost more than too wide ones.

    >>> float(coverage_penalty(0.6827, 1000))
    1.0
    """
    low, high = free_band(n)
    sigma = coverage_sigma(n)
    below = np.maximum(0.0, low - np.asarray(coverage, dtype=float)) / sigma
    above = np.maximum(0.0, np.asarray(coverage, dtype=float) - high) / sigma
    return np.asarray(1 + below**4 + above**3)


def quantiles_score(width: ArrayLike, coverage: ArrayLike, n: int) -> Floats:
    """The quantiles score -ln((width + 0.001) f(coverage)): the higher, the better.

    Args:
        width: mean full width of the intervals.
        coverage: fraction of the intervals that hold the true mu.
        n: number of experiments that both were taken from.

    >>> round(float(quantiles_score(0.5, 0.6827, 1000)), 3)
    0.691
    """
    return np.asarray(-np.log((np.asarray(width) + EPSILON) * coverage_penalty(coverage, n)))
