"""Pairs of top quarks with a lepton and a hadronic tau, or a jet taken for one."""

import math

import numpy as np
import numpy.typing as npt

from .compiled import inlined, linked
from .constants import Detector, Radiation, TopPair, TopQuark, WDecays
from .detector import Hypothesis, measure, smallest_lepton_pt, smallest_tau_pt
from .kinematics import (
    FourMomentum,
    around,
    boost,
    breit_wigner_density,
    decay,
    from_transverse,
    polar,
    scaled,
)
from .quantiles import Table, inverse_distribution, quantile
from .quark_jets import candidates, fake_tau_rate, neutrino_share, split, take_jet, which_jet
from .radiation import Jets, place_parton, recoil, shift, spread
from .random_numbers import Stream, azimuth, exponential, normal, uniform
from .tau_pairs import rapidity_between
from .taus import HADRONS, LEPTON

__all__ = [
    "lepton_share",
    "lepton_tau_event",
    "pair_rate",
    "top_decay",
    "top_event",
    "w_mass_table",
]


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
def top_decay(
    stream: Stream, momentum: FourMomentum, top: TopQuark, w_masses: Table
) -> tuple[FourMomentum, FourMomentum, FourMomentum]:
    """t -> b (f f'): bottom, charged lepton (or down quark), neutrino (or up quark)."""
    w_mass = quantile(w_masses, 0, uniform(stream))
    _, cos_phi, sin_phi = azimuth(stream)
    axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
    energy = 0.5 * (top.mass + (w_mass**2 - top.bottom_mass**2) / top.mass)
    p = math.sqrt(energy * energy - w_mass * w_mass)
    w_rest = (p * axis[0], p * axis[1], p * axis[2], energy)
    _, cos_phi, sin_phi = azimuth(stream)
    way = around(axis, _lepton_cosine(stream, top.longitudinal), cos_phi, sin_phi)
    lepton_rest, _ = decay(w_rest, w_mass, 0.0, way)
    w = boost(w_rest, momentum, top.mass)
    lepton = boost(lepton_rest, momentum, top.mass)
    neutrino = (w[0] - lepton[0], w[1] - lepton[1], w[2] - lepton[2], w[3] - lepton[3])
    bottom = (momentum[0] - w[0], momentum[1] - w[1], momentum[2] - w[2], momentum[3] - w[3])
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
    emissions: int,
    count: int,
    pull: float,
    row: npt.NDArray[np.float32],
) -> bool:
    """Measure an event given by the visible momenta, after a boost along the beam.

    The first of the `count` jets are emissions, which follow the boost in part (`pull`).
    """
    lepton_pt = math.sqrt(lepton[0] * lepton[0] + lepton[1] * lepton[1])
    tau_pt = math.sqrt(tau[0] * tau[0] + tau[1] * tau[1])
    eta1, eta2 = math.asinh(lepton[2] / lepton_pt), math.asinh(tau[2] / tau_pt)
    inside, y = rapidity_between(stream, eta1, eta2, rapidity, detector)
    if not inside:
        return False
    shift(jets, 0, emissions, pull * y)
    shift(jets, emissions, count, y)
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
def pair_rate(top: TopQuark, w: WDecays) -> float:
    """Rate of what one W of a pair may give for a tau, when the other gives the lepton."""
    prompt = w.tau * (1.0 - w.tau_to_lepton) * w.tau_efficiency
    return prompt + w.hadrons * fake_tau_rate(w) * candidates(2, top)


@inlined
def top_event(
    stream: Stream,
    top: TopQuark,
    pair: TopPair,
    w: WDecays,
    radiations: tuple[Radiation, Radiation],
    kts: tuple[Table, Table],
    w_masses: Table,
    shares: Table,
    detector: Detector,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one pair of top quarks; True when it was selected and `row` is filled.

    The radiations are those of gluon fusion and of quark annihilation.
    """
    prompt = w.tau * (1.0 - w.tau_to_lepton) * w.tau_efficiency
    candidate = uniform(stream) * pair_rate(top, w) - prompt
    is_prompt = candidate < 0.0
    noises = normal(stream), normal(stream)
    least1 = smallest_lepton_pt(noises[0], detector)
    least2 = smallest_tau_pt(noises[1], detector)

    by_quarks = uniform(stream) < pair.quark_annihilation
    radiation, kt = (radiations[1], kts[1]) if by_quarks else (radiations[0], kts[0])
    emissions, sum_x, sum_y = recoil(stream, radiation, kt, exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 4)
    which = which_jet(candidate / (w.hadrons * fake_tau_rate(w)), emissions + 2, 2, top)
    if not is_prompt and which < 0:
        return False
    soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
    recoil_x, recoil_y = 0.5 * (soft_x - sum_x), 0.5 * (soft_y - sum_y)
    gap = pair.rapidity_gap * normal(stream)
    pt = pair.pt * (exponential(stream) + exponential(stream) + exponential(stream))
    _, cosine, sine = azimuth(stream)
    px, py = pt * cosine, pt * sine
    top1 = from_transverse(recoil_x + px, recoil_y + py, gap, top.mass)
    bottom1, lepton, neutrino1 = top_decay(stream, top1, top, w_masses)
    seen = scaled(lepton, lepton_share(stream, w, shares))
    if seen[0] * seen[0] + seen[1] * seen[1] < least1 * least1:
        return False
    top2 = from_transverse(recoil_x - px, recoil_y - py, -gap, top.mass)
    bottom2, other, neutrino2 = top_decay(stream, top2, top, w_masses)
    if is_prompt:
        tau = scaled(other, quantile(shares, HADRONS, uniform(stream)))
        if tau[0] * tau[0] + tau[1] * tau[1] < least2 * least2:
            return False
    lost1, lost2 = neutrino_share(stream, top), neutrino_share(stream, top)
    lost = detector.soft_scale - 1.0  # of the recoil -soft
    unseen_x = neutrino1[0] + lepton[0] - seen[0] + lost1 * bottom1[0] + lost2 * bottom2[0]
    unseen_y = neutrino1[1] + lepton[1] - seen[1] + lost1 * bottom1[1] + lost2 * bottom2[1]
    unseen_x += lost * soft_x
    unseen_y += lost * soft_y
    spread(stream, radiation, jets, 0, emissions)
    count = emissions
    if is_prompt:
        unseen_x += neutrino2[0] + other[0] - tau[0]
        unseen_y += neutrino2[1] + other[1] - tau[1]
    else:
        place_parton(jets, count, other)
        place_parton(jets, count + 1, neutrino2)
        count += 2
    place_parton(jets, count, scaled(bottom1, 1.0 - lost1))
    place_parton(jets, count + 1, scaled(bottom2, 1.0 - lost2))
    count += 2
    if not is_prompt:
        tau = take_jet(stream, jets, which, count, detector)
        count -= 1
        if which < emissions:
            emissions -= 1
        if tau[0] * tau[0] + tau[1] * tau[1] < least2 * least2:
            return False
    count = split(stream, jets, emissions, count, top)
    return lepton_tau_event(
        stream,
        detector,
        seen,
        tau,
        noises,
        (unseen_x, unseen_y),
        pair.rapidity,
        jets,
        emissions,
        count,
        radiation.pull,
        row,
    )
