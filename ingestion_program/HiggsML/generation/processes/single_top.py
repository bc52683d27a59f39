"""Single top quarks with a lepton and a jet taken for a hadronic tau.

The t-channel: q b -> q' t by exchange of a W. The public data has no associated production with a W
(its weights tell its sub-processes apart), and too few events of the s-channel (0.2 %) to matter.
"""

from ...arrays import Floats
from ...numerics.without_arrays import inlined
from ..constants.particles import SingleTop, TopPair, TopQuark, WDecays
from ..constants.table import Constants
from ..physics.detector import (
    Cuts,
    inverse_lepton_threshold,
    inverse_tau_threshold,
    lost_recoil,
)
from ..physics.kinematics import from_transverse, scaled, transverse2
from ..physics.quark_jets import (
    fake_candidates,
    fake_tau_rate,
    faking_jet,
    jet_as_tau,
    neutrino_share,
    parton_as_tau,
)
from ..physics.radiation import Jets, recoil, write_parton
from ..physics.rapidities import draw_etas
from ..physics.responses import tau_noise_of
from ..physics.tau_pairs import boosted, central_rapidity, lepton_and_tau
from ..sampling.random_numbers import Stream, direction, exponential, normal, uniform
from .process import Tables
from .top_decays import lepton_share, pair_rate, reconstruct_tops, soft_recoil, top_decay, unseen_of

__all__ = ["single_top_event", "single_top_share"]


@inlined
def single_top_share(single: SingleTop, pair: TopPair, top: TopQuark, w: WDecays) -> float:
    """Share of single tops in the trials: cross-sections times rates of lepton and tau.

    The cross-sections are taken to go with the density at rapidity 0, not with its integral.
    """
    ours = single.cross_section * fake_tau_rate(w) * fake_candidates(1, top) * single.rapidity
    pairs = pair.cross_section * 2.0 * pair_rate(top, w) * pair.rapidity  # either W: the lepton
    return ours / (ours + pairs)


@inlined
def single_top_event(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, jets: Jets, row: Floats
) -> bool:
    """Try one single top quark; True when it was selected and `row` is filled."""
    top, single, detector, radiation = c.top, c.single_top, c.top_detector, c.top_quark_radiation
    number = uniform(stream) * fake_candidates(1, top)
    emissions, sum_x, sum_y = recoil(stream, radiation, t.kts[1], exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 2)
    which = faking_jet(number, emissions + 1, 1, top)
    if which < 0:
        return False
    noises = normal(stream), tau_noise_of(c.top_detector, normal(stream))
    soft_x, soft_y = soft_recoil(stream, radiation)
    recoil_x, recoil_y = 0.5 * (soft_x - sum_x), 0.5 * (soft_y - sum_y)
    pt = single.pt * (exponential(stream) + exponential(stream))
    gap = single.rapidity_gap * normal(stream)
    _, cosine, sine = direction(stream)
    px, py = pt * cosine, pt * sine
    momentum = from_transverse(recoil_x + px, recoil_y + py, -gap, top.mass)
    bottom, lepton, neutrino = top_decay(stream, momentum, top, t.masses)
    seen = scaled(lepton, lepton_share(stream, c.w, t.shares))
    if transverse2(seen) * inverse_lepton_threshold(noises[0], cuts) ** 2 < 1.0:
        return False
    quark = from_transverse(recoil_x - px, recoil_y - py, gap, 0.0)
    lost = neutrino_share(stream, top)
    seen_bottom = scaled(bottom, 1.0 - lost)
    by_radiation = which < emissions
    if by_radiation:
        draw_etas(stream, radiation, jets, 0, emissions)
        tau = jet_as_tau(stream, jets, which, detector)
    else:
        tau = parton_as_tau(stream, quark if which == emissions else seen_bottom, detector)
    if transverse2(tau) * inverse_tau_threshold(noises[1], cuts) ** 2 < 1.0:
        return False
    event = lepton_and_tau(seen, tau, noises)
    inside, y = central_rapidity(stream, event, single.rapidity, detector)
    if not inside:
        return False

    if not by_radiation:
        draw_etas(stream, radiation, jets, 0, emissions)
    write_parton(jets, emissions, quark)
    write_parton(jets, emissions + 1, seen_bottom)
    unseen_x, unseen_y = unseen_of(neutrino, lepton, seen)
    lost_x, lost_y = lost_recoil(detector, soft_x, soft_y)
    unseen_x, unseen_y = unseen_x + lost * bottom[0], unseen_y + lost * bottom[1]
    event = boosted(event, y, unseen_x + lost_x, unseen_y + lost_y)
    numbers = emissions, emissions + 2, which
    return reconstruct_tops(stream, c, radiation, event, y, jets, numbers, row)
