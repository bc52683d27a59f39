"""Groups of events by weight: drawing from a group of nearly equal weights rejects few."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array

__all__ = ["FEW_WEIGHTS", "Weights"]

FEW_WEIGHTS = 16
"""Up to so many different weights, a process has a group for each; else one for each octave."""


@dataclass
class Weights:
    """The weights of one process, collected while its events pass."""

    total: float = 0.0
    few: Counter[float] = field(default_factory=Counter)
    """How often each weight comes; not kept up beyond `FEW_WEIGHTS` different ones."""
    octaves: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Number and largest of the weights that have the same binary exponent."""

    def add(self, weights: Array) -> None:
        self.total += float(weights.sum())
        values, counts = np.unique(weights, return_counts=True)
        if len(self.few) <= FEW_WEIGHTS:
            self.few.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        exponents = np.frexp(values)[1]
        for exponent in np.unique(exponents).tolist():
            chosen = exponents == exponent
            count, largest = self.octaves.get(exponent, (0, 0.0))
            here = float(values[chosen].max())
            self.octaves[exponent] = count + int(counts[chosen].sum()), max(largest, here)

    @property
    def is_equal(self) -> bool:
        """Whether each group has one weight."""
        return len(self.few) <= FEW_WEIGHTS

    def groups(self) -> list[tuple[int, float]]:
        """Number of events and largest weight of each group, in the order of `group_of`."""
        if self.is_equal:
            return [(self.few[weight], weight) for weight in sorted(self.few)]
        return [self.octaves[exponent] for exponent in sorted(self.octaves)]

    def group_of(self, weights: Array) -> NDArray[np.int64]:
        """The group of each weight, counted from 0."""
        if self.is_equal:
            return np.searchsorted(sorted(self.few), weights)
        return np.searchsorted(sorted(self.octaves), np.frexp(weights)[1])
