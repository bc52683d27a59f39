"""Pairs of top quarks with a lepton and a hadronic tau, or a jet taken for one."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..compiled import inlined, linked
from ..constants.detector import Detector
from ..constants.particles import TopPair, TopQuark, WDecays
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, Hypothesis, lepton_ease, measure, tau_ease
from ..physics.kinematics import (
    FourMomentum,
    around,
    boost,
    breit_wigner_density,
    decay,
    from_transverse,
    polar,
    pseudorapidity,
    scaled,
)
from ..physics.quark_jets import (
    candidates,
    fake_tau_rate,
    jet_as_tau,
    neutrino_share,
    parton_as_tau,
    remove,
    split,
    which_jet,
)
from ..physics.radiation import Jets, place_parton, recoil, shift, spread
from ..physics.tau_pairs import finish, normal_rapidity
from ..physics.taus import HADRONS, LEPTON
from ..sampling.quantiles import Table, inverse_distribution, quantile
from ..sampling.random_numbers import Stream, azimuth, exponential, normal, uniform

__all__ = [
    "Rates",
    "lepton_and_tau",
    "lepton_cosine",
    "lepton_share",
    "measure_tops",
    "moved",
    "pair_rate",
    "rates_of",
    "top_decay",
    "top_event",
    "transverse2",
    "w_mass_table",
]


def w_mass_table(w: WDecays) -> Table:
    """Inverse distribution of the W mass."""
    m = np.linspace(w.mass - 12.0 * w.width, w.mass + 12.0 * w.width, 4001)
    return inverse_distribution(m, breit_wigner_density(m, w.mass, w.width))[None, :]


@inlined
def lepton_cosine(stream: Stream, longitudinal: float) -> float:
    """Angle of the charged lepton in the W frame: longitudinal, or left-handed W of a top.

    The densities are 3/4 (1 - c^2) and 3/8 (1 - c)^2: those of the middle and of the largest of
    three numbers that are uniform in (-1, 1), the latter with the other sign.
    """
    is_longitudinal = uniform(stream) < longitudinal
    a, b, c = uniform(stream), uniform(stream), uniform(stream)
    largest = max(a, b, c)
    middle = max(min(a, b), min(max(a, b), c))
    return 2.0 * middle - 1.0 if is_longitudinal else 1.0 - 2.0 * largest


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
    way = around(axis, lepton_cosine(stream, top.longitudinal), cos_phi, sin_phi)
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


class Rates(NamedTuple):
    """Rates of what the W bosons of a top event give for a tau; see `rates_of`."""

    prompt: float
    """Of a hadronic tau."""
    fake: float
    """Of one light jet that is taken for one."""


@inlined
def rates_of(w: WDecays) -> Rates:
    """Computed once, outside of the loop over events."""
    prompt = w.tau * (1.0 - w.tau_to_lepton) * w.tau_efficiency
    return Rates(prompt, w.hadrons * fake_tau_rate(w))


@inlined
def pair_rate(top: TopQuark, w: WDecays) -> float:
    """Rate of what one W of a pair may give for a tau, when the other gives the lepton."""
    rates = rates_of(w)
    return rates.prompt + rates.fake * candidates(2, top)


@inlined
def transverse2(p: FourMomentum) -> float:
    """pT^2 of a momentum."""
    return p[0] * p[0] + p[1] * p[1]


@inlined
def lepton_and_tau(
    lepton: FourMomentum, tau: FourMomentum, noises: tuple[float, float]
) -> Hypothesis:
    """An event by the visible momenta; nothing unseen yet."""
    pt1, pt2 = math.sqrt(transverse2(lepton)), math.sqrt(transverse2(tau))
    return Hypothesis(
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
def moved(event: Hypothesis, y: float, unseen_x: float, unseen_y: float) -> Hypothesis:
    """The event after a boost along the beam, with the unseen momentum."""
    return finish(
        event,
        event.lepton_noise,
        event.tau_noise,
        unseen_x,
        unseen_y,
        y,
        event.lepton_eta,
        event.tau_eta,
    )


@inlined
def measure_tops(
    stream: Stream,
    top: TopQuark,
    radiation: Radiation,
    detector: Detector,
    event: Hypothesis,
    y: float,
    jets: Jets,
    numbers: tuple[int, int, int],
    row: npt.NDArray[np.float32],
) -> bool:
    """Measure an event of top quarks at rapidity y; True when it was selected.

    `numbers`: how many of the jets are emissions (they come first), how many jets there are, and
    which of them is taken for the tau, or -1.
    """
    emissions, count, taken = numbers
    if taken >= 0:
        count = remove(jets, taken, count)
        emissions -= int(taken < emissions)
    count = split(stream, jets, emissions, count, top)
    shift(jets, 0, emissions, radiation.pull * y)
    shift(jets, emissions, count, y)
    return measure(stream, detector, event, jets, count, row)


@inlined
def top_event(
    stream: Stream,
    top: TopQuark,
    pair: TopPair,
    w: WDecays,
    rates: Rates,
    radiations: tuple[Radiation, Radiation],
    kts: tuple[Table, Table],
    w_masses: Table,
    shares: Table,
    detector: Detector,
    cuts: Cuts,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one pair of top quarks; True when it was selected and `row` is filled.

    The radiations are those of gluon fusion and of quark annihilation.
    """
    candidate = uniform(stream) * (rates.prompt + rates.fake * candidates(2, top)) - rates.prompt
    is_prompt = candidate < 0.0
    by_quarks = uniform(stream) < pair.quark_annihilation
    radiation, kt = (radiations[1], kts[1]) if by_quarks else (radiations[0], kts[0])
    emissions, sum_x, sum_y = recoil(stream, radiation, kt, exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 4)
    which = which_jet(candidate / rates.fake, emissions + 2, 2, top)
    if not is_prompt and which < 0:
        return False
    noises = normal(stream), normal(stream)
    soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
    recoil_x, recoil_y = 0.5 * (soft_x - sum_x), 0.5 * (soft_y - sum_y)
    gap = pair.rapidity_gap * normal(stream)
    pt = pair.pt * (exponential(stream) + exponential(stream) + exponential(stream))
    _, cosine, sine = azimuth(stream)
    px, py = pt * cosine, pt * sine
    top1 = from_transverse(recoil_x + px, recoil_y + py, gap, top.mass)
    bottom1, lepton, neutrino1 = top_decay(stream, top1, top, w_masses)
    seen = scaled(lepton, lepton_share(stream, w, shares))
    if transverse2(seen) * lepton_ease(noises[0], cuts) ** 2 < 1.0:
        return False
    top2 = from_transverse(recoil_x - px, recoil_y - py, -gap, top.mass)
    bottom2, other, neutrino2 = top_decay(stream, top2, top, w_masses)
    lost1, lost2 = neutrino_share(stream, top), neutrino_share(stream, top)
    seen1, seen2 = scaled(bottom1, 1.0 - lost1), scaled(bottom2, 1.0 - lost2)
    by_radiation = (not is_prompt) and which < emissions
    if is_prompt:
        tau = scaled(other, quantile(shares, HADRONS, uniform(stream)))
    elif by_radiation:
        spread(stream, radiation, jets, 0, emissions)
        tau = jet_as_tau(stream, jets, which, detector)
    else:
        k = which - emissions
        quark = other if k == 0 else neutrino2  # what a W gives for lepton and neutrino
        tau = parton_as_tau(stream, quark if k < 2 else seen1 if k == 2 else seen2, detector)
    if transverse2(tau) * tau_ease(noises[1], cuts) ** 2 < 1.0:
        return False
    event = lepton_and_tau(seen, tau, noises)
    inside, y = normal_rapidity(stream, event.lepton_eta, event.tau_eta, pair.rapidity, detector)
    if not inside:
        return False

    if not by_radiation:
        spread(stream, radiation, jets, 0, emissions)
    soft = detector.soft_scale - 1.0  # of the recoil -soft
    unseen_x = neutrino1[0] + lepton[0] - seen[0] + lost1 * bottom1[0] + lost2 * bottom2[0]
    unseen_y = neutrino1[1] + lepton[1] - seen[1] + lost1 * bottom1[1] + lost2 * bottom2[1]
    unseen_x += soft * soft_x
    unseen_y += soft * soft_y
    count = emissions
    if is_prompt:
        unseen_x += neutrino2[0] + other[0] - tau[0]
        unseen_y += neutrino2[1] + other[1] - tau[1]
    else:
        place_parton(jets, count, other)
        place_parton(jets, count + 1, neutrino2)
        count += 2
    place_parton(jets, count, seen1)
    place_parton(jets, count + 1, seen2)
    event = moved(event, y, unseen_x, unseen_y)
    jet_numbers = emissions, count + 2, -1 if is_prompt else which
    return measure_tops(stream, top, radiation, detector, event, y, jets, jet_numbers, row)
