"""Pairs of top quarks with a lepton and a hadronic tau, or a jet taken for one."""

import math

import numpy as np
import numpy.typing as npt

from .compiled import inlined, linked
from .constants import Detector, Radiation, TopPair, WDecays
from .detector import Hypothesis, measure, smallest_lepton_pt, smallest_tau_pt
from .kinematics import (
    FourMomentum,
    around,
    boost,
    breit_wigner_density,
    decay,
    from_transverse,
    polar,
)
from .quantiles import Table, inverse_distribution, quantile
from .radiation import Jets, emit, place_parton, shift
from .random_numbers import Stream, azimuth, exponential, normal, uniform
from .tau_pairs import rapidity_between
from .taus import HADRONS, LEPTON

__all__ = ["lepton_share", "lepton_tau_event", "top_event", "w_mass_table"]


def w_mass_table(w: WDecays) -> Table:
    """Inverse distribution of the W mass."""
    m = np.linspace(w.mass - 12.0 * w.width, w.mass + 12.0 * w.width, 4001)
    return inverse_distribution(m, breit_wigner_density(m, w.mass, w.width))[None, :]


@linked
def _lepton_cosine(stream: Stream, longitudinal: float) -> float:
    """Angle of the charged lepton in the W frame: longitudinal, or left-handed W of a top."""
    if uniform(stream) < longitudinal:  # 3/4 (1 - c^2)
        while True:
            c = 2.0 * uniform(stream) - 1.0
            if uniform(stream) < 1.0 - c * c:
                return c
    # 3/8 (1 - c)^2: the largest of three uniform numbers has density 3 u^2
    return 1.0 - 2.0 * max(uniform(stream), uniform(stream), uniform(stream))


@linked
def _top_decay(
    stream: Stream, top: FourMomentum, pair: TopPair, w_masses: Table
) -> tuple[FourMomentum, FourMomentum, FourMomentum]:
    """t -> b (f f'): bottom, charged lepton (or down quark), neutrino (or up quark)."""
    w_mass = quantile(w_masses, 0, uniform(stream))
    _, cos_phi, sin_phi = azimuth(stream)
    axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
    energy = 0.5 * (pair.mass + (w_mass**2 - pair.bottom_mass**2) / pair.mass)
    p = math.sqrt(energy * energy - w_mass * w_mass)
    w_rest = (p * axis[0], p * axis[1], p * axis[2], energy)
    _, cos_phi, sin_phi = azimuth(stream)
    way = around(axis, _lepton_cosine(stream, pair.longitudinal), cos_phi, sin_phi)
    lepton_rest, _ = decay(w_rest, w_mass, 0.0, way)
    w = boost(w_rest, top, pair.mass)
    lepton = boost(lepton_rest, top, pair.mass)
    neutrino = (w[0] - lepton[0], w[1] - lepton[1], w[2] - lepton[2], w[3] - lepton[3])
    bottom = (top[0] - w[0], top[1] - w[1], top[2] - w[2], top[3] - w[3])
    return bottom, lepton, neutrino


@inlined
def lepton_share(stream: Stream, w: WDecays, shares: Table) -> float:
    """Share of a W's charged lepton that is seen as e or mu: 1, or that of a leptonic tau."""
    if uniform(stream) * (w.lepton + w.tau * w.tau_to_lepton) < w.lepton:
        return 1.0
    return quantile(shares, LEPTON, uniform(stream))


