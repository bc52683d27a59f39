"""Regions of events: those that a classifier sees, and counting bins for the others.

More than half of a pseudo-experiment are Z bosons that no classifier takes for a Higgs boson. They
are counted in histograms of cheap quantities, which pin the rates and the energy scales; only the
others are worth a classifier's time.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..arrays import Floats, Mask, Positions
from ..columns import POSITION

__all__ = ["JetRegion", "Regions"]

_JET_NUMBERS = 4  # 0, 1, 2, more


class JetRegion(NamedTuple):
    """The signal-rich part of the events with a given number of jets, in GeV.

    An event is signal-rich if mass_vis is in [`mass_low`, `mass_high`) and the transverse mass is
    below `mt_high`.
    """

    mass_low: float
    mass_high: float
    mt_high: float


@dataclass(frozen=True)
class Regions:
    """Cuts that divide events; the last entry of `signal_rich` holds for more jets too.

    Counting bins are made of the number of jets (0, 1, 2, more), the sum of their pT
    (`jet_edges`, which the jet energy scale moves events across), the transverse mass (below and
    above `mt_split`) and the visible mass (`mass_edges`); all in GeV.
    """

    signal_rich: tuple[JetRegion, ...] = (
        JetRegion(75.0, 140.0, 80.0),
        JetRegion(55.0, 140.0, 90.0),
        JetRegion(42.0, 150.0, 100.0),
    )
    jet_edges: tuple[float, ...] = (32.0, 45.0, 70.0, 110.0)
    mt_split: float = 60.0
    mass_edges: tuple[float, ...] = (50.0, 60.0, 70.0, 80.0, 100.0)

    @property
    def n_counting_bins(self) -> int:
        """Number of counting bins; some of them no event can reach."""
        return _JET_NUMBERS * (len(self.jet_edges) + 1) * 2 * (len(self.mass_edges) + 1)

    def is_signal_rich(self, features: Floats) -> Mask:
        """The events for the classifier.

        Args:
            features: (n, 28), columns in the order of `schema.FEATURES`.
        """
        jets = np.minimum(_column(features, "PRI_n_jets"), len(self.signal_rich) - 1)
        mass = _column(features, "DER_mass_vis")
        low, high, mt_high = (
            np.asarray(cut, dtype=np.float32)[jets.astype(np.intp)]
            for cut in zip(*self.signal_rich, strict=True)
        )
        light = _column(features, "DER_mass_transverse_met_lep") < mt_high
        rich: Mask = (mass >= low) & (mass < high) & light
        return rich

    def counting_bin(self, features: Floats) -> Positions:
        """The counting bin of each event, in [0, `n_counting_bins`), whatever its region.

        Args:
            features: (n, 28), columns in the order of `schema.FEATURES`.
        """
        jets = np.minimum(_column(features, "PRI_n_jets"), _JET_NUMBERS - 1).astype(np.intp)
        position = jets * (len(self.jet_edges) + 1)
        position += _interval(self.jet_edges, _column(features, "PRI_jet_all_pt"))
        position *= 2
        position += _column(features, "DER_mass_transverse_met_lep") >= self.mt_split
        position *= len(self.mass_edges) + 1
        position += _interval(self.mass_edges, _column(features, "DER_mass_vis"))
        return position


def _column(features: Floats, name: str) -> Floats:
    values: Floats = features[:, POSITION[name]]
    return values


def _interval(edges: tuple[float, ...], values: Floats) -> Positions:
    return np.searchsorted(np.asarray(edges, dtype=np.float32), values, side="right")
