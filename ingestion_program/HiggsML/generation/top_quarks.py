"""Pairs of top quarks with a lepton and a hadronic tau, or a jet taken for one."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compiled import compiled
from .decays import append_parton, around, visible
from .detector import Detector, measure
from .kinematics import FourMomentum, boost, breit_wigner, decay, from_transverse, isotropic
from .radiation import Radiation, Spectrum, emit
from .random_numbers import Stream, exponential, normal, uniform
from .taus import TauDecays, hadronic_share, leptonic_share, leptonic_survival

__all__ = ["TopPair", "WDecays", "top_event", "w_products"]

_TWO_PI = 2.0 * math.pi


class WDecays(NamedTuple):
    """W decays and tau identification: PDG 2024, and the rates of the detector card."""

    mass: float = 80.369
    width: float = 2.085
    lepton: float = 0.2142  # e and mu
    tau: float = 0.1138
    tau_to_lepton: float = 0.3521
    tau_efficiency: float = 0.6
    jet_fake_rate: float = 0.01


class TopPair(NamedTuple):
    """t tbar -> W b W b."""

    mass: float = 172.57  # PDG 2024
    bottom_mass: float = 4.8
    longitudinal: float = 0.687  # W helicity fraction, JHEP 06 (2020) 146
    pt: float = 42.0  # GeV, scale of the Gamma(3) spectrum
    rapidity: float = 0.95
    rapidity_gap: float = 0.55


@compiled
def _w_cosine(stream: Stream, longitudinal: float) -> float:
    """Angle of the charged lepton in the W frame: longitudinal or left-handed W."""
    if uniform(stream) < longitudinal:  # 3/4 (1 - c^2)
        while True:
            c = 2.0 * uniform(stream) - 1.0
            if uniform(stream) < 1.0 - c * c:
                return c
    return 1.0 - 2.0 * uniform(stream) ** (1.0 / 3.0)  # 3/8 (1 - c)^2


@compiled
def w_products(
    stream: Stream, top: FourMomentum, pair: TopPair, w: WDecays
) -> tuple[FourMomentum, FourMomentum, FourMomentum]:
    """t -> b (f fbar): bottom, charged lepton (or down quark), neutrino (or up quark)."""
    w_mass = breit_wigner(stream, w.mass, w.width, 60.0, 100.0)
    axis = isotropic(stream)
    at_rest = (0.0, 0.0, 0.0, pair.mass)
    w_rest, b_rest = decay(at_rest, pair.mass, w_mass, pair.bottom_mass, axis)
    cosine = _w_cosine(stream, pair.longitudinal)
    way = around(axis, cosine, _TWO_PI * uniform(stream))
    lepton, neutrino = decay(w_rest, w_mass, 0.0, 0.0, way)
    return (
        boost(b_rest, top, pair.mass),
        boost(lepton, top, pair.mass),
        boost(neutrino, top, pair.mass),
    )


@compiled
def top_event(
    stream: Stream,
    pair: TopPair,
    w: WDecays,
    radiation: Radiation,
    spectrum: Spectrum,
    decays: TauDecays,
    detector: Detector,
    jets: npt.NDArray[np.float64],
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one event of top quarks; True when it was selected and `row` is filled."""
    prompt = w.tau * (1.0 - w.tau_to_lepton) * w.tau_efficiency
    fake = (1.0 - w.lepton - w.tau) * 4.0 * w.jet_fake_rate * 0.5
    is_prompt = uniform(stream) * (prompt + fake) < prompt

    y, gap = normal(stream)
    y, gap = y * pair.rapidity, gap * pair.rapidity_gap
    count = emit(stream, radiation, spectrum, y, jets, 0)
    half_x, half_y = 0.0, 0.0
    for i in range(count):
        half_x -= 0.5 * jets[i, 0] * math.cos(jets[i, 2])
        half_y -= 0.5 * jets[i, 0] * math.sin(jets[i, 2])
    pt = pair.pt * (exponential(stream) + exponential(stream) + exponential(stream))
    phi = _TWO_PI * uniform(stream)
    px, py = pt * math.cos(phi), pt * math.sin(phi)
    top1 = from_transverse(half_x + px, half_y + py, y + gap, pair.mass)
    top2 = from_transverse(half_x - px, half_y - py, y - gap, pair.mass)
    bottom1, lepton_p, nu1 = w_products(stream, top1, pair, w)
    bottom2, other_p, nu2 = w_products(stream, top2, pair, w)

    lepton_pt = math.sqrt(lepton_p[0] ** 2 + lepton_p[1] ** 2)
    share1 = 1.0
    if uniform(stream) * (w.lepton + w.tau * w.tau_to_lepton) > w.lepton:
        least = 19.0 / lepton_pt
        if least >= 1.0 or uniform(stream) > leptonic_survival(least, -1.0):
            return False
        share1 = leptonic_share(stream, -1.0, least)
    elif lepton_pt < 19.0:
        return False
    nu_x = nu1[0] + (1.0 - share1) * lepton_p[0]
    nu_y = nu1[1] + (1.0 - share1) * lepton_p[1]

    if is_prompt:
        share2 = hadronic_share(stream, -1.0, decays)
        tau = visible(other_p, share2)
        nu_x += nu2[0] + (1.0 - share2) * other_p[0]
        nu_y += nu2[1] + (1.0 - share2) * other_p[1]
        count = append_parton(bottom1, jets, count)
        count = append_parton(bottom2, jets, count)
    else:
        which = int(4.0 * uniform(stream))
        partons = (bottom1, bottom2, other_p, nu2)
        tau = visible(partons[which], 1.0)
        for i in range(4):
            if i != which:
                count = append_parton(partons[i], jets, count)
    if tau.pt < 12.0:
        return False
    return measure(stream, detector, visible(lepton_p, share1), tau, (nu_x, nu_y), jets, count, row)
