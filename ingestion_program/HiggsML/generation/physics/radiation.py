"""Jets that accompany a hard process: a Poisson process ordered in transverse momentum.

The mean number of emissions above kT is

    N(kT) = n (kT / 20 GeV)^-a (1 + (kT / c)^2)^-s

(power law of soft radiation, and a steeper one beyond the hard scale), so that the hardest one
follows the Sudakov form P(no emission above kT) = exp(-N). To those that follow it, the hard scale
is its own kT: they come as a Poisson process of mean

    M(kT) = m [(kT / 20 GeV)^-b - (kT_1 / 20 GeV)^-b]

above kT, at a rate raised by `cascade`, because jets radiate too, and varied from event to event:
that turns Poisson into the staircase of the real jet counts. They fly rather to the side opposite
to the hardest one (`repelled`). The etas lie on a plateau with blurred edges about the boson, whose
width shrinks with kT to a part of that at 20 GeV; later emissions follow the hardest one a little
(`rapidities`).

`recoil` draws the emissions of one event. `processes.boson_candidates` draws those of a batch, from
the same functions of random numbers: `hardest_of`, `next_number`, `split_direction`.
"""

import math
from typing import NamedTuple

import numpy as np

from ...arrays import Array
from ...numerics.elementary import azimuth, logarithm
from ...numerics.without_arrays import inlined
from ..constants.radiation import Radiation
from ..sampling.quantiles import Table, on_octaves, value_at
from ..sampling.random_numbers import (
    Stream,
    cosine_and_sine,
    direction,
    exponential,
    normal,
    uniform,
)
from .kinematics import FourMomentum, pseudorapidity, transverse2, wrapped

__all__ = [
    "ANYWHERE",
    "END",
    "ETA",
    "JET_COLUMNS",
    "MOST_JETS",
    "NEAR",
    "PHI",
    "PT",
    "REFERENCE_KT",
    "Hardest",
    "Jets",
    "KtTables",
    "X",
    "Y",
    "hardest_of",
    "kt_tables",
    "mean_number",
    "next_number",
    "number_of_kt",
    "recoil",
    "repelled",
    "split_direction",
    "write_jet",
    "write_parton",
]

REFERENCE_KT = 20.0  # GeV
END = 15.9
"""N of no emission: all kT tables fall below the lowest kT before."""

_FARTHEST = 3000.0  # GeV
_KT_UNIT = 1.0 / 256.0  # 1/GeV, brings a kT into the range of an octave table

Jets = Array
"""(MOST_JETS, JET_COLUMNS): a working space of jets, columns PT, ETA, PHI, X, Y (px and py)."""

ANYWHERE, NEAR = 0.0, 1.0
"""In place of an eta that is yet to be drawn: whether the emission lies near the first jet."""

MOST_JETS = 16
PT, ETA, PHI, X, Y = range(5)
JET_COLUMNS = 5


def mean_number(kt: Table, radiation: Radiation) -> Table:
    """N(kT)."""
    return (
        radiation.mean_number
        * (kt / REFERENCE_KT) ** -radiation.power
        * (1.0 + (kt / radiation.scale) ** 2) ** -radiation.steepening
    )


class KtTables(NamedTuple):
    """What the emissions of a production mode look up, by `value_at`."""

    hardest: Table
    """kT at N."""
    numbers: Table
    """(kT / 20 GeV)^-b at kT / 256 GeV."""
    followers: Table
    """kT at (kT / 20 GeV)^-b."""


def kt_tables(radiation: Radiation) -> KtTables:
    """The tables of a production mode; kT falls below the lowest one before N reaches `END`."""
    kt = np.geomspace(0.01 * radiation.lowest, _FARTHEST, 20_000)
    number = np.maximum(mean_number(kt, radiation), 1e-300)
    following = (kt / REFERENCE_KT) ** -radiation.following_power
    return KtTables(
        on_octaves(number[::-1], kt[::-1]),
        on_octaves(kt * _KT_UNIT, following),
        on_octaves(following[::-1], kt[::-1]),
    )


class Hardest(NamedTuple):
    """The hardest emission, and what determines the next."""

    kt: float
    """GeV; 0 when there is none."""
    phi: float
    cosine: float
    sine: float
    repulsion: float
    """How much those that follow prefer the opposite side: b of `repelled`."""
    wait: float
    """Mean distance in (kT / 20 GeV)^-b of the emissions that follow."""
    following: float
    """(kT / 20 GeV)^-b of the next emission."""


