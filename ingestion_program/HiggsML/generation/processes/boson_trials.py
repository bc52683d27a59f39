"""Trials of a boson's decay to two taus, in batches, up to the recoil against the hardest jet.

A branch that cannot be foretold costs a processor as much as ten random numbers, and where there
is none it computes eight trials at a time. So trials go through the tests in batches and without
branches: all are computed to the end, and then those that passed are moved together, or listed.
"""

import math

from ...arrays import Words
from ...numerics.elementary import logarithm
from ...numerics.without_arrays import inlined
from ..constants.detector import Detector
from ..constants.radiation import Radiation
from ..physics.detector import (
    Cuts,
    inverse_lepton_threshold,
    inverse_tau_threshold,
)
from ..physics.kinematics import transverse_boson_cosine
from ..physics.radiation import END, KtTables, hardest_of, number_of_kt
from ..physics.responses import tau_noise_of
from ..physics.taus import HADRONS, LEPTON
from ..sampling.batches import (
    BATCH,
    LANE,
    Scratch,
    direction_of,
    draw_words,
    exponential_of,
    listed,
    normals_of,
    padded,
    trial_at,
    uniform_of,
)
from ..sampling.quantiles import quantile, value_at
from ..sampling.random_numbers import Stream
from . import boson_layout as at
from .process import Boson, Tables

__all__ = ["RECOILS", "draw_hardest", "draw_trials", "inverse_thresholds"]

_CHOSEN = 3 * LANE  # the word that mode and helicity come from
_FAR = 1e6  # GeV
_ANY = 1e3  # 1/GeV, of a threshold that every pT reaches
_LEAST_FAKE = 16.0  # GeV, pT of a jet that may be measured with enough to be taken for a tau
RECOILS = (8.0, 21.0, 42.0, 85.0, 170.0, 340.0)
"""pT of the hardest emission that the tables of the mass stand for, GeV: each between two edges."""
_DRAWN = (
    *(at.MODE, at.NUMBER, at.INVERSE_MASS2, at.X1, at.X2, at.NOISE1, at.NOISE2, at.KT),
    at.FAKING,
)


@inlined
def draw_trials(
    stream: Stream,
    t: Tables,
    radiation: Radiation,
    boson: Boson,
    detector: Detector,
    cuts: Cuts,
    s: Scratch,
    words: Words,
) -> int:
    """Try BATCH times; move trials whose energies can be enough to the front; their number."""
    draw_words(stream, 2, BATCH, words)
    _draw_modes(boson, detector, t.lowest, t.span, s, words)
    _look_up(t, boson, s, words)
    _test_energies(radiation, boson.bounded, cuts, s)
    count = listed(BATCH, at.PASSED, s, words)
    for j in range(count):
        k = trial_at(words, j)
        for quantity in _DRAWN:
            s[quantity + j] = s[quantity + k]
    draw_words(stream, 3, padded(count), words)
    draw_hardest(padded(count), radiation, t.kts[0], s, words)
    _draw_direction(padded(count), radiation, boson, s, words)
    return count


@inlined
def _draw_modes(
    boson: Boson, detector: Detector, lowest: float, span: float, s: Scratch, w: Words
) -> None:
    """Draw N of the hardest emission, the production mode and the noise: what needs no table."""
    share, right = -math.expm1(-span), boson.right
    if_right, if_left = 1.0 / right, 1.0 / (1.0 - right)
    for i in range(BATCH):
        s[at.NUMBER + i] = lowest - logarithm(1.0 - share * uniform_of(w[i]))
        s[at.NOISE1 + i], number = normals_of(w[LANE + i], w[2 * LANE + i])
        s[at.NOISE2 + i] = tau_noise_of(detector, number)
        # What is left of a uniform number after a choice is uniform within what was chosen.
        chosen = uniform_of(w[_CHOSEN + i])
        left = (chosen - right) * if_left
        s[at.MODE + i] = chosen * if_right if chosen < right else left
        s[at.FAKING + i] = 1.0 if uniform_of(w[7 * LANE + i]) < boson.faking else 0.0


@inlined
def _look_up(t: Tables, boson: Boson, s: Scratch, w: Words) -> None:
    """Look up masses, shares and the kT of the hardest emission."""
    for i in range(BATCH):
        right = int(uniform_of(w[_CHOSEN + i]) < boson.right)
        kt = value_at(t.kts[0].hardest, min(s[at.NUMBER + i], END))
        recoil = int(kt > 15.0) + int(kt > 30.0) + int(kt > 60.0)
        recoil += int(kt > 120.0) + int(kt > 240.0)
        s[at.KT + i] = kt
        s[at.INVERSE_MASS2 + i] = quantile(t.masses, recoil, uniform_of(w[4 * LANE + i]))
        s[at.X1 + i] = quantile(t.shares, LEPTON + right, uniform_of(w[5 * LANE + i]))
        hadrons = HADRONS + (right ^ boson.opposite)
        s[at.X2 + i] = quantile(t.shares, hadrons, uniform_of(w[6 * LANE + i]))


