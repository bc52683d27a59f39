"""How much a score would change with other pseudo-experiments: the bootstrap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .metrics import quantiles_score

__all__ = [
    "Estimate",
    "estimate",
    "resample_experiments",
    "resample_set",
    "resample_sets",
    "scores_of_means",
]

Floats = NDArray[np.float64]

_ONE_SIGMA_PERCENTILES = (15.865, 84.135)


@dataclass(frozen=True)
class Estimate:
    """A score with its statistical error, which is a range: scores scatter to one side.

    Attributes:
        value: the score of the experiments that were measured.
        low, high: between them lie the central 68.27 % of the bootstrapped scores.
    """

    value: float
    low: float
    high: float


def estimate(value: float, bootstrapped: Floats) -> Estimate:
    """Put a score and its bootstrapped values, shape (bootstraps,), together."""
    low, high = np.percentile(bootstrapped, _ONE_SIGMA_PERCENTILES)
    return Estimate(float(value), float(low), float(high))


def resample_set(values: Floats, bootstraps: int, rng: np.random.Generator) -> Floats:
    """Means over the experiments of one set, drawn again with replacement.

    Args:
        values: shape (quantities, experiments).
        bootstraps: number of times to draw.
        rng: source of the draws.

    Returns:
        shape (bootstraps, quantities).
    """
    quantities, experiments = values.shape
    sums = np.empty((bootstraps, quantities))
    for total in sums:
        drawn = rng.integers(0, experiments, experiments)
        total[:] = values @ np.bincount(drawn, minlength=experiments)
    return np.asarray(sums / experiments)


def resample_experiments(values: Floats, bootstraps: int, rng: np.random.Generator) -> Floats:
    """Means over experiments that are drawn again, with replacement, within each set.

    The true mu of the sets stay as they are, because they are the same for every participant.
    What is drawn together stays together: with the values of several submissions side by side,
    their differences are bootstrapped in pairs.

    Args:
        values: shape (quantities, sets, experiments).
        bootstraps: number of times to draw.
        rng: source of the draws.

    Returns:
        shape (bootstraps, quantities): means over all sets and experiments.
    """
    of_sets = (resample_set(column, bootstraps, rng) for column in np.moveaxis(values, 1, 0))
    return np.asarray(sum(of_sets) / values.shape[1])


def resample_sets(
    values: Floats, bootstraps: int, sample_size: int, rng: np.random.Generator
) -> Floats:
    """Means over whole sets that are drawn again with replacement, as in the 2024 final.

    Args:
        values: shape (quantities, sets, experiments).
        bootstraps: number of times to draw.
        sample_size: number of sets to draw each time.
        rng: source of the draws.

    Returns:
        shape (bootstraps, quantities).
    """
    set_means = values.mean(axis=2)
    drawn = rng.integers(0, values.shape[1], (bootstraps, sample_size))
    return np.asarray(set_means[:, drawn].mean(axis=2).T)


def scores_of_means(means: Floats, n: int) -> dict[str, Floats]:
    """Scores by name, from the means of the four quantities of one experiment.

    Args:
        means: shape (..., 4): mean RMSE, MAE, width, and coverage.
        n: number of experiments that each mean was taken over.
    """
    rmse, mae, width, coverage = np.moveaxis(means, -1, 0)
    return {
        "quantiles_score": quantiles_score(width, coverage, n),
        "interval": width,
        "coverage": coverage,
        "rmse": rmse,
        "mae": mae,
    }
