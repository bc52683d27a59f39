"""A cut as figures know it: a name, edges, what passes, and a text."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Window"]


@dataclass(frozen=True)
class Window:
    """What lies between two edges, or outside of them."""

    name: str
    low: float = -np.inf
    high: float = np.inf
    outside: bool = False

    @property
    def edges(self):
        return tuple(edge for edge in (self.low, self.high) if np.isfinite(edge))

    def passes(self, values):
        return ((values >= self.low) & (values <= self.high)) ^ self.outside

    def __str__(self):
        return f"{self.name} {'outside of' if self.outside else 'in'} {self.edges}"
