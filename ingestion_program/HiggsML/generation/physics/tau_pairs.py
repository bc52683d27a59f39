"""Two taus of a boson, one to a lepton and one to hadrons, and whether they can be selected.

In the frame in which the boson has no rapidity: a boost along the beam only moves pseudorapidities.
"""

import math

from ...numerics.elementary import logarithm
from ...numerics.without_arrays import inlined
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, direction, normal, uniform
from .detector import FinalState
from .kinematics import Direction, FourMomentum, pseudorapidity, transverse2
from .taus import TAU_MASS

__all__ = [
    "boosted",
    "broad_rapidity_of",
    "central_rapidity",
    "is_central",
    "lepton_and_tau",
    "normal_rapidity_of",
    "opened",
    "rapidity_between",
    "rapidity_range",
    "squared_pts",
    "tau_pair",
    "taus_along",
    "with_noise",
]

_NOTHING = FinalState(*12 * [0.0])
_LEAST = 1e-6  # GeV^2; what rounds below is not selected anyway


@inlined
def tau_pair(
    stream: Stream,
    px: float,
    py: float,
    mass: float,
    cosine: float,
    shares: tuple[float, float],
    inverses: tuple[float, float],
) -> tuple[bool, FinalState]:
    """Taus of a boson without rapidity; whether both reach their least pT.

    Args:
        px, py: transverse momentum of the boson, GeV.
        cosine: cosine of the first tau's angle to the beam, in the boson's frame.
        shares: visible energy of the first tau (to a lepton) and the second (to hadrons).
        inverses: the inverses of the least pT of both, 1/GeV.

    Returns:
        Whether they do, and the state as in `taus_along`.
    """
    pt2, product = px * px + py * py, inverses[0] * inverses[1]
    total = inverses[0] + inverses[1]
    if total**2 > (mass * mass * (1.0 - cosine**2) + pt2) * product * product:
        return False, _NOTHING  # pT_1 + pT_2 is at most the root of the bracket
    _, cos_phi, sin_phi = direction(stream)
    return taus_along(px, py, mass * mass, (cosine, cos_phi, sin_phi), shares, inverses)


