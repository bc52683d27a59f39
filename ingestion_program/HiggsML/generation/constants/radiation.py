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
    exchange: float
    """Probability that the etas of the first two emissions change places where they have the same
    kT; see `rapidities.exchange`."""
    slope: float
    """Power g of the density of partons x^-g (1 - x)^f, see `rapidities.has_luminosity`; of Z and
    gluon fusion, the other modes do not ask for it."""
    fall: float
    """Power f of the same density."""
    repulsion: float
    """Preference of later emissions for the side opposite to the first; see `repelled`."""
    splitting: float
    """Probability that a later emission lies near the first jet (a split jet)."""
    opening: float
    """Standard deviation of such an emission's eta and phi from the first jet's."""
    soft: float
    """Standard deviation of each component of the soft recoil, GeV."""


# fmt: off
_TUNES = {
    #                    gg -> H qq -> Z gg -> tt qq -> VV
    "mean_number":       (  1.09,  0.464,    1.7,  0.708),
    "power":             (   1.1,   1.34,   1.05,   1.12),
    "scale":             ( 249.0,   98.8,  486.0,  342.0),
    "steepening":        (  1.93,   1.42,   4.73,    3.6),
    "lowest":            (  12.0,   12.0,   12.0,   12.0),
    "followers":         (  1.31,   0.92,   2.06,   1.03),
    "following_power":   ( 0.724,  0.846,   0.57,  0.754),
    "variation":         ( 0.405,  0.371,  0.433,   0.24),
    "cascade":           ( 0.333,  0.329,  0.158,  0.266),
    "plateau":           (  4.91,   1.94,   5.88,   5.79),
    "following_plateau": (  6.54,   4.73,   3.63,    3.0),
    "narrowing":         ( 0.549,  0.669,  0.705,  0.762),
    "following_narrowing":( 0.483,  0.272,  0.547,  0.762),
    "edge":              (  1.46,   1.37,    1.1,   1.09),
    "following_edge":    ( 0.785,  0.767,    1.1,   1.09),
    "pull":              ( 0.771,   0.91,  0.173,  0.777),
    "following_pull":    ( 0.476,  0.409,  0.335,  0.777),
    "coherence":         ( 0.175,  0.304,    0.0,    0.0),
    "slope":             ( 0.184,  0.224,    0.0,    0.0),
    "exchange":          ( 0.348,  0.337,    0.0,    0.0),
    "fall":              (  1.36,   2.83,    0.0,    0.0),
    "repulsion":         ( 0.159,  0.261, 0.0652,    0.2),
    "splitting":         (0.0755, 0.0674,  0.229,  0.303),
    "opening":           ( 0.769,   1.14,   2.38,   2.16),
    "soft":              (  8.54,   5.05,   6.47,   7.08),
}
# fmt: on
GLUON_FUSION, DRELL_YAN, TOPS_OF_GLUONS, DIBOSONS = (
    Radiation(**dict(zip(_TUNES, tune, strict=True))) for tune in zip(*_TUNES.values(), strict=True)
)
VECTOR_FUSION = DRELL_YAN._replace(
    mean_number=0.765,
    pull=0.14,
    following_pull=0.14,
    soft=3.9,
    followers=1.07,
    plateau=2.24,
    scale=138.0,
    repulsion=0.269,
    following_plateau=4.14,
)
ASSOCIATED = DRELL_YAN._replace(mean_number=0.62, pull=0.6, following_pull=0.6)
# Quarks radiate less than gluons: 4/9 at first order; tuned.
TOPS_OF_QUARKS = TOPS_OF_GLUONS._replace(mean_number=0.4 * TOPS_OF_GLUONS.mean_number)


class SecondCollision(NamedTuple):
    """Pairs of jets from a second collision of partons in the same protons; tuned."""

    rate: float = 0.149  # mean number with kT above `lowest`
    power: float = 5.82  # of that number's fall with kT
    lowest: float = 15.0  # GeV
    plateau: float = 3.33  # half-width of that of their etas
    edge: float = 0.823  # standard deviation of what blurs it
    imbalance: float = 0.286  # standard deviation of ln(pT ratio) and of the angle, rad
