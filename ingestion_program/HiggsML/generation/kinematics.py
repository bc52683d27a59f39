"""Four-momenta (px, py, pz, E) in GeV as tuples: boosts, two-body decays, angles."""

import math

from .compiled import compiled
from .random_numbers import Stream, uniform

__all__ = [
    "FourMomentum",
    "add",
    "boost",
    "breit_wigner",
    "decay",
    "delta_phi",
    "delta_r2",
    "direction",
    "from_transverse",
    "isotropic",
    "pseudorapidity",
    "two_body_momentum",
]

FourMomentum = tuple[float, float, float, float]
Direction = tuple[float, float, float]

_TWO_PI = 2.0 * math.pi


@compiled
def delta_phi(phi1: float, phi2: float) -> float:
    """phi1 - phi2, brought into [-pi, pi]."""
    difference = phi1 - phi2
    if difference > math.pi:
        return difference - _TWO_PI
    if difference < -math.pi:
        return difference + _TWO_PI
    return difference


@compiled
def delta_r2(eta1: float, phi1: float, eta2: float, phi2: float) -> float:
    """Square of the angular distance, deta^2 + dphi^2."""
    dphi = delta_phi(phi1, phi2)
    return (eta1 - eta2) ** 2 + dphi * dphi


@compiled
def pseudorapidity(px: float, py: float, pz: float) -> float:
    """asinh(pz / pT)."""
    return math.asinh(pz / math.sqrt(px * px + py * py + 1e-12))


@compiled
def from_transverse(px: float, py: float, y: float, mass: float) -> FourMomentum:
    """The four-momentum of a mass with a transverse momentum and a rapidity y."""
    transverse_mass = math.sqrt(mass * mass + px * px + py * py)
    growth = math.exp(y)
    return (
        px,
        py,
        0.5 * transverse_mass * (growth - 1.0 / growth),
        0.5 * transverse_mass * (growth + 1.0 / growth),
    )


@compiled
def add(p: FourMomentum, q: FourMomentum) -> FourMomentum:
    """p + q."""
    return p[0] + q[0], p[1] + q[1], p[2] + q[2], p[3] + q[3]


@compiled
def boost(p: FourMomentum, frame: FourMomentum, mass: float) -> FourMomentum:
    """p, given in the rest frame of `frame` (of that mass), in the frame in which `frame` is."""
    product = p[0] * frame[0] + p[1] * frame[1] + p[2] * frame[2]
    energy = (product + p[3] * frame[3]) / mass
    factor = (p[3] + energy) / (frame[3] + mass)
    return p[0] + factor * frame[0], p[1] + factor * frame[1], p[2] + factor * frame[2], energy


@compiled
def two_body_momentum(mass: float, mass1: float, mass2: float) -> float:
    """Momentum of the two products in the rest frame of the parent (Kallen function)."""
    total, difference = mass1 + mass2, mass1 - mass2
    radicand = (mass * mass - total * total) * (mass * mass - difference * difference)
    return math.sqrt(max(radicand, 0.0)) / (2.0 * mass)


@compiled
def direction(cos_theta: float, phi: float) -> Direction:
    """The unit vector of a polar angle to the z axis and an azimuth."""
    sin_theta = math.sqrt(max(1.0 - cos_theta * cos_theta, 0.0))
    return sin_theta * math.cos(phi), sin_theta * math.sin(phi), cos_theta


@compiled
def isotropic(stream: Stream) -> Direction:
    """A unit vector, uniform on the sphere."""
    return direction(2.0 * uniform(stream) - 1.0, _TWO_PI * uniform(stream))


@compiled
def decay(
    parent: FourMomentum, mass: float, mass1: float, mass2: float, axis: Direction
) -> tuple[FourMomentum, FourMomentum]:
    """The two products; the first goes along `axis` in the rest frame of the parent."""
    p = two_body_momentum(mass, mass1, mass2)
    energy1 = math.sqrt(mass1 * mass1 + p * p)
    first = boost((p * axis[0], p * axis[1], p * axis[2], energy1), parent, mass)
    second = (
        parent[0] - first[0],
        parent[1] - first[1],
        parent[2] - first[2],
        parent[3] - first[3],
    )
    return first, second


@compiled
def breit_wigner(stream: Stream, mass: float, width: float, low: float, high: float) -> float:
    """A mass from the Cauchy distribution with peak and full width, between two bounds."""
    half = 0.5 * width
    start, end = math.atan((low - mass) / half), math.atan((high - mass) / half)
    return mass + half * math.tan(start + (end - start) * uniform(stream))
