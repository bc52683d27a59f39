"""What the detector measures of a tau or jet: response, resolution, losses."""

import math

from ...numerics.without_arrays import inlined
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, exponential, normal, uniform
from .kinematics import sine_of

__all__ = [
    "corrected_pt",
    "jet_response",
    "resolution_of",
    "tau_noise_of",
    "tau_response",
]

_FORWARD = 2.5
"""Pseudorapidity where the cells of the calorimeter become coarser."""

_LEAST_RESPONSE = 0.05
"""Relative to the mean response; noise does not make an energy negative."""


@inlined
def corrected_pt(pt: float, eta: float) -> float:
    """Measured pT to calibrated pT, GeV."""
    slope = 3.0 - 0.2 * abs(eta)
    return math.sqrt(pt * pt + slope * slope * pt)


@inlined
def resolution_of(stochastic: float, constant: float, pt: float) -> float:
    """Relative resolution: stochastic / sqrt(pT) and a constant, in quadrature."""
    return math.sqrt(stochastic**2 / pt + constant**2)


@inlined
def tau_noise_of(detector: Detector, number: float) -> float:
    """Deviation of a tau's energy, in units of its resolution, from a standard normal number.

    Upward the tail is longer: softer particles than those that count as jets lie in its cone.
    """
    above = max(number, 0.0)
    return number * (1.0 + detector.tau_tail * above * above)


@inlined
def tau_response(detector: Detector, pt: float, eta: float, noise: float) -> float:
    """Share of a tau's momentum that is measured, from a number of `tau_noise_of`; may be negative.

    Thresholds are those of energies: what is lost below them costs a pT that shrinks as
    1 / cosh(eta).
    """
    resolution = resolution_of(detector.tau_stochastic, detector.tau_constant, pt)
    found = detector.tau_scale * max(1.0 + resolution * noise, _LEAST_RESPONSE)
    return found - detector.tau_lost * sine_of(eta) / pt


@inlined
def jet_response(stream: Stream, detector: Detector, pt: float, eta: float) -> tuple[float, float]:
    """Share of a jet's momentum that is measured in its cone, and that is seen at all.

    What falls out of the cone is seen elsewhere. Neutrinos and long-lived hadrons of heavy quarks
    escape from some jets. Thresholds are those of energies, so that central jets lose more of their
    pT; cells are coarse in the forward calorimeter.
    """
    coarse = 1.0 + detector.jet_forward * max(abs(eta) - _FORWARD, 0.0)
    resolution = resolution_of(detector.jet_stochastic, detector.jet_constant, pt)
    lost = detector.jet_lost / pt * sine_of(eta)
    found = 1.0 + coarse * resolution * normal(stream) - lost
    outside = detector.jet_outside / math.sqrt(pt) * exponential(stream)
    number, escaping = uniform(stream), detector.jet_escaping
    kept = 1.0 - detector.jet_escape * (number / escaping) ** 3 if number < escaping else 1.0
    seen = detector.jet_seen * kept * max(found, _LEAST_RESPONSE)
    measured = detector.jet_scale * kept * max(found - outside, _LEAST_RESPONSE)
    return measured, seen
