"""Two taus of a boson, one to a lepton and one to hadrons, and whether they can be selected.

In the frame in which the boson has no rapidity: a boost along the beam only moves pseudorapidities.
"""

import math

from .compiled import inlined
from .constants import Detector
from .detector import Hypothesis
from .kinematics import decay, polar
from .random_numbers import Stream, azimuth, uniform

__all__ = ["finish", "impossible", "rapidity_between", "tau_pair"]


@inlined
def impossible(least1: float, least2: float, mass2: float, pt: float) -> bool:
    """Whether taus of a boson of at most this pT cannot both reach their least pT.

    pT_1 + pT_2 <= mT and pT_i <= (mT + pT) / 2, where mT^2 = m^2 + pT^2.
    """
    transverse_mass = math.sqrt(mass2 + pt * pt)
    return least1 + least2 > transverse_mass or max(least1, least2) > 0.5 * (transverse_mass + pt)


@inlined
def tau_pair(
    stream: Stream,
    px: float,
    py: float,
    mass: float,
    cosine: float,
    shares: tuple[float, float],
    least: tuple[float, float],
) -> tuple[bool, Hypothesis]:
    """Taus of a boson without rapidity; whether both reach their least pT.

    The first tau goes along `cosine` (to the beam) in the boson's frame. Shares of the visible
    energy and least pT are those of the first tau (to a lepton) and the second (to hadrons).
    """
    _, cos_phi, sin_phi = azimuth(stream)
    energy = math.sqrt(mass * mass + px * px + py * py)
    axis = polar(cosine, cos_phi, sin_phi)
    first, second = decay((px, py, 0.0, energy), mass, 0.0, axis)
    pt1 = math.sqrt(first[0] * first[0] + first[1] * first[1])
    pt2 = math.sqrt(second[0] * second[0] + second[1] * second[1])
    x1, x2 = shares
    missing1, missing2 = 1.0 - x1, 1.0 - x2
    event = Hypothesis(
        x1 * pt1,
        first[2] / pt1,  # sinh(eta) for now: most events end here
        x1 * first[0],
        x1 * first[1],
        x2 * pt2,
        second[2] / pt2,
        x2 * second[0],
        x2 * second[1],
        0.0,
        0.0,
        missing1 * first[0] + missing2 * second[0],
        missing1 * first[1] + missing2 * second[1],
    )
    return pt1 > least[0] and pt2 > least[1], event


@inlined
def rapidity_between(
    stream: Stream, eta1: float, eta2: float, spread: float, detector: Detector
) -> tuple[bool, float]:
    """A rapidity that brings both etas into the acceptance, from a normal distribution.

    Rejection: the first number is False in the share of cases in which a rapidity drawn from
    exp(-y^2 / 2 spread^2) would not have done so, up to a constant factor.
    """
    low = max(-detector.lepton_eta - eta1, -detector.tau_eta - eta2)
    high = min(detector.lepton_eta - eta1, detector.tau_eta - eta2)
    widest = detector.lepton_eta + detector.tau_eta
    y = low + uniform(stream) * widest
    if y > high:
        return False, 0.0
    return uniform(stream) < math.exp(-0.5 * (y / spread) ** 2), y


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
