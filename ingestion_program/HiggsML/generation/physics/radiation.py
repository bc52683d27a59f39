"""Jets that accompany a hard process: a Poisson process ordered in transverse momentum.

The mean number of emissions above kT is

    N(kT) = n (kT / 20 GeV)^-a exp(-(kT / c)^b)

(power law of soft radiation, cut off by the parton luminosities), so that the hardest one follows
the Sudakov form P(no emission above kT) = exp(-N). Emissions below the first come at a rate raised
by `cascade`, because jets radiate too: it turns Poisson into the staircase of the real jet counts.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..compiled import inlined
from ..constants.radiation import Radiation
from ..sampling.quantiles import Table, on_octaves, value_at
from ..sampling.random_numbers import Stream, azimuth, cosine_and_sine, exponential, normal, uniform
from .kinematics import azimuth_of, pseudorapidity, wrapped

__all__ = [
    "ANYWHERE",
    "END",
    "ETA",
    "MOST_JETS",
    "NEAR",
    "PHI",
    "PT",
    "Hardest",
    "Jets",
    "X",
    "Y",
    "emit",
    "follow",
    "hardest_emission",
    "hardest_of",
    "kt_table",
    "mean_number",
    "place",
    "place_parton",
    "recoil",
    "shift",
    "spread",
]

REFERENCE_KT = 20.0  # GeV
END = 15.9
"""In N: all kT tables fall below the lowest kT before."""

_FARTHEST = 3000.0  # GeV

Jets = npt.NDArray[np.float64]
"""(MOST_JETS, 5): a working space of jets, columns PT, ETA, PHI, X, Y (px and py)."""

ANYWHERE, NEAR = 0.0, 1.0
"""In place of an eta that is yet to be drawn: whether near the first jet."""

MOST_JETS = 16
PT, ETA, PHI, X, Y = range(5)


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


@inlined
def emit(
    stream: Stream, radiation: Radiation, table: Table, number: float, jets: Jets, count: int
) -> tuple[int, float, float]:
    """Append emissions to the `count` jets that are there.

    `number` is N at the hardest emission, an exponential number that the caller drew. Etas are
    relative to the mean; the new count, and the sums of px and py of the new jets, are returned.
    """
    stop, sum_x, sum_y = recoil(stream, radiation, table, number, jets, count)
    spread(stream, radiation, jets, count, stop)
    return stop, sum_x, sum_y


@inlined
def recoil(
    stream: Stream, radiation: Radiation, table: Table, number: float, jets: Jets, count: int
) -> tuple[int, float, float]:
    """As `emit`, with `spread` to follow: what the momentum of the hard process depends on."""
    hardest = hardest_emission(stream, radiation, table, number)
    return follow(stream, radiation, table, hardest, jets, count)


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
    """N of the next one."""


@inlined
def hardest_emission(stream: Stream, radiation: Radiation, table: Table, number: float) -> Hardest:
    """The emission at N = `number`."""
    kt = value_at(table, min(number, END))
    excess = exponential(stream)
    return hardest_of(radiation, number, kt, excess, azimuth(stream), exponential(stream))


@inlined
def hardest_of(
    radiation: Radiation,
    number: float,
    kt: float,
    excess: float,
    direction: tuple[float, float, float],
    distance: float,
) -> Hardest:
    """The emission at N = `number`, of this kT, without a branch.

    Its direction is an azimuth with cosine and sine; `excess` and `distance` are exponential
    numbers, for the rate of the emissions that follow and the place of the next.
    """
    there = (number < END) & (kt >= radiation.lowest)
    varied = 1.0 + radiation.variation * (excess - 1.0)
    wait = 1.0 / (radiation.followers * varied * (1.0 + radiation.cascade * _hardness(kt)))
    following = min(number + distance * wait, END)
    phi, cosine, sine = direction
    return Hardest(kt if there else 0.0, phi, cosine, sine, wait, following if there else END)


@inlined
def follow(
    stream: Stream, radiation: Radiation, table: Table, hardest: Hardest, jets: Jets, count: int
) -> tuple[int, float, float]:
    """As `recoil`, after the hardest emission was drawn."""
    if hardest.kt == 0.0:
        return count, 0.0, 0.0
    first, number = count, hardest.following
    place(jets, count, hardest.kt, ANYWHERE, hardest.phi, hardest.cosine, hardest.sine)
    sum_x, sum_y = jets[count, X], jets[count, Y]
    count += 1
    while count < MOST_JETS and number < END:
        kt = value_at(table, number)
        if kt < radiation.lowest:
            break
        if uniform(stream) < radiation.splitting:
            phi = wrapped(jets[first, PHI] + wrapped(radiation.opening * normal(stream)))
            cosine, sine = cosine_and_sine(phi)
            place(jets, count, kt, NEAR, phi, cosine, sine)
        else:
            phi, cosine, sine = azimuth(stream)
            place(jets, count, kt, ANYWHERE, phi, cosine, sine)
        sum_x += jets[count, X]
        sum_y += jets[count, Y]
        count += 1
        number += exponential(stream) * hardest.wait
    return count, sum_x, sum_y


@inlined
def spread(stream: Stream, radiation: Radiation, jets: Jets, start: int, stop: int) -> None:
    """Draw the etas of the emissions that `recoil` appended."""
    for i in range(start, stop):
        if jets[i, ETA] == NEAR:
            jets[i, ETA] = jets[start, ETA] + radiation.opening * normal(stream)
        else:
            narrowing = radiation.narrowing * _hardness(jets[i, PT])
            reach = max(radiation.plateau - narrowing, 0.0)
            jets[i, ETA] = radiation.edge * normal(stream) + reach * (2.0 * uniform(stream) - 1.0)


@inlined
def _hardness(kt: float) -> float:
    return max(1.0 - REFERENCE_KT / kt, 0.0)


@inlined
def place(
    jets: Jets, i: int, pt: float, eta: float, phi: float, cosine: float, sine: float
) -> None:
    """Write jet i."""
    jets[i, PT], jets[i, ETA], jets[i, PHI] = pt, eta, phi
    jets[i, X], jets[i, Y] = pt * cosine, pt * sine


@inlined
def shift(jets: Jets, start: int, stop: int, rapidity: float) -> None:
    """Boost jets along the beam."""
    for i in range(start, stop):
        jets[i, ETA] += rapidity


@inlined
def place_parton(jets: Jets, i: int, p: tuple[float, float, float, float]) -> None:
    """Write a massless parton as jet i."""
    pt = math.sqrt(p[0] * p[0] + p[1] * p[1])
    jets[i, PT], jets[i, ETA], jets[i, PHI] = pt, pseudorapidity(p[2] / pt), azimuth_of(p[0], p[1])
    jets[i, X], jets[i, Y] = p[0], p[1]