@linked
def lepton_tau_event(
    stream: Stream,
    detector: Detector,
    lepton: FourMomentum,
    tau: FourMomentum,
    noises: tuple[float, float],
    unseen: tuple[float, float],
    rapidity: float,
    jets: Jets,
    count: int,
    row: npt.NDArray[np.float32],
) -> bool:
    """Measure an event given by the visible momenta, after a boost along the beam."""
    lepton_pt = math.sqrt(lepton[0] * lepton[0] + lepton[1] * lepton[1])
    tau_pt = math.sqrt(tau[0] * tau[0] + tau[1] * tau[1])
    eta1, eta2 = math.asinh(lepton[2] / lepton_pt), math.asinh(tau[2] / tau_pt)
    inside, y = rapidity_between(stream, eta1, eta2, rapidity, detector)
    if not inside:
        return False
    shift(jets, 0, count, y)
    event = Hypothesis(
        lepton_pt,
        eta1 + y,
        lepton[0],
        lepton[1],
        tau_pt,
        eta2 + y,
        tau[0],
        tau[1],
        noises[0],
        noises[1],
        unseen[0],
        unseen[1],
    )
    return measure(stream, detector, event, jets, count, row)


@inlined
def scaled(p: FourMomentum, factor: float) -> FourMomentum:
    """factor * p."""
    return factor * p[0], factor * p[1], factor * p[2], factor * p[3]


@inlined
def top_event(
    stream: Stream,
    pair: TopPair,
    w: WDecays,
    radiation: Radiation,
    kt: Table,
    w_masses: Table,
    shares: Table,
    detector: Detector,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one event of top quarks; True when it was selected and `row` is filled."""
    prompt = w.tau * (1.0 - w.tau_to_lepton) * w.tau_efficiency
    fake = 0.5 * (1.0 - w.lepton - w.tau) * 4.0 * w.jet_fake_rate  # half have opposite charge
    is_prompt = uniform(stream) * (prompt + fake) < prompt
    noises = normal(stream), normal(stream)
    least1 = smallest_lepton_pt(noises[0], detector)
    least2 = smallest_tau_pt(noises[1], detector)

    count, sum_x, sum_y = emit(stream, radiation, kt, exponential(stream), jets, 0)
    gap = pair.rapidity_gap * normal(stream)
    pt = pair.pt * (exponential(stream) + exponential(stream) + exponential(stream))
    _, cosine, sine = azimuth(stream)
    px, py = pt * cosine, pt * sine
    top1 = from_transverse(px - 0.5 * sum_x, py - 0.5 * sum_y, gap, pair.mass)
    bottom1, lepton, neutrino1 = _top_decay(stream, top1, pair, w_masses)
    x1 = lepton_share(stream, w, shares)
    seen = scaled(lepton, x1)
    if seen[0] * seen[0] + seen[1] * seen[1] < least1 * least1:
        return False
    top2 = from_transverse(-px - 0.5 * sum_x, -py - 0.5 * sum_y, -gap, pair.mass)
    bottom2, other, neutrino2 = _top_decay(stream, top2, pair, w_masses)
    unseen_x = neutrino1[0] + lepton[0] - seen[0]
    unseen_y = neutrino1[1] + lepton[1] - seen[1]
    bottom1 = scaled(bottom1, max(1.0 - pair.bottom_loss * exponential(stream), 0.1))
    bottom2 = scaled(bottom2, max(1.0 - pair.bottom_loss * exponential(stream), 0.1))
    count = min(count, len(jets) - 3)
    if is_prompt:
        tau = scaled(other, quantile(shares, HADRONS, uniform(stream)))
        unseen_x += neutrino2[0] + other[0] - tau[0]
        unseen_y += neutrino2[1] + other[1] - tau[1]
        place_parton(jets, count, bottom1)
        place_parton(jets, count + 1, bottom2)
        count += 2
    else:
        which = int(4.0 * uniform(stream))
        partons = (bottom1, bottom2, other, neutrino2)
        tau = partons[which]
        for i in range(4):
            if i != which:
                place_parton(jets, count, partons[i])
                count += 1
    if tau[0] * tau[0] + tau[1] * tau[1] < least2 * least2:
        return False
    return lepton_tau_event(
        stream, detector, seen, tau, noises, (unseen_x, unseen_y), pair.rapidity, jets, count, row
    )
