"""Decays of top quarks and W bosons, and what events of one and of two top quarks share."""

import math
from typing import NamedTuple

import numpy as np

from ...arrays import Floats
from ...numerics.without_arrays import inlined, linked
from ..constants.particles import TopQuark, WDecays
from ..constants.radiation import Radiation
from ..constants.table import Constants
from ..physics.detector import FinalState, reconstruct
from ..physics.kinematics import (
    FourMomentum,
    around,
    boost,
    breit_wigner_density,
    polar,
    two_body_decay,
)
from ..physics.quark_jets import fake_candidates, fake_tau_rate, remove, split
from ..physics.radiation import Jets
from ..physics.rapidities import boost_emissions, boost_jets
from ..physics.taus import LEPTON
from ..sampling.quantiles import Table, inverse_distribution, quantile
from ..sampling.random_numbers import Stream, direction, exponential, normal, uniform

__all__ = [
    "Rates",
    "lepton_cosine",
    "lepton_share",
    "pair_rate",
    "rates_of",
    "reconstruct_tops",
    "soft_recoil",
    "top_decay",
    "unseen_of",
    "w_mass_table",
]


def w_mass_table(w: WDecays) -> Table:
    """Inverse distribution of the W mass."""
    m = np.linspace(w.mass - 12.0 * w.width, w.mass + 12.0 * w.width, 4001)
    return inverse_distribution(m, breit_wigner_density(m, w.mass, w.width))[None, :]


@inlined
def lepton_cosine(stream: Stream, longitudinal: float) -> float:
    """Cosine of the charged lepton's angle in the W frame: longitudinal, or left-handed W of a top.

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
    _, cos_phi, sin_phi = direction(stream)
    axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
    energy = 0.5 * (top.mass + (w_mass**2 - top.bottom_mass**2) / top.mass)
    p = math.sqrt(energy * energy - w_mass * w_mass)
    w_rest = (p * axis[0], p * axis[1], p * axis[2], energy)
    _, cos_phi, sin_phi = direction(stream)
    way = around(axis, lepton_cosine(stream, top.longitudinal), cos_phi, sin_phi)
    lepton_rest, _ = two_body_decay(w_rest, w_mass, 0.0, way)
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


@inlined
def unseen_of(
    neutrino: FourMomentum, whole: FourMomentum, seen: FourMomentum
) -> tuple[float, float]:
    """Unseen px and py of a W's decay: the neutrino, and what of its partner is not seen."""
    return neutrino[0] + whole[0] - seen[0], neutrino[1] + whole[1] - seen[1]


@inlined
def soft_recoil(stream: Stream, radiation: Radiation) -> tuple[float, float]:
    """px and py that emissions too soft for a jet give to the hard process, GeV."""
    return radiation.soft * normal(stream), radiation.soft * normal(stream)


class Rates(NamedTuple):
    """Rates of what the W bosons of a top event give for a tau; see `rates_of`."""

    prompt: float
    """Rate of a hadronic tau."""
    fake: float
    """Rate of one light jet that is taken for a tau."""


@inlined
def rates_of(w: WDecays) -> Rates:
    """The rates by the decays of the W."""
    prompt = w.tau * (1.0 - w.tau_to_lepton) * w.tau_efficiency
    return Rates(prompt, w.hadrons * fake_tau_rate(w))


@inlined
def pair_rate(top: TopQuark, w: WDecays) -> float:
    """Rate of what one W of a pair may give for a tau, when the other gives the lepton."""
    rates = rates_of(w)
    return rates.prompt + rates.fake * fake_candidates(2, top)


@inlined
def reconstruct_tops(
    stream: Stream,
    c: Constants,
    radiation: Radiation,
    event: FinalState,
    y: float,
    jets: Jets,
    numbers: tuple[int, int, int],
    row: Floats,
) -> bool:
    """Reconstruct an event of top quarks at rapidity y; True when it was selected.

    `numbers`: how many of the jets are emissions (they come first), how many jets there are, and
    which of them is taken for the tau, or -1.
    """
    emissions, count, taken = numbers
    if taken >= 0:
        count = remove(jets, taken, count)
        emissions -= int(taken < emissions)
    count = split(stream, jets, emissions, count, c.top)
    boost_emissions(jets, 0, emissions, radiation, y)
    boost_jets(jets, emissions, count, y)
    return reconstruct(stream, c.top_detector, event, jets, count, exponential(stream), row)