@inlined
def squared_pts(px: float, py: float, mass2: float, axis: Direction) -> tuple[float, float, float]:
    """The energy of the first tau (boson at rapidity 0), and both taus' pT^2.

    The first tau flies along `axis` (cosine of the angle to the beam, cosine and sine of the
    azimuth) in the boson's frame, so E_1 = (mT + p . n) / 2 and pT^2 = E^2 - (m cos(theta) / 2)^2.
    """
    cosine, cos_phi, sin_phi = axis
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
    axis: Direction,
    shares: tuple[float, float],
    inverses: tuple[float, float],
) -> tuple[bool, FinalState]:
    """As `tau_pair`, for a first tau along an axis (see `squared_pts`); without a branch.

    The state has sinh(eta) in place of eta, which `with_noise` computes, and no noise yet.
    """
    energy1, pt1, pt2 = squared_pts(px, py, mass2, axis)
    possible = (pt1 * (inverses[0] * inverses[0]) > 1.0) & (pt2 * (inverses[1] * inverses[1]) > 1.0)
    mass = math.sqrt(mass2)
    pt1, pt2 = math.sqrt(max(pt1, _LEAST)), math.sqrt(max(pt2, _LEAST))
    cosine, cos_phi, sin_phi = axis
    along = 0.5 * mass * math.sqrt(1.0 - cosine * cosine)
    pz = 0.5 * mass * cosine
    factor = (0.5 * mass + energy1) / (math.sqrt(mass2 + px * px + py * py) + mass)
    x, y = along * cos_phi + factor * px, along * sin_phi + factor * py
    x1, x2 = shares
    missing1, missing2 = 1.0 - x1, 1.0 - x2
    return bool(possible), FinalState(
        x1 * pt1,
        pz / pt1,
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
def with_noise(event: FinalState, lepton_noise: float, tau_noise: float) -> FinalState:
    """A state of `taus_along` with its etas, and the normal numbers of both measurements."""
    return FinalState(
        event.lepton_pt,
        pseudorapidity(event.lepton_eta),
        event.lepton_x,
        event.lepton_y,
        event.tau_pt,
        pseudorapidity(event.tau_eta),
        event.tau_x,
        event.tau_y,
        lepton_noise,
        tau_noise,
        event.unseen_x,
        event.unseen_y,
    )


@inlined
def opened(stream: Stream, event: FinalState, share1: float, share2: float) -> FinalState:
    """The event in which what is seen of each tau leaves its line of flight, see `_opening`.

    To first order in the angles; the visible pT stays as it is, and the neutrinos recoil.

    Args:
        share1, share2: visible energy of the tau to a lepton and the tau to hadrons; 1 for what
            does not come from a tau.
    """
    eta1, phi1 = _opening(stream, share1, event.lepton_pt)
    eta2, phi2 = _opening(stream, share2, event.tau_pt)
    aside1_x, aside1_y = -phi1 * event.lepton_y, phi1 * event.lepton_x
    aside2_x, aside2_y = -phi2 * event.tau_y, phi2 * event.tau_x
    return FinalState(
        event.lepton_pt,
        event.lepton_eta + eta1,
        event.lepton_x + aside1_x,
        event.lepton_y + aside1_y,
        event.tau_pt,
        event.tau_eta + eta2,
        event.tau_x + aside2_x,
        event.tau_y + aside2_y,
        event.lepton_noise,
        event.tau_noise,
        event.unseen_x - aside1_x - aside2_x,
        event.unseen_y - aside1_y - aside2_y,
    )


@inlined
def _opening(stream: Stream, share: float, pt: float) -> tuple[float, float]:
    """Angles in eta and phi between a tau and its visible part of this share and pT.

    Two-body kinematics: a visible part of mass 0 with the share x of the energy has the transverse
    momentum squared m_tau^2 x (1 - x - rho), where rho is the mass squared of the neutrinos in
    units of m_tau^2, and flat between 0 and 1 - x for a decay to a lepton, nearly. Hadrons of mass
    squared rho have (x - rho) (1 - x), which on average is as large.
    """
    transverse = TAU_MASS * math.sqrt(share * (1.0 - share) * uniform(stream)) / pt
    _, cosine, sine = direction(stream)
    return transverse * cosine, transverse * sine


@inlined
def lepton_and_tau(
    lepton: FourMomentum, tau: FourMomentum, noises: tuple[float, float]
) -> FinalState:
    """The final state of two visible momenta; nothing unseen yet."""
    pt1, pt2 = math.sqrt(transverse2(lepton)), math.sqrt(transverse2(tau))
    return FinalState(
        pt1,
        pseudorapidity(lepton[2] / pt1),
        lepton[0],
        lepton[1],
        pt2,
        pseudorapidity(tau[2] / pt2),
        tau[0],
        tau[1],
        noises[0],
        noises[1],
        0.0,
        0.0,
    )


@inlined
def boosted(event: FinalState, y: float, unseen_x: float, unseen_y: float) -> FinalState:
    """The event after a boost along the beam by a rapidity, with further unseen momentum."""
    return FinalState(
        event.lepton_pt,
        event.lepton_eta + y,
        event.lepton_x,
        event.lepton_y,
        event.tau_pt,
        event.tau_eta + y,
        event.tau_x,
        event.tau_y,
        event.lepton_noise,
        event.tau_noise,
        event.unseen_x + unseen_x,
        event.unseen_y + unseen_y,
    )


@inlined
def rapidity_range(eta1: float, eta2: float, detector: Detector) -> tuple[float, float]:
    """The interval of rapidities that bring both etas into the acceptance."""
    low = max(-detector.lepton_eta - eta1, -detector.tau_eta - eta2)
    return low, min(detector.lepton_eta - eta1, detector.tau_eta - eta2)


@inlined
def normal_rapidity_of(low: float, high: float, sigma: float, number: float) -> tuple[bool, float]:
    """A rapidity from a normal number, and whether it lies in an interval."""
    y = sigma * number
    return bool((low < y) & (y < high)), y


@inlined
def broad_rapidity_of(low: float, number: float, detector: Detector) -> float:
    """A flat rapidity from a uniform number, in an interval as long as the acceptance.

    With `is_central`, this is rejection: the rapidity is above the interval of `rapidity_range`, or
    not central, in the share of cases in which one drawn from exp(-y^2 / 2 sigma^2) would not lie
    in that interval, up to a constant factor.
    """
    return low + number * (detector.lepton_eta + detector.tau_eta)


@inlined
def is_central(y: float, sigma: float, distance: float) -> bool:
    """True with probability exp(-y^2 / 2 sigma^2), from an exponential number."""
    t = y / sigma
    return 0.5 * t * t < distance


@inlined
def central_rapidity(
    stream: Stream, event: FinalState, sigma: float, detector: Detector
) -> tuple[bool, float]:
    """A rapidity from a normal distribution, and whether it brings the event into the acceptance.

    For narrow distributions, with sqrt(2 pi) sigma below 5, it loses fewer than `rapidity_between`.
    """
    low, high = rapidity_range(event.lepton_eta, event.tau_eta, detector)
    return normal_rapidity_of(low, high, sigma, normal(stream))


@inlined
def rapidity_between(
    stream: Stream, event: FinalState, sigma: float, detector: Detector
) -> tuple[bool, float]:
    """A rapidity as in `broad_rapidity_of`, and whether the event is to be kept."""
    low, high = rapidity_range(event.lepton_eta, event.tau_eta, detector)
    y = broad_rapidity_of(low, uniform(stream), detector)
    if y > high:
        return False, 0.0
    return is_central(y, sigma, -logarithm(uniform(stream))), y
