"""Counting bins: a grid of cheap quantities, for the events that no classifier sees.

They pin the rates and the energy scales at little cost.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..arrays import Floats, Positions
from ..columns import POSITION

__all__ = ["Counting", "CountingGrid"]


class Counting(Protocol):
    """Bins of cheap quantities."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins along each axis; neighbours along an axis can be merged."""

    def bin_of(self, features: Floats) -> Positions:
        """The bin of each event, in [0, product of `shape`), whatever a classifier says of it."""


@dataclass(frozen=True)
class CountingGrid:
    """Bins between edges (GeV) of some features.

    The number of jets and the transverse mass tell the backgrounds apart. The tau's pT and the
    visible mass follow the tau energy scale; the jets' sum of pT and what is left of the balance,
    pt_tot, follow the jet energy scale.

    Attributes:
        axes: feature and edges; an event on an edge lies above. A measurement keeps the edges that
            are worth it.
    """

    axes: tuple[tuple[str, tuple[float, ...]], ...] = (
        ("PRI_n_jets", (1.0, 2.0, 3.0)),
        ("PRI_jet_all_pt", (32.0, 45.0, 70.0, 110.0)),
        ("DER_mass_transverse_met_lep", (60.0,)),
        ("DER_mass_vis", (50.0, 60.0, 70.0, 80.0, 100.0)),
        ("PRI_had_pt", (30.0, 36.0, 45.0)),
        ("DER_pt_tot", (10.0, 20.0, 35.0)),
    )

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of bins along each axis."""
        return tuple(len(edges) + 1 for _, edges in self.axes)

    def bin_of(self, features: Floats) -> Positions:
        """The bin of each event, the last axis running fastest.

        Args:
            features: (n, 28), columns in the order of `schema.FEATURES`.
        """
        position = np.zeros(len(features), dtype=np.intp)
        for name, edges in self.axes:
            values = features[:, POSITION[name]]
            position *= len(edges) + 1
            # Sums of comparisons: a search takes ten times as long for so few edges.
            passed = np.zeros(len(features), dtype=np.uint8)
            for edge in edges:
                passed += (values >= np.float32(edge)).view(np.uint8)
            position += passed
        return position
