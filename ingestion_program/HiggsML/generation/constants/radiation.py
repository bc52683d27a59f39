"""Radiation: the tunes of the emissions of each production mode, side by side.

All values are tuned on simulated rows; jet counts lie between those of the simulation and of the
public rows. What the parameters do stands in `physics.radiation`.
"""

from typing import NamedTuple

__all__ = [
    "ASSOCIATED",
    "DIBOSONS",
    "DRELL_YAN",
    "GLUON_FUSION",
    "TOPS_OF_GLUONS",
    "TOPS_OF_QUARKS",
    "VECTOR_FUSION",
    "Radiation",
]


class Radiation(NamedTuple):
    """Parameters of the emissions of one production mode."""

    mean_number: float
    """n: mean number of emissions above 20 GeV."""
    power: float
    """a: power of the spectrum of soft emissions."""
    cutoff: float
    """c: kT where the parton luminosities cut the spectrum off, GeV."""
    sharpness: float
    """b: power of kT / c in that cut-off."""
    lowest: float
    """kT where single emissions end and the soft recoil begins, GeV."""
    followers: float
    """Rate of the later emissions, relative to the first's law, when the first is soft."""
    variation: float
    """Share of that rate that varies from event to event (exponentially distributed)."""
    cascade: float
    """Growth of the later emissions' rate with (1 - 20 GeV / kT of the first)."""
    plateau: float
    """Half-width of the plateau in pseudorapidity of emissions of 20 GeV."""
    narrowing: float
    """Loss of `plateau` for emissions of infinite kT; it goes with (1 - 20 GeV / kT)."""
    edge: float
    """Standard deviation of what blurs the plateau's edge."""
    pull: float
    """Share of the boson's rapidity that the emissions' mean follows."""
    splitting: float
    """Probability that a later emission lies near the first jet (a split jet)."""
    opening: float
    """Standard deviation of such an emission's eta and phi from the first jet's."""
    soft: float
    """Standard deviation of each component of the soft recoil, GeV."""


# fmt: off
_TUNES = {
    #                    gg -> H    qq -> Z    qq -> H   gg -> tt   qq -> VV
    "mean_number": (     1.16,     0.423,     0.431,      1.56,     0.696),
    "power":       (     1.12,      1.74,      1.72,     0.981,      1.21),
    "cutoff":      (    239.0,     137.0,     136.0,     243.0,     400.0),
    "sharpness":   (     1.63,      1.48,       1.5,      1.75,      1.46),
    "lowest":      (     12.0,      12.0,      12.0,      12.0,      12.0),
    "followers":   (     0.92,      1.13,      1.11,     0.763,     0.835),
    "variation":   (      0.7,      0.28,       0.2,     0.393,      0.24),
    "cascade":     (     1.05,      1.46,      1.45,      0.88,      1.04),
    "plateau":     (     3.85,      2.75,      2.81,      4.37,      3.44),
    "narrowing":   (     1.25,      1.24,      1.18,      1.81,       2.0),
    "edge":        (     1.17,      1.13,      1.08,       1.1,      1.09),
    "pull":        (    0.508,     0.714,      0.69,     0.311,     0.777),
    "splitting":   (    0.131,     0.072,     0.064,     0.229,     0.303),
    "opening":     (     2.33,      2.08,      1.98,      2.38,      2.16),
    "soft":        (     8.42,       5.4,      5.19,      7.44,      4.94),
}
# fmt: on
GLUON_FUSION, DRELL_YAN, _QUARKS_TO_HIGGS, TOPS_OF_GLUONS, DIBOSONS = (
    Radiation(**dict(zip(_TUNES, tune, strict=True))) for tune in zip(*_TUNES.values(), strict=True)
)
VECTOR_FUSION = _QUARKS_TO_HIGGS._replace(mean_number=0.52, pull=0.147, soft=3.56)
ASSOCIATED = _QUARKS_TO_HIGGS._replace(mean_number=0.583)
# Quarks radiate less than gluons: 4/9 at first order; tuned.
TOPS_OF_QUARKS = TOPS_OF_GLUONS._replace(mean_number=0.4 * TOPS_OF_GLUONS.mean_number)
