"""Jets that accompany a hard process: a Poisson process ordered in transverse momentum.

The mean number of emissions above kT is

    N(kT) = n (kT / 20 GeV)^-a exp(-(kT / c)^b)

(power law of soft radiation, cut off by the parton luminosities), so that the hardest one follows
the Sudakov form P(no emission above kT) = exp(-N). Emissions below the first come at a rate raised
by `cascade`, because jets radiate too: it turns Poisson into the staircase of the real jet counts.

`recoil` draws the emissions of one event. `processes.boson_candidates` draws those of a batch, from
the same functions of random numbers: `hardest_of`, `next_number`, `split_direction`.
"""

import math
from typing import NamedTuple

import numpy as np

from ...arrays import Array
from ...numerics.elementary import azimuth
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
    "Hardest",
    "Jets",
    "X",
    "Y",
    "boost_jets",
    "draw_etas",
    "hardest_of",
    "kt_table",
    "mean_number",
    "next_number",
    "recoil",
    "split_direction",
    "write_jet",
    "write_parton",
]

REFERENCE_KT = 20.0  # GeV
END = 15.9
"""N of no emission: all kT tables fall below the lowest kT before."""

_FARTHEST = 3000.0  # GeV

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
        * np.exp(-((kt / radiation.cutoff) ** radiation.sharpness))
    )


def kt_table(radiation: Radiation) -> Table:
    """kT as a function of N, for `value_at`; 0 below the lowest kT, where emissions end."""
    kt = np.geomspace(0.01 * radiation.lowest, _FARTHEST, 20_000)
    number = np.maximum(mean_number(kt, radiation), 1e-300)
    return on_octaves(number[::-1], kt[::-1])


class Hardest(NamedTuple):
    """The hardest emission, and what determines the next."""

    kt: float
    """GeV; 0 when there is none."""
    phi: float
    cosine: float
    sine: float
    wait: float
    """Mean distance in N of the emissions that follow."""
    following: float
    """N of the next emission."""


@inlined
def hardest_of(
    radiation: Radiation,
    number: float,
    kt: float,
    excess: float,
    towards: tuple[float, float, float],
    distance: float,
) -> Hardest:
    """The emission at N = `number`, with this kT, without a branch.

    `towards` is its azimuth with cosine and sine; `excess` and `distance` are exponential
    numbers, for the rate of the emissions that follow and the N of the next.
    """
    there = (number < END) & (kt >= radiation.lowest)
    varied = 1.0 + radiation.variation * (excess - 1.0)
    wait = 1.0 / (radiation.followers * varied * (1.0 + radiation.cascade * _hardness(kt)))
    following = next_number(number, distance, wait)
    phi, cosine, sine = towards
    return Hardest(kt if there else 0.0, phi, cosine, sine, wait, following if there else END)


@inlined
def next_number(number: float, distance: float, wait: float) -> float:
    """N of the emission after that at N = `number`, from an exponential number `distance`."""
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
def _hardness(kt: float) -> float:
    """1 - 20 GeV / kT; 0 below 20 GeV."""
    return max(1.0 - REFERENCE_KT / kt, 0.0)


@inlined
def recoil(
    stream: Stream, radiation: Radiation, table: Table, number: float, jets: Jets, count: int
) -> tuple[int, float, float]:
    """Append emissions to the `count` jets that are there, with etas to be drawn by `draw_etas`.

    Args:
        number: N at the hardest emission, an exponential number that the caller drew.

    Returns:
        The new count, and the sums of px and py of the new jets: what the momentum of the hard
        process depends on.
    """
    kt = value_at(table, min(number, END))
    excess = exponential(stream)
    hardest = hardest_of(radiation, number, kt, excess, direction(stream), exponential(stream))
    if hardest.kt == 0.0:
        return count, 0.0, 0.0
    number = hardest.following
    write_jet(jets, count, hardest.kt, ANYWHERE, hardest.phi, hardest.cosine, hardest.sine)
    sum_x, sum_y = jets[count, X], jets[count, Y]
    count += 1
    while count < MOST_JETS and number < END:
        kt = value_at(table, number)
        if kt < radiation.lowest:
            break
        if uniform(stream) < radiation.splitting:
            phi, cosine, sine = split_direction(radiation, hardest.phi, normal(stream))
            write_jet(jets, count, kt, NEAR, phi, cosine, sine)
        else:
            phi, cosine, sine = direction(stream)
            write_jet(jets, count, kt, ANYWHERE, phi, cosine, sine)
        sum_x += jets[count, X]
        sum_y += jets[count, Y]
        count += 1
        number = next_number(number, exponential(stream), hardest.wait)
    return count, sum_x, sum_y


@inlined
def draw_etas(stream: Stream, radiation: Radiation, jets: Jets, start: int, stop: int) -> None:
    """Draw the etas of the emissions that `recoil` appended."""
    for i in range(start, stop):
        if jets[i, ETA] == NEAR:
            jets[i, ETA] = jets[start, ETA] + radiation.opening * normal(stream)
        else:
            narrowing = radiation.narrowing * _hardness(jets[i, PT])
            reach = max(radiation.plateau - narrowing, 0.0)
            jets[i, ETA] = radiation.edge * normal(stream) + reach * (2.0 * uniform(stream) - 1.0)


@inlined
def boost_jets(jets: Jets, start: int, stop: int, rapidity: float) -> None:
    """Boost jets along the beam."""
    for i in range(start, stop):
        jets[i, ETA] += rapidity


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