@inlined
def inverse_thresholds(s: Scratch, i: int, cuts: Cuts) -> tuple[float, float]:
    """The inverses of the least pT of both taus of trial i, 1/GeV; any tau where a jet fakes it."""
    x1, x2, noise1, noise2 = s[at.X1 + i], s[at.X2 + i], s[at.NOISE1 + i], s[at.NOISE2 + i]
    inverse2 = x2 * inverse_tau_threshold(noise2, cuts) + _ANY * s[at.FAKING + i]
    return x1 * inverse_lepton_threshold(noise1, cuts), inverse2


@inlined
def _test_energies(radiation: Radiation, bounded: float, cuts: Cuts, s: Scratch) -> None:
    """Test whether the energies can be enough. With a boson of at most the pT of `_recoil_bound`,

        pT_1 + pT_2 <= mT and pT_i <= (mT + pT) / 2, where mT^2 = m^2 + pT^2,

    which is asked of the inverse of m^2 and of the least pT: that takes no division or root.
    """
    for i in range(BATCH):
        is_bounded = s[at.MODE + i] < bounded
        pt = _recoil_bound(s[at.KT + i], radiation) if is_bounded else _FAR
        inverse1, inverse2 = inverse_thresholds(s, i, cuts)
        product, total = inverse1 * inverse2, inverse1 + inverse2
        both = (1.0 + s[at.INVERSE_MASS2 + i] * pt * pt) * (product * product)
        lower = min(inverse1, inverse2)
        passed = s[at.INVERSE_MASS2 + i] * total * total <= both
        passed &= 4.0 * s[at.INVERSE_MASS2 + i] * (1.0 - pt * lower) <= lower * lower
        hardest = s[at.KT + i] if is_bounded else _FAR
        passed &= (s[at.FAKING + i] == 0.0) | (hardest > _LEAST_FAKE)
        s[at.PASSED + i] = 1.0 if passed else 0.0


@inlined
def _recoil_bound(hardest: float, radiation: Radiation) -> float:
    """A pT that 5 bosons in 1000 exceed when the hardest jet has this pT, GeV."""
    return 2.0 * hardest + 3.0 * radiation.soft


@inlined
def draw_hardest(count: int, radiation: Radiation, tables: KtTables, s: Scratch, w: Words) -> None:
    """Draw the hardest emission, whose N and kT are there, and the kT of the next."""
    for i in range(count):  # tables are looked up in loops of their own: they are no vector loops
        s[at.FOLLOWING + i] = number_of_kt(tables, s[at.KT + i])
    for i in range(count):
        excess, distance = exponential_of(w[i]), exponential_of(w[LANE + i])
        direction = direction_of(w[2 * LANE + i])
        number, kt, own = s[at.NUMBER + i], s[at.KT + i], s[at.FOLLOWING + i]
        hardest = hardest_of(radiation, number, kt, own, excess, direction, distance)
        s[at.KT + i], s[at.PHI1 + i], s[at.COSINE1 + i] = hardest.kt, hardest.phi, hardest.cosine
        s[at.SINE1 + i], s[at.REPULSION + i] = hardest.sine, hardest.repulsion
        s[at.WAIT + i], s[at.FOLLOWING + i] = hardest.wait, hardest.following
    for i in range(count):
        s[at.NEXT_KT + i] = value_at(tables.followers, s[at.FOLLOWING + i])


@inlined
def _draw_direction(count: int, radiation: Radiation, boson: Boson, s: Scratch, w: Words) -> None:
    """Draw the soft recoil and the direction of the taus."""
    for i in range(count):
        x, y = normals_of(w[3 * LANE + i], w[4 * LANE + i])
        s[at.SOFT_X + i], s[at.SOFT_Y + i] = radiation.soft * x, radiation.soft * y
        u = uniform_of(w[5 * LANE + i])
        if boson.transverse:
            v, t = uniform_of(w[6 * LANE + i]), uniform_of(w[7 * LANE + i])
            s[at.COSINE + i] = transverse_boson_cosine(u, v, t)
        else:
            s[at.COSINE + i] = 2.0 * u - 1.0
        _, s[at.COS_PHI + i], s[at.SIN_PHI + i] = direction_of(w[8 * LANE + i])
        s[at.TILT + i] = 1.0 if uniform_of(w[9 * LANE + i]) < 0.5 else -1.0