@inlined
def hardest_of(
    radiation: Radiation,
    number: float,
    kt: float,
    own: float,
    excess: float,
    towards: tuple[float, float, float],
    distance: float,
) -> Hardest:
    """The emission at N = `number`, with this kT, without a branch or a table.

    Args:
        own: (kT / 20 GeV)^-b, by `number_of_kt`.
        excess, distance: exponential numbers, for the rate of the emissions that follow and the kT
            of the next.
        towards: azimuth with cosine and sine.
    """
    there = (number < END) & (kt >= radiation.lowest)
    varied = 1.0 + radiation.variation * (excess - 1.0)
    hardness = max(logarithm(max(kt, REFERENCE_KT) * (1.0 / REFERENCE_KT)), 0.0)
    wait = 1.0 / (radiation.followers * varied * (1.0 + radiation.cascade * hardness))
    following = next_number(own, distance, wait)
    repulsion = min(radiation.repulsion * hardness, 1.0)
    phi, cosine, sine = towards
    kt, following = kt if there else 0.0, following if there else END
    return Hardest(kt, phi, cosine, sine, repulsion, wait, following)


@inlined
def number_of_kt(tables: KtTables, kt: float) -> float:
    """(kT / 20 GeV)^-b."""
    return value_at(tables.numbers, kt * _KT_UNIT)


@inlined
def next_number(number: float, distance: float, wait: float) -> float:
    """(kT / 20 GeV)^-b of the emission after that at `number`, from an exponential number."""
    return min(number + distance * wait, END)


@inlined
def split_direction(
    radiation: Radiation, first_phi: float, deviation: float
) -> tuple[float, float, float]:
    """Azimuth, cosine and sine of an emission near the first jet, from a normal number."""
    phi = wrapped(first_phi + wrapped(radiation.opening * deviation))
    cosine, sine = cosine_and_sine(phi)
    return phi, cosine, sine


@inlined
def repelled(
    cosine1: float,
    sine1: float,
    repulsion: float,
    towards: tuple[float, float, float],
    number: float,
) -> tuple[float, float, float]:
    """Azimuth, cosine and sine of a later emission, of density 1 - b cos(phi - phi_1).

    Two hard jets take up each other's recoil rather than that of the boson, b = `repulsion` times
    ln(kT_1 / 20 GeV), from 0 to 1.

    Args:
        cosine1, sine1: of the azimuth of the hardest emission.
        repulsion: b.
        towards: an azimuth with cosine and sine, uniform; turned around where it is to be.
        number: a uniform number.
    """
    phi, cosine, sine = towards
    turned = 2.0 * number > 1.0 - repulsion * (cosine * cosine1 + sine * sine1)
    sign = -1.0 if turned else 1.0
    opposite = phi - math.pi if phi > 0.0 else phi + math.pi
    return opposite if turned else phi, sign * cosine, sign * sine


@inlined
def recoil(
    stream: Stream, radiation: Radiation, tables: KtTables, number: float, jets: Jets, count: int
) -> tuple[int, float, float]:
    """Append emissions to the `count` jets that are there, with etas to be drawn by `draw_etas`.

    Args:
        number: N at the hardest emission, an exponential number that the caller drew.

    Returns:
        The new count, and the sums of px and py of the new jets: what the momentum of the hard
        process depends on.
    """
    kt = value_at(tables.hardest, min(number, END))
    excess, towards, distance = exponential(stream), direction(stream), exponential(stream)
    own = number_of_kt(tables, kt)
    hardest = hardest_of(radiation, number, kt, own, excess, towards, distance)
    if hardest.kt == 0.0:
        return count, 0.0, 0.0
    number = hardest.following
    write_jet(jets, count, hardest.kt, ANYWHERE, hardest.phi, hardest.cosine, hardest.sine)
    sum_x, sum_y = jets[count, X], jets[count, Y]
    count += 1
    while count < MOST_JETS and number < END:
        kt = value_at(tables.followers, number)
        if kt < radiation.lowest:
            break
        if uniform(stream) < radiation.splitting:
            phi, cosine, sine = split_direction(radiation, hardest.phi, normal(stream))
            write_jet(jets, count, kt, NEAR, phi, cosine, sine)
        else:
            towards, turn = direction(stream), uniform(stream)
            phi, cosine, sine = repelled(
                hardest.cosine, hardest.sine, hardest.repulsion, towards, turn
            )
            write_jet(jets, count, kt, ANYWHERE, phi, cosine, sine)
        sum_x += jets[count, X]
        sum_y += jets[count, Y]
        count += 1
        number = next_number(number, exponential(stream), hardest.wait)
    return count, sum_x, sum_y


@inlined
def write_jet(
    jets: Jets, i: int, pt: float, eta: float, phi: float, cosine: float, sine: float
) -> None:
    """Write jet i: pT, eta, and azimuth with its cosine and sine."""
    jets[i, PT], jets[i, ETA], jets[i, PHI] = pt, eta, phi
    jets[i, X], jets[i, Y] = pt * cosine, pt * sine


@inlined
def write_parton(jets: Jets, i: int, p: FourMomentum) -> None:
    """Write a massless parton as jet i."""
    pt = math.sqrt(transverse2(p))
    jets[i, PT], jets[i, ETA], jets[i, PHI] = pt, pseudorapidity(p[2] / pt), azimuth(p[1], p[0])
    jets[i, X], jets[i, Y] = p[0], p[1]
