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
    "SecondCollision",
]


class Radiation(NamedTuple):
    """Parameters of the emissions of one production mode."""

    mean_number: float
    """n: mean number of emissions above 20 GeV."""
    power: float
    """a: power of the spectrum of soft emissions."""
    scale: float
    """c: kT where the spectrum becomes steeper, GeV: matrix elements and parton luminosities."""
    steepening: float
    """s: how much steeper."""
    lowest: float
    """kT where single emissions end and the soft recoil begins, GeV."""
    followers: float
    """m: mean number of later emissions above 20 GeV, per unit of `following_power`'s law."""
    following_power: float
    """b: power of the spectrum of later emissions."""
    variation: float
    """Share of that rate that varies from event to event (exponentially distributed)."""
    cascade: float
    """Growth of the later emissions' rate with ln(kT of the first / 20 GeV)."""
    plateau: float
    """Half-width of the plateau in pseudorapidity of emissions of 20 GeV."""
    following_plateau: float
    """The same of the later emissions."""
    narrowing: float
    """Share of the plateau that is lost where kT grows from 20 GeV to infinity."""
    following_narrowing: float
    """The same of the later emissions."""
    edge: float
    """Standard deviation of what blurs the plateau (logistic distribution)."""
    following_edge: float
    """The same of the later emissions."""
    pull: float
    """Share of the boson's rapidity that the mean of the hardest emission follows."""
    following_pull: float
    """The same of the later emissions."""
    coherence: float
    """Share of the hardest emission's distance in eta to the boson that a later one, softer by a
    factor of e, follows: colour flows between them."""
    fall: float
    """Power f of the parton density (1 - x)^f, see `rapidities.has_luminosity`; of Z and gluon
    fusion, the other modes do not ask for it."""
    repulsion: float
    """Preference of later emissions for the side opposite to the first; see `repelled`."""
    splitting: float
    """Probability that a later emission lies near the first jet (a split jet)."""
    opening: float
    """Standard deviation of such an emission's eta and phi from the first jet's."""
    photon: float
    """Probability that an emission is an isolated photon, which is no jet."""
    soft: float
    """Standard deviation of each component of the soft recoil, GeV."""


# fmt: off
_TUNES = {
    #                    gg -> H qq -> Z gg -> tt qq -> VV
    "mean_number":       (   1.1,   0.47,   1.71,  0.708),
    "power":             (  1.09,   1.32,   1.03,   1.12),
    "scale":             ( 271.0,   97.8,  493.0,  364.0),
    "steepening":        (  2.11,   1.44,   4.73,    3.6),
    "lowest":            (  12.0,   12.0,   12.0,   12.0),
    "followers":         (  1.32,  0.941,   1.84,   1.03),
    "following_power":   ( 0.727,  0.828,  0.644,  0.754),
    "variation":         ( 0.398,   0.45,  0.418,   0.24),
    "cascade":           ( 0.321,  0.333,  0.154,  0.266),
    "plateau":           (  5.89,   3.38,   6.17,   5.79),
    "following_plateau": (  7.05,   4.36,    3.3,    3.0),
    "narrowing":         ( 0.642,   0.82,  0.692,  0.762),
    "following_narrowing":( 0.493,  0.474,  0.633,  0.762),
    "edge":              (  1.27,  0.971,    1.1,   1.09),
    "following_edge":    ( 0.786,    1.1,    1.1,   1.09),
    "pull":              ( 0.716,    0.9,  0.162,  0.777),
    "following_pull":    (  0.46,   0.51,  0.335,  0.777),
    "coherence":         ( 0.178,  0.291,    0.0,    0.0),
    "fall":              (  1.63,    1.3,    0.0,    0.0),
    "repulsion":         (  0.17,  0.256, 0.0883,    0.2),
    "splitting":         (0.0724, 0.0729,  0.229,  0.303),
    "opening":           (   0.8,   1.03,   2.38,   2.16),
    "photon":            (   0.0, 0.0008,    0.0,    0.0),
    "soft":              (  8.13,   5.11,   3.84,   7.08),
}
# fmt: on
GLUON_FUSION, DRELL_YAN, TOPS_OF_GLUONS, DIBOSONS = (
    Radiation(**dict(zip(_TUNES, tune, strict=True))) for tune in zip(*_TUNES.values(), strict=True)
)
VECTOR_FUSION = DRELL_YAN._replace(
    mean_number=0.803,
    pull=0.135,
    following_pull=0.14,
    soft=3.9,
    followers=1.08,
    plateau=2.64,
    scale=138.0,
    repulsion=0.269,
    following_plateau=3.93,
)
ASSOCIATED = DRELL_YAN._replace(mean_number=0.62, pull=0.6, following_pull=0.6)
# Quarks radiate less than gluons: 4/9 at first order; tuned.
TOPS_OF_QUARKS = TOPS_OF_GLUONS._replace(mean_number=0.4 * TOPS_OF_GLUONS.mean_number)


class SecondCollision(NamedTuple):
    """Pairs of jets from a second collision of partons in the same protons; tuned."""

    rate: float = 0.027  # mean number with kT above 20 GeV
    power: float = 6.6  # of that number's fall with kT
    lowest: float = 15.0  # GeV
    width: float = 2.14  # standard deviation of their etas
    imbalance: float = 0.32  # standard deviation of ln(pT ratio) and of the angle, rad
