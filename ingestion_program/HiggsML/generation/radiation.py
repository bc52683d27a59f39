"""Jets that accompany a hard process: a Poisson process ordered in transverse momentum.

The mean number of emissions above kT is

    N(kT) = n (kT / 20)^-a exp(-(kT / c)^b)

(power law of soft radiation, cut off by the parton luminosities), so that the hardest one follows
the Sudakov form P(no emission above kT) = exp(-N). Emissions below the first come at a rate raised
by `cascade`, because jets radiate too: it turns Poisson into the staircase of the real jet counts.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compiled import compiled
from .random_numbers import Stream, exponential, normal, uniform

__all__ = ["Radiation", "Spectrum", "emit", "tabulate"]

REFERENCE_KT = 20.0  # GeV
_POINTS = 512
_FARTHEST = 2000.0  # GeV


class Radiation(NamedTuple):
    """Parameters of the emissions of one production mode."""

    mean_number: float
    """n: mean number of emissions above 20 GeV."""
    power: float
    """a."""
    cutoff: float
    """c, GeV."""
    sharpness: float
    """b."""
    lowest: float
    """kT where single emissions end and the soft recoil begins, GeV."""
    cascade: float
    """Growth of the later emissions' rate with ln(kT of the first / 20 GeV)."""
    spread: float
    """Standard deviation of an emission's pseudorapidity."""
    narrowing: float
    """Loss of `spread` per unit of ln(kT / 20 GeV)."""
    pull: float
    """Share of the boson's rapidity that the emissions' mean follows."""
    splitting: float
    """Probability that a later emission lies near the first jet (a split jet)."""
    soft: float
    """Standard deviation of each component of the soft recoil, GeV."""


class Spectrum(NamedTuple):
    """ln kT as a function of ln N, on an even grid of ln N from `first`, `step` apart."""

    log_kt: npt.NDArray[np.float64]
    first: float
    step: float


def tabulate(radiation: Radiation) -> Spectrum:
    """Invert N(kT) on a grid."""
    kt = np.geomspace(radiation.lowest, _FARTHEST, 4000)
    log_number = (
        math.log(radiation.mean_number)
        - radiation.power * np.log(kt / REFERENCE_KT)
        - (kt / radiation.cutoff) ** radiation.sharpness
    )
    grid = np.linspace(max(log_number[-1], -25.0), log_number[0], _POINTS)
    log_kt = np.interp(grid, log_number[::-1], np.log(kt)[::-1])
    return Spectrum(log_kt, float(grid[0]), float(grid[1] - grid[0]))


@compiled
def _log_kt(spectrum: Spectrum, number: float) -> float:
    """ln kT at which N(kT) = number."""
    place = (math.log(number) - spectrum.first) / spectrum.step
    if place <= 0.0:
        return spectrum.log_kt[0]
    i = min(int(place), len(spectrum.log_kt) - 2)
    return spectrum.log_kt[i] + (place - i) * (spectrum.log_kt[i + 1] - spectrum.log_kt[i])


@compiled
def emit(
    stream: Stream,
    radiation: Radiation,
    spectrum: Spectrum,
    rapidity: float,
    jets: npt.NDArray[np.float64],
    count: int,
) -> int:
    """Append emissions (pT, eta, phi) to the `count` jets that are there; the new count."""
    most = math.exp(spectrum.first + spectrum.step * (len(spectrum.log_kt) - 1))
    number = 0.0
    rate = 1.0
    first = count
    while count < len(jets):
        number += exponential(stream) / rate
        if number >= most:
            break
        log_kt = _log_kt(spectrum, number)
        excess = max(log_kt - math.log(REFERENCE_KT), 0.0)
        noise1, noise2 = normal(stream)
        if count == first:
            rate = 1.0 + radiation.cascade * excess
        if count > first and uniform(stream) < radiation.splitting:
            jets[count, 1] = jets[first, 1] + noise1
            jets[count, 2] = jets[first, 2] + noise2
        else:
            spread = radiation.spread - radiation.narrowing * excess
            jets[count, 1] = radiation.pull * rapidity + max(spread, 0.5) * noise1
            jets[count, 2] = 2.0 * math.pi * uniform(stream) - math.pi
        jets[count, 0] = math.exp(log_kt)
        count += 1
    return count
