"""Four-momenta (px, py, pz, E) in GeV as tuples: boosts, two-body decays, angles."""

import math

from ...arrays import Array
from ...numerics.elementary import logarithm
from ...numerics.without_arrays import inlined, linked

__all__ = [
    "Direction",
    "FourMomentum",
    "around",
    "boost",
    "breit_wigner_density",
    "delta_r2",
    "from_transverse",
    "polar",
    "pseudorapidity",
    "scaled",
    "sine_of",
    "tilted",
    "transverse2",
    "transverse_boson_cosine",
    "two_body_decay",
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
    """Square of the angular distance, deta^2 + dphi^2, for azimuths in [-pi, pi]."""
    deta, turn = eta1 - eta2, abs(phi1 - phi2)
    dphi = min(turn, _TWO_PI - turn)
    return deta * deta + dphi * dphi


@inlined
def from_transverse(px: float, py: float, y: float, mass: float) -> FourMomentum:
    """The four-momentum of a particle by its transverse momentum, rapidity y and mass."""
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
    """The momentum p, given in the rest frame of a particle that has the momentum `frame`."""
    product = p[0] * frame[0] + p[1] * frame[1] + p[2] * frame[2]
    energy = (product + p[3] * frame[3]) / mass
    factor = (p[3] + energy) / (frame[3] + mass)
    return p[0] + factor * frame[0], p[1] + factor * frame[1], p[2] + factor * frame[2], energy


@inlined
def scaled(p: FourMomentum, factor: float) -> FourMomentum:
    """factor * p."""
    return factor * p[0], factor * p[1], factor * p[2], factor * p[3]


@inlined
def transverse2(p: FourMomentum) -> float:
    """pT^2 of a momentum."""
    return p[0] * p[0] + p[1] * p[1]


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
def two_body_decay(
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

    A function of three numbers that are uniform in (0, 1). Three times in four the density is flat,
    else (3/2) cos^2: that of the largest of three, with a sign.
    """
    u = 4.0 * u
    rest = 2.0 * u - 7.0  # in (-1, 1), in the fourth case: the sign and one of the three
    largest = max(abs(rest), v, w)
    return u * (2.0 / 3.0) - 1.0 if u < 3.0 else math.copysign(largest, rest)


@inlined
def tilted(axis: Direction, px: float, py: float, mass2: float, tilt: float) -> Direction:
    """A direction that was drawn about one of the beams, in the frame of a boson with this pT.

    Seen by the boson, the beams point backwards: their angle to the z axis has the sine pT / mT.
    The quark that did not radiate flies along one of them, so that this is the axis of the
    decay's angles (E. Mirkes and J. Ohnemus, Phys. Rev. D 51 (1995) 4891: A_0 = A_2 =
    pT^2 / mT^2).

    Args:
        axis: cosine of the angle to that beam, cosine and sine of the azimuth about it.
        px, py, mass2: of the boson, GeV and GeV^2.
        tilt: 1 for the beam along z, -1 for the line of the other one.
    """
    cosine, cos_phi, sin_phi = axis
    px += 1e-9  # GeV: a boson at rest has an azimuth too
    pt2 = px * px + py * py
    pt = math.sqrt(pt2)
    sine_tilt = tilt * pt / math.sqrt(mass2 + pt2)
    cosine_tilt = math.sqrt(1.0 - sine_tilt * sine_tilt)
    sine = math.sqrt(1.0 - cosine * cosine)
    along = sine * cos_phi * cosine_tilt - cosine * sine_tilt
    aside = sine * sin_phi
    to_beam = sine * cos_phi * sine_tilt + cosine * cosine_tilt
    unit = 1.0 / (pt * math.sqrt(max(along * along + aside * aside, 1e-24)))
    x, y = along * px - aside * py, along * py + aside * px
    return min(max(to_beam, -1.0), 1.0), x * unit, y * unit


@inlined
def pseudorapidity(slope: float) -> float:
    """asinh(pz / pT), in loops that compile to vector instructions too."""
    return math.copysign(logarithm(abs(slope) + math.sqrt(slope * slope + 1.0)), slope)


@inlined
def sine_of(eta: float) -> float:
    """Sine of the angle to the beam at a pseudorapidity, 1 / cosh(eta): pT over energy."""
    e = math.exp(-abs(eta))
    return 2.0 * e / (1.0 + e * e)


def breit_wigner_density(m: Array, mass: float, width: float) -> Array:
    """Relativistic Breit-Wigner, unnormalised: m / ((m^2 - M^2)^2 + (M Gamma)^2)."""
    return m / ((m * m - mass * mass) ** 2 + (mass * width) ** 2)
