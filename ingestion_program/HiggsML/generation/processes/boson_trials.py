"""Trials of a boson's decay to two taus, in batches, up to the recoil against the hardest jet.

A branch that cannot be foretold costs a processor as much as ten random numbers, and where there
is none it computes eight trials at a time. So trials go through the tests in batches and without
branches: all are computed to the end, and then those that passed are moved together, or listed.
"""

import math

from ...numerics.elementary import logarithm
from ..compiled import inlined
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, lepton_ease, tau_ease
from ..physics.kinematics import transverse_boson_cosine
from ..physics.radiation import END, hardest_of
from ..physics.taus import HADRONS, LEPTON
from ..sampling.batches import (
    BATCH,
    LANE,
    LISTED,
    Scratch,
    Words,
    direction_of,
    draw_words,
    exponential_of,
    listed,
    normals_of,
    padded,
    uniform_of,
)
from ..sampling.quantiles import Table, Tables, quantile, value_at
from ..sampling.random_numbers import Stream

__all__ = [
    "COSINE",
    "COSINE1",
    "COS_PHI",
    "END_OF_TRIALS",
    "FINE",
    "FOLLOWING",
    "INVERSE_MASS2",
    "KT",
    "MODE",
    "NEXT_KT",
    "NOISE1",
    "NOISE2",
    "NUMBER",
    "PHI1",
    "SINE1",
    "SIN_PHI",
    "SOFT_X",
    "SOFT_Y",
    "WAIT",
    "X1",
    "X2",
    "draw_hardest",
    "draw_trials",
    "eases_of",
]

# Where a quantity of a trial lies in the scratch.
(
    MODE,  # the uniform number that chooses the production mode
    NUMBER,  # N of the hardest emission, see radiation.py
    INVERSE_MASS2,  # of the boson, 1/GeV^2
    X1, X2,  # shares of visible energy, of the tau that decays to a lepton and to hadrons
    NOISE1, NOISE2,  # standard normal numbers of the energy measurements
    KT, PHI1, COSINE1, SINE1, WAIT, FOLLOWING,  # the hardest emission, see `radiation.Hardest`
    NEXT_KT,  # of the emission that follows it, GeV
    SOFT_X, SOFT_Y,  # recoil of emissions too soft for a jet, GeV
    COSINE, COS_PHI, SIN_PHI,  # direction of the first tau, see `squared_pts`
    FINE,  # 1 where the trial passed the tests so far, 0 where not
    END_OF_TRIALS,
) = range(0, 21 * LANE, LANE)  # fmt: skip

_CHOSEN = 3 * LANE  # the word that mode and helicity come from
_FAR = 1e6  # GeV


@inlined
def draw_trials(
    stream: Stream,
    t: Tables,
    radiation: Radiation,
    bounded: float,
    right: tuple[float, int],
    transverse: bool,
    cuts: Cuts,
    s: Scratch,
    words: Words,
) -> int:
    """Try BATCH times; the number of those whose energies can be enough, the first in the scratch.

    Arguments as for `draw_candidates`.
    """
    draw_words(stream, 2, BATCH, words)
    _decay(right, t.lowest, t.span, s, words)
    _look_up(t, right, s, words)
    _test_energies(radiation, bounded, cuts, s)
    count = listed(BATCH, FINE, s, words)
    for j in range(count):
        k = words[LISTED + j]
        for quantity in (MODE, NUMBER, INVERSE_MASS2, X1, X2, NOISE1, NOISE2, KT):
            s[quantity + j] = s[quantity + k]
    draw_words(stream, 3, padded(count), words)
    draw_hardest(padded(count), radiation, t.kt0, s, words)
    _draw_direction(padded(count), radiation, transverse, s, words)
    return count


@inlined
def _decay(right: tuple[float, int], lowest: float, span: float, s: Scratch, w: Words) -> None:
    """Draw what needs no table: N of the hardest emission, the mode, the noise."""
    share = -math.expm1(-span)
    if_right, if_left = 1.0 / right[0], 1.0 / (1.0 - right[0])
    for i in range(BATCH):
        s[NUMBER + i] = lowest - logarithm(1.0 - share * uniform_of(w[i]))
        s[NOISE1 + i], s[NOISE2 + i] = normals_of(w[LANE + i], w[2 * LANE + i])
        # What is left of a uniform number after a choice is uniform within what was chosen.
        chosen = uniform_of(w[_CHOSEN + i])
        left = (chosen - right[0]) * if_left
        s[MODE + i] = chosen * if_right if chosen < right[0] else left


