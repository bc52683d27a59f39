"""Two taus of a boson, one to a lepton and one to hadrons, and whether they can be selected.

In the frame in which the boson has no rapidity: a boost along the beam only moves pseudorapidities.
"""

import math

from ..compiled import inlined
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, azimuth, normal, uniform
from .detector import Hypothesis
from .kinematics import Direction

__all__ = [
    "NO_TAUS",
    "finish",
    "normal_rapidity",
    "rapidities",
    "rapidity_between",
    "squared_pts",
    "tau_pair",
    "taus_along",
]

NO_TAUS = Hypothesis(*12 * [0.0])
_LEAST = 1e-6  # GeV^2; what rounds below is not selected anyway


@inlined
def tau_pair(
    stream: Stream,
    px: float,
    py: float,
    mass: float,
    cosine: float,
    shares: tuple[float, float],
    eases: tuple[float, float],
) -> tuple[bool, Hypothesis]:
    """Taus of a boson without rapidity; whether both reach their least pT.

    The first tau goes along `cosine` (to the beam) in the boson's frame. Shares of the visible
    energy and eases (inverses of the least pT) are those of the first tau (to a lepton) and the
    second (to hadrons).
    """
    pt2, product = px * px + py * py, eases[0] * eases[1]
    if (eases[0] + eases[1]) ** 2 > (mass * mass * (1.0 - cosine**2) + pt2) * product * product:
        return False, NO_TAUS  # pT_1 + pT_2 is at most the root of the bracket
    _, cos_phi, sin_phi = azimuth(stream)
    return taus_along(px, py, mass * mass, (cosine, cos_phi, sin_phi), shares, eases)


@inlined
def squared_pts(
    px: float, py: float, mass2: float, direction: Direction
) -> tuple[float, float, float]:
    """The energy of the first tau (boson at rapidity 0), and both taus' pT^2.

    The first tau has this direction (cosine of the angle to the beam, cosine and sine of the
    azimuth) in the boson's frame, so E_1 = (mT + p . n) / 2 and pT^2 = E^2 - (m cos(theta) / 2)^2.
    """
    cosine, cos_phi, sin_phi = direction
    sine = math.sqrt(1.0 - cosine * cosine)
    energy = math.sqrt(mass2 + px * px + py * py)
    energy1 = 0.5 * (energy + sine * (px * cos_phi + py * sin_phi))
    energy2 = energy - energy1
    pz2 = 0.25 * mass2 * cosine * cosine
    return energy1, energy1 * energy1 - pz2, energy2 * energy2 - pz2


@inlined
def taus_along(
    px: float,
    py: float,
    mass2: float,
    direction: Direction,
    shares: tuple[float, float],
    eases: tuple[float, float],
) -> tuple[bool, Hypothesis]:
    """As `tau_pair`, for a direction of the first tau (see `squared_pts`); without a branch."""
    energy1, pt1, pt2 = squared_pts(px, py, mass2, direction)
    possible = (pt1 * (eases[0] * eases[0]) > 1.0) & (pt2 * (eases[1] * eases[1]) > 1.0)
    mass = math.sqrt(mass2)
    pt1, pt2 = math.sqrt(max(pt1, _LEAST)), math.sqrt(max(pt2, _LEAST))
    cosine, cos_phi, sin_phi = direction
    along = 0.5 * mass * math.sqrt(1.0 - cosine * cosine)
    pz = 0.5 * mass * cosine
    factor = (0.5 * mass + energy1) / (math.sqrt(mass2 + px * px + py * py) + mass)
    x, y = along * cos_phi + factor * px, along * sin_phi + factor * py
    x1, x2 = shares
    missing1, missing2 = 1.0 - x1, 1.0 - x2
    return bool(possible), Hypothesis(
        x1 * pt1,
        pz / pt1,  # sinh(eta) for now
        x1 * x,
        x1 * y,
        x2 * pt2,
        -pz / pt2,
        x2 * (px - x),
        x2 * (py - y),
        0.0,
        0.0,
        missing1 * x + missing2 * (px - x),
        missing1 * y + missing2 * (py - y),
    )


@inlined
def rapidities(eta1: float, eta2: float, detector: Detector) -> tuple[float, float]:
    """The interval of rapidities that bring both etas into the acceptance."""
    low = max(-detector.lepton_eta - eta1, -detector.tau_eta - eta2)
    return low, min(detector.lepton_eta - eta1, detector.tau_eta - eta2)


@inlined
def normal_rapidity(
    stream: Stream, eta1: float, eta2: float, spread: float, detector: Detector
) -> tuple[bool, float]:
    """A rapidity from a normal distribution, and whether it brings both etas into the acceptance.

    Of narrow distributions, with sqrt(2 pi) spread below 5, it loses fewer than `rapidity_between`.
    """
    low, high = rapidities(eta1, eta2, detector)
    y = spread * normal(stream)
    return bool((low < y) & (y < high)), y


@inlined
def rapidity_between(
    stream: Stream, eta1: float, eta2: float, spread: float, detector: Detector
) -> tuple[bool, float]:
    """A rapidity that brings both etas into the acceptance, from a normal distribution.

    Rejection: the first number is False in the share of cases in which a rapidity drawn from
    exp(-y^2 / 2 spread^2) would not have done so, up to a constant factor.
    """
    low, high = rapidities(eta1, eta2, detector)
    widest = detector.lepton_eta + detector.tau_eta
    y = low + uniform(stream) * widest
    if y > high:
        return False, 0.0
    u, t = uniform(stream), 0.5 * (y / spread) ** 2
    return u < 1.0 - t or u < math.exp(-t), y  # 1 - t is below exp(-t), and decides most cases


@inlined
def finish(
    event: Hypothesis,
    noise1: float,
    noise2: float,
    unseen_x: float,
    unseen_y: float,
    y: float,
    eta1: float,
    eta2: float,
) -> Hypothesis:
    """The hypothesis with its etas, noise of lepton and tau, and further unseen momentum."""
    return Hypothesis(
        event.lepton_pt,
        eta1 + y,
        event.lepton_x,
        event.lepton_y,
        event.tau_pt,
        eta2 + y,
        event.tau_x,
        event.tau_y,
        noise1,
        noise2,
        event.unseen_x + unseen_x,
        event.unseen_y + unseen_y,
    )
