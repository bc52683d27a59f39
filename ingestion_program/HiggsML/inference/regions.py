"""Which events go to the classifier, and into which counting bin the others fall.

Nine tenths of a pseudo-experiment are Z bosons that no classifier can take for a Higgs boson. They
are counted in histograms of cheap quantities, which pin the Z, ttbar and diboson rates and the
energy scales; the signal-rich tenth or two are worth a classifier's time.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..schema import FEATURES

__all__ = ["JetRegion", "Regions"]

_COLUMN = {name: position for position, name in enumerate(FEATURES)}


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
    """Cuts that divide the events; the last entry of `signal_rich` holds for more jets too.

    Events outside are counted in bins of jet number, transverse mass (below and above `mt_split`)
    and visible mass (`mass_edges`).
    """

    signal_rich: tuple[JetRegion, ...] = (
        JetRegion(75.0, 140.0, 80.0),
        JetRegion(55.0, 140.0, 90.0),
        JetRegion(42.0, 150.0, 100.0),
    )
    mt_split: float = 60.0
    mass_edges: tuple[float, ...] = (40.0, 48.0, 54.0, 60.0, 66.0, 72.0, 80.0, 100.0, 140.0)

    @property
    def n_counting_bins(self) -> int:
        """Number of counting bins."""
        return len(self.signal_rich) * 2 * (len(self.mass_edges) + 1)

    def is_signal_rich(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        """The events for the classifier.

        Args:
            features: (n, 28), columns in the order of `schema.FEATURES`.
        """
        jets, mass, transverse = self._cheap(features)
        low, high, mt_high = (
            np.asarray(cut, dtype=np.float32)[jets] for cut in zip(*self.signal_rich, strict=True)
        )
        rich: NDArray[np.bool_] = (mass >= low) & (mass < high) & (transverse < mt_high)
        return rich

    def counting_bin(self, features: NDArray[np.float32]) -> NDArray[np.intp]:
        """The counting bin of each event, in [0, `n_counting_bins`), whatever its region."""
        jets, mass, transverse = self._cheap(features)
        edges = np.asarray(self.mass_edges, dtype=np.float32)
        return (jets * 2 + (transverse >= self.mt_split)) * (len(edges) + 1) + np.searchsorted(
            edges, mass, side="right"
        )

    def _cheap(
        self, features: NDArray[np.float32]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.float32]]:
        jets = features[:, _COLUMN["PRI_n_jets"]].astype(np.intp)
        return (
            np.minimum(jets, len(self.signal_rich) - 1),
            features[:, _COLUMN["DER_mass_vis"]],
            features[:, _COLUMN["DER_mass_transverse_met_lep"]],
        )
