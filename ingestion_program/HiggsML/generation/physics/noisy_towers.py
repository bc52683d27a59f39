"""Towers of the central hadron calorimeter that measure far too much.

The organisers' card for Delphes 3.5 gives the energy of a tower a log-normal distribution, whose
deviation contains 1.59 GeV of noise within |eta| < 1.7. Of a tower that soft particles hit with a
few hundred MeV it has so long a tail that some events in a hundred have a jet of noise. Nothing
balances it: what it measures is missing on the other side.
"""

import math

from ...numerics.without_arrays import inlined, linked
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, direction, uniform
from .radiation import MOST_JETS, Jets, write_jet

__all__ = ["with_noisy_tower"]

_REFERENCE, _LOWEST = 20.0, 10.0  # GeV; less is a part of the soft noise


@inlined
def with_noisy_tower(
    stream: Stream, detector: Detector, activity: float, jets: Jets, count: int
) -> tuple[int, float, float]:
    """Append the noise of a tower to the jets, if there is one; the new count, and its px and py.

    The mean number of such towers above an energy E is a r (E / 20 GeV)^-p, with r = `tower_rate`
    and p = `tower_power`. Their etas are uniform, and pT is E / cosh(eta).

    Args:
        activity: a, the soft particles of the event, which hit the towers, relative to their mean.

    Returns:
        The new number of jets; px and py of the noise, GeV, to be taken from the missing momentum.
    """
    rate = activity * detector.tower_rate * (_REFERENCE / _LOWEST) ** detector.tower_power
    number = uniform(stream)
    if number > rate:
        return count, 0.0, 0.0
    return _append(stream, detector, number / rate, jets, min(count, MOST_JETS - 1))


@linked
def _append(
    stream: Stream, detector: Detector, number: float, jets: Jets, count: int
) -> tuple[int, float, float]:
    energy = _LOWEST * number ** (-1.0 / detector.tower_power)
    eta = detector.tower_eta * (2.0 * uniform(stream) - 1.0)
    pt = energy / math.cosh(eta)
    phi, cosine, sine = direction(stream)
    write_jet(jets, count, pt, eta, phi, cosine, sine)
    return count + 1, pt * cosine, pt * sine
