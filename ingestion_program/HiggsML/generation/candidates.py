"""Trials of a boson's decay to two taus, as far as they go before its recoil is drawn.

An event whose taus cannot have the energy to be selected ends here, before anything else is drawn.
"""

import math

import numpy as np
import numpy.typing as npt

from .compiled import inlined
from .constants import Radiation
from .detector import Cuts, lepton_ease, tau_ease
from .quantiles import Table, quantile, value_at
from .random_numbers import Stream, exponential, normal, uniform
from .taus import HADRONS, LEPTON

__all__ = [
    "CANDIDATES",
    "MASS",
    "MODE",
    "NOISE1",
    "NOISE2",
    "NUMBER",
    "X1",
    "X2",
    "Candidates",
    "draw_candidates",
    "recoil_bound",
]

CANDIDATES = 32
MODE, NUMBER, MASS, X1, X2, NOISE1, NOISE2 = range(7)

Candidates = npt.NDArray[np.float64]
"""(CANDIDATES, 7): the uniform number that chooses the production mode, N of the hardest emission,
m^-2, then for the tau that decays to a lepton and for the other the shares of visible energy and
the standard normal numbers of the energy measurements."""

_FAR = 1e6  # GeV


@inlined
def draw_candidates(
    stream: Stream,
    masses: Table,
    radiation: Radiation,
    kt: Table,
    hardest: tuple[float, float],
    bounded: float,
    right: tuple[float, int],
    shares: Table,
    cuts: Cuts,
    candidates: Candidates,
) -> int:
    """Draw production mode, hardest jet, mass, shares and noises of CANDIDATES trials.

    Only those are written whose taus can be selected; their number is returned. With a boson of at
    most the pT of `recoil_bound`,

        pT_1 + pT_2 <= mT and pT_i <= (mT + pT) / 2, where mT^2 = m^2 + pT^2.

    This is asked of the inverse of the least pT and of m^2, which takes no division or root, and
    without a branch: a branch that cannot be foretold costs as much as the rest of a trial.

    Args:
        hardest: the least N of the hardest emission and the length of its interval.
        bounded: the pT is bounded where the mode, a uniform number, is below.
        right: probability that the first tau has positive helicity, and 1 if the second has then
            the opposite one (helicity in the sense of taus.py).
    """
    count = 0
    lowest, span = hardest
    for _ in range(CANDIDATES):
        mode, number = uniform(stream), exponential(stream)
        # What is left of an exponential number after the last whole span is exponential within one.
        number = lowest + number - span * math.floor(number / span)
        inverse_mass2 = quantile(masses, 0, uniform(stream))
        pt = recoil_bound(value_at(kt, min(number, 15.9)), radiation)
        pt = pt if mode < bounded else _FAR
        right1 = int(uniform(stream) < right[0])
        x1 = quantile(shares, LEPTON + right1, uniform(stream))
        x2 = quantile(shares, HADRONS + (right1 ^ right[1]), uniform(stream))
        noise1, noise2 = normal(stream), normal(stream)
        inverse1, inverse2 = x1 * lepton_ease(noise1, cuts), x2 * tau_ease(noise2, cuts)
        both = (1.0 + inverse_mass2 * pt * pt) * (inverse1 * inverse2) ** 2
        lower = min(inverse1, inverse2)
        here = candidates[count]
        here[MODE], here[NUMBER], here[MASS] = mode, number, inverse_mass2
        here[X1], here[X2], here[NOISE1], here[NOISE2] = x1, x2, noise1, noise2
        fine = inverse_mass2 * (inverse1 + inverse2) ** 2 <= both
        fine &= 4.0 * inverse_mass2 * (1.0 - pt * lower) <= lower * lower
        count += int(fine)
    return count


@inlined
def recoil_bound(hardest: float, radiation: Radiation) -> float:
    """A pT that 3 bosons in 1000 exceed when the hardest jet has this pT, GeV."""
    return 2.0 * hardest + 3.0 * radiation.soft
