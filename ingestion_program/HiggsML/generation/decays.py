"""Decays of W, Z, H and top to what a detector sees."""

import math

import numpy as np
import numpy.typing as npt

from .compiled import compiled
from .detector import Detector, Visible
from .kinematics import (
    Direction,
    FourMomentum,
    decay,
    pseudorapidity,
)
from .random_numbers import Stream, uniform
from .taus import TauDecays, hadronic_share, leptonic_share, leptonic_survival

__all__ = [
    "append_parton",
    "around",
    "tau_pair",
    "transverse_cosine",
    "visible",
]

_SMALLEST_HADRONIC_PT = 12.0  # GeV: the response never lifts less over the threshold


@compiled
def visible(p: FourMomentum, share: float) -> Visible:
    """A share of a light particle, along its direction."""
    pt = math.sqrt(p[0] * p[0] + p[1] * p[1])
    return Visible(pt * share, math.asinh(p[2] / pt), math.atan2(p[1], p[0]))


@compiled
def append_parton(p: FourMomentum, jets: npt.NDArray[np.float64], count: int) -> int:
    """Append a parton to the jets (pT, eta, phi); the new count."""
    if count == len(jets):
        return count
    jets[count, 0] = math.sqrt(p[0] * p[0] + p[1] * p[1])
    jets[count, 1] = pseudorapidity(p[0], p[1], p[2])
    jets[count, 2] = math.atan2(p[1], p[0])
    return count + 1


@compiled
def around(axis: Direction, cosine: float, phi: float) -> Direction:
    """The unit vector at a polar angle and an azimuth about a unit vector."""
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    a, b = sine * math.cos(phi), sine * math.sin(phi)
    ax, ay, az = axis
    if abs(az) < 0.9:  # first perpendicular: axis x z
        norm = math.sqrt(ax * ax + ay * ay)
        ux, uy, uz = ay / norm, -ax / norm, 0.0
    else:  # axis x x
        norm = math.sqrt(ay * ay + az * az)
        ux, uy, uz = 0.0, az / norm, -ay / norm
    vx, vy, vz = ay * uz - az * uy, az * ux - ax * uz, ax * uy - ay * ux
    return (
        cosine * ax + a * ux + b * vx,
        cosine * ay + a * uy + b * vy,
        cosine * az + a * uz + b * vz,
    )


@compiled
def transverse_cosine(stream: Stream) -> float:
    """cos(theta) from the density (3/8) (1 + cos^2 theta) of a transverse boson."""
    u = 4.0 * uniform(stream) - 2.0  # c^3 / 4 + 3 c / 4 = u / 2, by Cardano
    root = math.sqrt(u * u + 1.0)
    return np.cbrt(u + root) - np.cbrt(root - u)


@compiled
def tau_pair(
    stream: Stream,
    boson: FourMomentum,
    mass: float,
    axis: Direction,
    helicity1: float,
    helicity2: float,
    decays: TauDecays,
    detector: Detector,
) -> tuple[bool, Visible, Visible, float, float]:
    """Two taus, the first to a lepton, the second to hadrons.

    Returns whether the event can be selected, lepton, hadrons, and the neutrinos' px and py.
    """
    nothing = Visible(0.0, 0.0, 0.0)
    first, second = decay(boson, mass, 0.0, 0.0, axis)
    pt1 = math.sqrt(first[0] * first[0] + first[1] * first[1])
    pt2 = math.sqrt(second[0] * second[0] + second[1] * second[1])
    least = detector.minimum_pt * (1.0 - 4.0 * detector.lepton_noise) / pt1
    if least >= 1.0 or pt2 < _SMALLEST_HADRONIC_PT:
        return False, nothing, nothing, 0.0, 0.0
    if uniform(stream) > leptonic_survival(least, helicity1):
        return False, nothing, nothing, 0.0, 0.0
    share2 = hadronic_share(stream, helicity2, decays)
    if share2 * pt2 < _SMALLEST_HADRONIC_PT:
        return False, nothing, nothing, 0.0, 0.0
    share1 = leptonic_share(stream, helicity1, least)
    missing1, missing2 = 1.0 - share1, 1.0 - share2
    return (
        True,
        visible(first, share1),
        visible(second, share2),
        missing1 * first[0] + missing2 * second[0],
        missing1 * first[1] + missing2 * second[1],
    )
