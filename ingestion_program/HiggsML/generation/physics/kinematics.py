"""Four-momenta (px, py, pz, E) in GeV as tuples: boosts, two-body decays, angles."""

import math

import numpy as np

from ...numerics.elementary import logarithm
from ..compiled import inlined, linked

__all__ = [
    "Direction",
    "FourMomentum",
    "around",
    "azimuth_of",
    "boost",
    "breit_wigner_density",
    "decay",
    "delta_r2",
    "from_transverse",
    "polar",
    "pseudorapidity",
    "pseudorapidity_of",
    "scaled",
    "transverse_boson_cosine",
    "wrapped",
]

FourMomentum = tuple[float, float, float, float]
Direction = tuple[float, float, float]

_PI, _TWO_PI = math.pi, 2.0 * math.pi


@inlined
def wrapped(phi: float) -> float:
    """An angle from (-3 pi, 3 pi), brought into [-pi, pi]."""
    if phi > _PI:
        phi -= _TWO_PI
    elif phi < -_PI:
        phi += _TWO_PI
    return phi


@inlined
def delta_r2(eta1: float, phi1: float, eta2: float, phi2: float) -> float:
    """Square of the angular distance, deta^2 + dphi^2; of azimuths in [-pi, pi]."""
    deta, turn = eta1 - eta2, abs(phi1 - phi2)
    dphi = min(turn, _TWO_PI - turn)
    return deta * deta + dphi * dphi


@inlined
def from_transverse(px: float, py: float, y: float, mass: float) -> FourMomentum:
    """The four-momentum of a mass with a transverse momentum and a rapidity y."""
    transverse_mass = math.sqrt(mass * mass + px * px + py * py)
    growth = math.exp(y)
    shrink = 1.0 / growth
    return (
        px,
        py,
        0.5 * transverse_mass * (growth - shrink),
        0.5 * transverse_mass * (growth + shrink),
    )


@inlined
def boost(p: FourMomentum, frame: FourMomentum, mass: float) -> FourMomentum:
    """p, given in the rest frame of `frame` (of that mass), in the frame in which `frame` is."""
    product = p[0] * frame[0] + p[1] * frame[1] + p[2] * frame[2]
    energy = (product + p[3] * frame[3]) / mass
    factor = (p[3] + energy) / (frame[3] + mass)
    return p[0] + factor * frame[0], p[1] + factor * frame[1], p[2] + factor * frame[2], energy


@inlined
def scaled(p: FourMomentum, factor: float) -> FourMomentum:
    """factor * p."""
    return factor * p[0], factor * p[1], factor * p[2], factor * p[3]


@inlined
def polar(cosine: float, cos_phi: float, sin_phi: float) -> Direction:
    """The unit vector of a polar angle to the z axis and an azimuth."""
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    return sine * cos_phi, sine * sin_phi, cosine


@linked
def around(axis: Direction, cosine: float, cos_phi: float, sin_phi: float) -> Direction:
    """The unit vector at a polar angle and an azimuth about a unit vector."""
    sine = math.sqrt(max(1.0 - cosine * cosine, 0.0))
    a, b = sine * cos_phi, sine * sin_phi
    x, y, z = axis
    # Two perpendiculars without a square root: T. Duff et al., J. Comput. Graph. Tech. 6 (2017) 1.
    sign = math.copysign(1.0, z)
    c = -1.0 / (sign + z)
    d = x * y * c
    return (
        cosine * x + a * (1.0 + sign * x * x * c) + b * d,
        cosine * y + a * sign * d + b * (sign + y * y * c),
        cosine * z - a * sign * x - b * y,
    )


@inlined
def decay(
    parent: FourMomentum, mass: float, mass1: float, axis: Direction
) -> tuple[FourMomentum, FourMomentum]:
    """parent -> 1 + massless 2; the first goes along `axis` in the rest frame of the parent."""
    p = 0.5 * (mass - mass1 * mass1 / mass)
    at_rest = (p * axis[0], p * axis[1], p * axis[2], mass - p)
    first = boost(at_rest, parent, mass)
    second = (
        parent[0] - first[0],
        parent[1] - first[1],
        parent[2] - first[2],
        parent[3] - first[3],
    )
    return first, second


@inlined
def transverse_boson_cosine(u: float, v: float, w: float) -> float:
    """cos(theta) from the density (3/8) (1 + cos^2 theta): a transverse boson, both helicities.

    Of three numbers that are uniform in (0, 1). Three times in four it is flat, else of density
    (3/2) cos^2: the largest of three, with a sign.
    """
    u = 4.0 * u
    rest = 2.0 * u - 7.0  # in (-1, 1), in the fourth case: the sign and one of the three
    largest = max(abs(rest), v, w)
    return u * (2.0 / 3.0) - 1.0 if u < 3.0 else math.copysign(largest, rest)


@inlined
def pseudorapidity(slope: float) -> float:
    """asinh(pz / pT)."""
    return math.copysign(math.log(abs(slope) + math.sqrt(slope * slope + 1.0)), slope)


@inlined
def pseudorapidity_of(slope: float) -> float:
    """As `pseudorapidity`, in loops that compile to vector instructions."""
    return math.copysign(logarithm(abs(slope) + math.sqrt(slope * slope + 1.0)), slope)


_TANGENTS = 64
_LEAST = 1e-300  # keeps the null vector from a division of zeros
_ARCS = np.arctan(np.arange(_TANGENTS + 1) / _TANGENTS)


@inlined
def azimuth_of(x: float, y: float) -> float:
    """atan2(y, x), good to 1e-15 for vectors longer than 1e-290, without a branch.

    With t = k/64 near the tangent b/a of the angle to the nearer axis, it is
    arctan(t) + arctan((b - t a) / (a + t b)), of which three terms are enough.
    """
    a, b = max(abs(x), abs(y), _LEAST), min(abs(x), abs(y))
    k = np.uint64(b / a * _TANGENTS + 0.5)
    t = np.float64(k) * (1.0 / _TANGENTS)
    d = (b - t * a) / (a + t * b)
    d2 = d * d
    phi = _ARCS[k] + d * (1.0 - d2 * (1.0 / 3.0 - d2 * (0.2 - d2 / 7.0)))
    phi = 0.5 * _PI - phi if abs(y) > abs(x) else phi
    phi = _PI - phi if x < 0.0 else phi
    return math.copysign(phi, y)


def breit_wigner_density(
    m: "np.ndarray[tuple[int], np.dtype[np.float64]]", mass: float, width: float
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Relativistic Breit-Wigner, unnormalised: m / ((m^2 - M^2)^2 + (M Gamma)^2)."""
    return m / ((m * m - mass * mass) ** 2 + (mass * width) ** 2)
