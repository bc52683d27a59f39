"""Trials of a boson's decay to two taus, in batches, up to the direction of the taus.

A branch that cannot be foretold costs a processor as much as ten random numbers. So trials go
through the first tests many at a time and without branches: every trial is computed to the end and
written, and the next one overwrites it unless it passed.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .compiled import inlined
from .constants import Radiation
from .detector import Cuts, lepton_ease, tau_ease
from .kinematics import transverse_boson_cosine
from .quantiles import Table, quantile, value_at
from .radiation import Hardest, hardest_emission, is_followed
from .random_numbers import Stream, azimuth, exponential, normal, top_up, uniform
from .tau_pairs import squared_pts
from .taus import HADRONS, LEPTON

__all__ = ["CANDIDATE", "CANDIDATES", "Candidates", "draw_candidates", "eases_of", "hardest_of"]

CANDIDATES = 32
"""Trials in a batch."""

CANDIDATE = np.dtype(
    [
        (name, np.float64)
        for name in (
            "mode",  # the uniform number that chooses the production mode
            "number",  # N of the hardest emission, see radiation.py
            "inverse_mass2",  # of the boson, 1/GeV^2
            "x1",  # share of visible energy, of the tau that decays to a lepton
            "x2",  # ... and to hadrons
            "noise1",  # standard normal numbers of the energy measurements
            "noise2",
            "kt",  # the hardest emission, see `radiation.Hardest`
            "phi",
            "cosine1",
            "sine1",
            "wait",
            "following",
            "soft_x",  # recoil of emissions too soft for a jet, GeV
            "soft_y",
            "cosine",  # direction of the first tau in the boson's frame, see `squared_pts`
            "cos_phi",
            "sin_phi",
        )
    ]
)
Candidates = npt.NDArray[np.void]

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
    transverse: bool,
    shares: Table,
    cuts: Cuts,
    candidates: Candidates,
) -> int:
    """Try CANDIDATES times; write those trials whose taus can be selected, return their number.

    Args:
        radiation: of the trials whose mode is below `bounded`; of others, the recoil is left open.
        hardest: the least N of the hardest emission and the length of its interval.
        right: probability that the first tau has positive helicity, and 1 if the second has then
            the opposite one (helicity in the sense of taus.py).
        transverse: whether the boson is a transverse one, else it has no spin.
    """
    count = _visible(
        stream, masses, radiation, kt, hardest, bounded, right, shares, cuts, candidates
    )
    top_up(stream)
    return _recoiling(stream, radiation, kt, bounded, transverse, cuts, candidates, count)


@inlined
def _visible(
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
    """Up to the visible energies. With a boson of at most the pT of `_recoil_bound`,

        pT_1 + pT_2 <= mT and pT_i <= (mT + pT) / 2, where mT^2 = m^2 + pT^2,

    which is asked of the inverse of m^2 and of the least pT: that takes no division or root.
    """
    count = 0
    lowest, span = hardest
    if_right, if_left = 1.0 / right[0], 1.0 / (1.0 - right[0])
    for _ in range(CANDIDATES):
        here: Any = candidates[count]
        number = exponential(stream)
        # What is left of an exponential number after the last whole span is exponential within one.
        here.number = lowest + number - span * math.floor(number / span)
        here.inverse_mass2 = quantile(masses, 0, uniform(stream))
        chosen = uniform(stream)
        right1 = int(chosen < right[0])
        # What is left of a uniform number after a choice is uniform within what was chosen.
        here.mode = chosen * if_right if right1 else (chosen - right[0]) * if_left
        here.x1 = quantile(shares, LEPTON + right1, uniform(stream))
        here.x2 = quantile(shares, HADRONS + (right1 ^ right[1]), uniform(stream))
        here.noise1, here.noise2 = normal(stream), normal(stream)
        pt = _recoil_bound(value_at(kt, min(here.number, 15.9)), radiation)
        pt = pt if here.mode < bounded else _FAR
        ease1, ease2 = eases_of(here, cuts)
        both = (1.0 + here.inverse_mass2 * pt * pt) * (ease1 * ease2) ** 2
        lower = min(ease1, ease2)
        fine = here.inverse_mass2 * (ease1 + ease2) ** 2 <= both
        fine &= 4.0 * here.inverse_mass2 * (1.0 - pt * lower) <= lower * lower
        count += int(fine)
    return count


@inlined
def _recoil_bound(hardest: float, radiation: Radiation) -> float:
    """A pT that 3 bosons in 1000 exceed when the hardest jet has this pT, GeV."""
    return 2.0 * hardest + 3.0 * radiation.soft


@inlined
def eases_of(trial: Any, cuts: Cuts) -> tuple[float, float]:
    """The inverses of the least pT of both taus."""
    return trial.x1 * lepton_ease(trial.noise1, cuts), trial.x2 * tau_ease(trial.noise2, cuts)


@inlined
def _recoiling(
    stream: Stream,
    radiation: Radiation,
    kt: Table,
    bounded: float,
    transverse: bool,
    cuts: Cuts,
    candidates: Candidates,
    count: int,
) -> int:
    """Up to the direction of the taus; decided where one emission, or none, is all there is."""
    kept = 0
    for k in range(count):
        trial: Any = candidates[k]
        first = hardest_emission(stream, radiation, kt, trial.number)
        soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
        cosine = transverse_boson_cosine(stream) if transverse else 2.0 * uniform(stream) - 1.0
        _, cos_phi, sin_phi = azimuth(stream)
        px, py = soft_x - first.kt * first.cosine, soft_y - first.kt * first.sine
        direction = cosine, cos_phi, sin_phi
        _, pt1, pt2 = squared_pts(px, py, 1.0 / trial.inverse_mass2, direction)
        ease1, ease2 = eases_of(trial, cuts)
        fine = (pt1 * ease1 * ease1 > 1.0) & (pt2 * ease2 * ease2 > 1.0)
        fine |= is_followed(radiation, kt, first) | (trial.mode >= bounded)
        here: Any = candidates[kept]
        here.mode, here.number = trial.mode, trial.number
        here.inverse_mass2 = trial.inverse_mass2
        here.x1, here.x2 = trial.x1, trial.x2
        here.noise1, here.noise2 = trial.noise1, trial.noise2
        here.kt, here.phi, here.cosine1, here.sine1 = first.kt, first.phi, first.cosine, first.sine
        here.wait, here.following = first.wait, first.following
        here.soft_x, here.soft_y = soft_x, soft_y
        here.cosine, here.cos_phi, here.sin_phi = cosine, cos_phi, sin_phi
        kept += int(fine)
    return kept


@inlined
def hardest_of(trial: Any) -> Hardest:
    """The hardest emission of a candidate."""
    return Hardest(trial.kt, trial.phi, trial.cosine1, trial.sine1, trial.wait, trial.following)