@inlined
def _look_up(t: Tables, right: tuple[float, int], s: Scratch, w: Words) -> None:
    """Draw what comes by table: masses and shares; kT of the hardest emission."""
    for i in range(BATCH):
        right1 = int(uniform_of(w[_CHOSEN + i]) < right[0])
        s[INVERSE_MASS2 + i] = quantile(t.masses, 0, uniform_of(w[4 * LANE + i]))
        s[X1 + i] = quantile(t.shares, LEPTON + right1, uniform_of(w[5 * LANE + i]))
        s[X2 + i] = quantile(t.shares, HADRONS + (right1 ^ right[1]), uniform_of(w[6 * LANE + i]))
        s[KT + i] = value_at(t.kt0, min(s[NUMBER + i], END))


@inlined
def eases_of(x1: float, x2: float, noise1: float, noise2: float, cuts: Cuts) -> tuple[float, float]:
    """The inverses of the least pT of both taus."""
    return x1 * lepton_ease(noise1, cuts), x2 * tau_ease(noise2, cuts)


@inlined
def _test_energies(radiation: Radiation, bounded: float, cuts: Cuts, s: Scratch) -> None:
    """Whether the energies can be enough. With a boson of at most the pT of `_recoil_bound`,

        pT_1 + pT_2 <= mT and pT_i <= (mT + pT) / 2, where mT^2 = m^2 + pT^2,

    which is asked of the inverse of m^2 and of the least pT: that takes no division or root.
    """
    for i in range(BATCH):
        pt = _recoil_bound(s[KT + i], radiation) if s[MODE + i] < bounded else _FAR
        ease1, ease2 = eases_of(s[X1 + i], s[X2 + i], s[NOISE1 + i], s[NOISE2 + i], cuts)
        product, total = ease1 * ease2, ease1 + ease2
        both = (1.0 + s[INVERSE_MASS2 + i] * pt * pt) * (product * product)
        lower = min(ease1, ease2)
        fine = s[INVERSE_MASS2 + i] * total * total <= both
        fine &= 4.0 * s[INVERSE_MASS2 + i] * (1.0 - pt * lower) <= lower * lower
        s[FINE + i] = 1.0 if fine else 0.0


@inlined
def _recoil_bound(hardest: float, radiation: Radiation) -> float:
    """A pT that 3 bosons in 1000 exceed when the hardest jet has this pT, GeV."""
    return 2.0 * hardest + 3.0 * radiation.soft


@inlined
def draw_hardest(count: int, radiation: Radiation, kt: Table, s: Scratch, w: Words) -> None:
    """Draw the hardest emission, of which N and kT are there; the kT of the next."""
    for i in range(count):
        excess, distance = exponential_of(w[i]), exponential_of(w[LANE + i])
        direction = direction_of(w[2 * LANE + i])
        hardest = hardest_of(radiation, s[NUMBER + i], s[KT + i], excess, direction, distance)
        s[KT + i], s[PHI1 + i], s[COSINE1 + i] = hardest.kt, hardest.phi, hardest.cosine
        s[SINE1 + i], s[WAIT + i] = hardest.sine, hardest.wait
        s[FOLLOWING + i] = hardest.following
    for i in range(count):
        s[NEXT_KT + i] = value_at(kt, s[FOLLOWING + i])


@inlined
def _draw_direction(
    count: int, radiation: Radiation, transverse: bool, s: Scratch, w: Words
) -> None:
    """Draw the soft recoil and the direction of the taus."""
    for i in range(count):
        x, y = normals_of(w[3 * LANE + i], w[4 * LANE + i])
        s[SOFT_X + i], s[SOFT_Y + i] = radiation.soft * x, radiation.soft * y
        u = uniform_of(w[5 * LANE + i])
        if transverse:
            v, t = uniform_of(w[6 * LANE + i]), uniform_of(w[7 * LANE + i])
            s[COSINE + i] = transverse_boson_cosine(u, v, t)
        else:
            s[COSINE + i] = 2.0 * u - 1.0
        _, s[COS_PHI + i], s[SIN_PHI + i] = direction_of(w[8 * LANE + i])
