"""Weighted numbers of events with their statistical errors; related rows count as one event.

Rows that stem from one parton-level event fluctuate together. Their `groups` have equal numbers,
and errors are sums over groups, not over rows.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from HiggsML.arrays import Array, Mask, Positions

__all__ = [
    "Estimate",
    "jackknife",
    "mean",
    "quantiles",
    "rank_correlation",
    "ratio",
    "rms",
    "share",
    "total",
]

FOLDS = 20
"""Parts of the events that a jackknife leaves out in turn."""


class Estimate(NamedTuple):
    """A number and its statistical error, one standard deviation."""

    value: float
    error: float


def _error(contributions: Array, groups: Positions) -> float:
    """Error of a sum of contributions whose mean is 0 or which are Poisson counts."""
    return float(np.sqrt(np.sum(np.bincount(groups, contributions) ** 2)))


def total(weights: Array, groups: Positions) -> Estimate:
    """Sum of the weights."""
    return Estimate(float(weights.sum()), _error(weights, groups))


def ratio(above: Array, below: Array, groups: Positions) -> Estimate:
    """Ratio of two sums over the same rows, with the error of the ratio (linearised)."""
    whole = below.sum()
    if whole == 0.0:
        return Estimate(np.nan, np.nan)
    value = above.sum() / whole
    return Estimate(float(value), _error((above - value * below) / whole, groups))


def share(chosen: Mask, weights: Array, groups: Positions) -> Estimate:
    """Share of the weights in the chosen rows."""
    return ratio(weights * chosen, weights, groups)


def mean(values: Array, weights: Array, groups: Positions) -> Estimate:
    """Mean of a quantity."""
    return ratio(weights * values, weights, groups)


def rms(values: Array, weights: Array, groups: Positions) -> Estimate:
    """Standard deviation of a quantity about its mean."""
    centre = mean(values, weights, groups).value
    square = mean((values - centre) ** 2, weights, groups)
    width = np.sqrt(square.value)
    return Estimate(float(width), float(square.error / (2.0 * width)))


def jackknife(
    statistic: Callable[[Array, Array], Array], values: Array, weights: Array, groups: Positions
) -> list[Estimate]:
    """Numbers of weighted values (n, ...) with the error of leaving out parts of the groups.

    Args:
        statistic: the numbers (k,) of values and weights.
        values: (n,) or (n, m).
        weights: (n,).
        groups: (n,).
    """
    found = np.atleast_1d(statistic(values, weights))
    fold = groups % FOLDS
    parts = np.array(
        [np.atleast_1d(statistic(values[fold != k], weights[fold != k])) for k in range(FOLDS)]
    )
    errors = np.sqrt((FOLDS - 1) / FOLDS * np.sum((parts - parts.mean(axis=0)) ** 2, axis=0))
    return [Estimate(float(v), float(e)) for v, e in zip(found, errors, strict=True)]


def weighted_quantiles(values: Array, weights: Array, at: tuple[float, ...]) -> Array:
    """Quantiles of weighted values, at the middle of each row's weight."""
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    middle = (cumulative - 0.5 * weights[order]) / cumulative[-1]
    return np.interp(at, middle, values[order])


def quantiles(
    values: Array, weights: Array, groups: Positions, at: tuple[float, ...]
) -> list[Estimate]:
    """Quantiles of a quantity."""
    return jackknife(lambda v, w: weighted_quantiles(v, w, at), values, weights, groups)


def _weighted_ranks(values: Array, weights: Array) -> Array:
    """Weight below each value, half of the weight at the value itself counted."""
    positions = np.unique(values, return_inverse=True)[1]
    at_value = np.bincount(positions, weights)
    below: Array = np.cumsum(at_value) - 0.5 * at_value
    return below[positions]


def weighted_rank_correlation(pairs: Array, weights: Array) -> Array:
    """Spearman's coefficient of (n, 2) values: Pearson's of the weighted ranks."""
    ranks = np.column_stack([_weighted_ranks(column, weights) for column in pairs.T])
    ranks -= np.average(ranks, axis=0, weights=weights)
    covariance = (ranks * weights[:, None]).T @ ranks
    return np.array([covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])])


def rank_correlation(first: Array, second: Array, weights: Array, groups: Positions) -> Estimate:
    """Spearman's rank correlation of two quantities."""
    pairs = np.column_stack([first, second])
    return jackknife(weighted_rank_correlation, pairs, weights, groups)[0]
