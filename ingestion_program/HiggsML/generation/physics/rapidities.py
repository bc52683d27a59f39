"""Pseudorapidities of jets: a plateau with blurred edges that follows the boson, and boosts.

What a boson and its jets need of the protons' momenta limits them: see `has_luminosity`.
"""

import math

import numpy as np

from ...numerics.without_arrays import inlined
from ..constants.radiation import Radiation
from ..sampling.quantiles import Table, histogram_quantiles, quantile
from ..sampling.random_numbers import Stream, normal, uniform
from .radiation import ETA, NEAR, PT, REFERENCE_KT, Jets

__all__ = ["boost_emissions", "boost_jets", "draw_etas", "exchange", "has_luminosity", "logistic"]

_COLLISION_ENERGY = 13_000.0  # GeV


def _logistic_quantiles() -> Table:
    """Quantiles of the logistic distribution of variance 1."""
    x = np.linspace(-12.0, 12.0, 9601)
    return histogram_quantiles(x, np.diff(1.0 / (1.0 + np.exp(-x * math.pi / math.sqrt(3.0)))))


_LOGISTIC = _logistic_quantiles()[None]


@inlined
def draw_etas(stream: Stream, radiation: Radiation, jets: Jets, start: int, stop: int) -> None:
    """Draw the etas of the emissions that `recoil` appended, relative to the boson.

    The plateau at kT is 1 - n (1 - 20 GeV / kT) of that at 20 GeV, n = `narrowing`. Colour flows
    between the hardest emission and a later one, which is drawn to its side, the more the softer it
    is: by `coherence` ln(kT_1 / kT) of the hardest one's eta.
    """
    plateau, narrowing, edge = radiation.plateau, radiation.narrowing, radiation.edge
    for i in range(start, stop):
        if jets[i, ETA] == NEAR:
            jets[i, ETA] = jets[start, ETA] + radiation.opening * normal(stream)
        else:
            half = plateau * (1.0 - narrowing * (1.0 - REFERENCE_KT / jets[i, PT]))
            eta = edge * logistic(uniform(stream)) + half * (2.0 * uniform(stream) - 1.0)
            if i > start:
                hardness = math.log(jets[start, PT] / jets[i, PT])
                eta += radiation.coherence * hardness * jets[start, ETA]
            jets[i, ETA] = eta
        plateau, edge = radiation.following_plateau, radiation.following_edge
        narrowing = radiation.following_narrowing


@inlined
def logistic(number: float) -> float:
    """A number of the logistic distribution of variance 1, from a uniform one."""
    return quantile(_LOGISTIC, 0, number)


@inlined
def boost_emissions(
    jets: Jets, start: int, stop: int, radiation: Radiation, rapidity: float
) -> None:
    """Boost emissions along the beam, the hardest and the others by their shares of a rapidity."""
    for i in range(start, stop):
        pull = radiation.pull if i == start else radiation.following_pull
        jets[i, ETA] += pull * rapidity


@inlined
def exchange(number: float, radiation: Radiation, jets: Jets) -> None:
    """Exchange the etas of the first two emissions, with the probability `exchange` kT_2 / kT_1.

    Which of two is the harder one is chance where their kT are alike.
    """
    if number * jets[0, PT] < radiation.exchange * jets[1, PT]:
        jets[0, ETA], jets[1, ETA] = jets[1, ETA], jets[0, ETA]


@inlined
def has_luminosity(
    distance: float,
    radiation: Radiation,
    jets: Jets,
    count: int,
    transverse_mass: float,
    rapidity: float,
) -> bool:
    """True with a probability proportional to the luminosity of partons for a boson with its jets.

    What they need of the momenta of the protons is x_1,2 = sum of mT exp(+-y) / sqrt(s), and the
    density of partons falls as x^-g (1 - x)^f, g = `slope` and f = `fall`. The probability is

        (x_1 x_2 / x_0^2)^-g ((1 - x_1) (1 - x_2) / (1 - m)^2)^f

    with x_0 = sum of mT / sqrt(s), and m the mean of x_1 and x_2 if all emissions had y = 0. These
    two do not depend on the etas of the emissions, and make the probability 1 at most. Jets on
    opposite sides of the boson cost more than jets on the same side.

    Args:
        distance: an exponential number.
        transverse_mass: of the boson, GeV.
    """
    if count == 0:
        return True
    least = transverse_mass * (1.0 / _COLLISION_ENERGY)
    growth = math.exp(rapidity)
    x1, x2 = least * growth, least / growth
    mean = 0.5 * (x1 + x2)
    for i in range(count):
        energy, growth = jets[i, PT] * (1.0 / _COLLISION_ENERGY), math.exp(jets[i, ETA])
        x1, x2 = x1 + energy * growth, x2 + energy / growth
        least, mean = least + energy, mean + energy
    cost = radiation.slope * math.log(x1 * x2 / (least * least))
    if cost > distance or x1 >= 1.0 or x2 >= 1.0:
        return False
    cost -= radiation.fall * math.log((1.0 - x1) * (1.0 - x2) / ((1.0 - mean) * (1.0 - mean)))
    return cost < distance


@inlined
def boost_jets(jets: Jets, start: int, stop: int, rapidity: float) -> None:
    """Boost jets along the beam."""
    for i in range(start, stop):
        jets[i, ETA] += rapidity
