"""Pseudorapidities of jets: a plateau with blurred edges that follows the boson, and boosts."""

import math

from ...numerics.elementary import logarithm
from ...numerics.without_arrays import inlined
from ..constants.radiation import Radiation
from ..sampling.random_numbers import Stream, normal, uniform
from .radiation import ETA, NEAR, PT, REFERENCE_KT, Jets

__all__ = ["boost_emissions", "boost_jets", "draw_etas", "logistic"]

_NO_JET = 99.0  # pseudorapidity of what is measured, but not as a jet
_TO_LOGISTIC = math.sqrt(3.0) / math.pi
_LEAST_WIDTH = 0.2  # of the etas, relative to those at 20 GeV


@inlined
def draw_etas(stream: Stream, radiation: Radiation, jets: Jets, start: int, stop: int) -> None:
    """Draw the etas of the emissions that `recoil` appended."""
    plateau = radiation.plateau
    for i in range(start, stop):
        if uniform(stream) < radiation.photon:
            jets[i, ETA] = _NO_JET
        elif jets[i, ETA] == NEAR:
            jets[i, ETA] = jets[start, ETA] + radiation.opening * normal(stream)
        else:
            eta = radiation.edge * logistic(uniform(stream)) + plateau * (
                2.0 * uniform(stream) - 1.0
            )
            jets[i, ETA] = _narrowed(jets[i, PT], radiation) * eta
        plateau = radiation.following_plateau


@inlined
def _narrowed(kt: float, radiation: Radiation) -> float:
    """Distances in eta at this kT, relative to those at 20 GeV."""
    narrowed = 1.0 - radiation.narrowing * logarithm(kt * (1.0 / REFERENCE_KT))
    return max(narrowed, _LEAST_WIDTH)


@inlined
def logistic(number: float) -> float:
    """A number of the logistic distribution of variance 1, from a uniform one."""
    return _TO_LOGISTIC * logarithm(number / (1.0 - number))


@inlined
def boost_emissions(
    jets: Jets, start: int, stop: int, radiation: Radiation, rapidity: float
) -> None:
    """Boost emissions along the beam, the hardest and the others by their shares of a rapidity.

    Hard ones lie nearer to the boson: its mean distance shrinks with kT as all widths do.
    """
    for i in range(start, stop):
        pull = radiation.pull if i == start else radiation.following_pull
        jets[i, ETA] += (1.0 - (1.0 - pull) * _narrowed(jets[i, PT], radiation)) * rapidity


@inlined
def boost_jets(jets: Jets, start: int, stop: int, rapidity: float) -> None:
    """Boost jets along the beam."""
    for i in range(start, stop):
        jets[i, ETA] += rapidity
