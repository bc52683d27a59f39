"""Single top quarks with a lepton and a jet taken for a hadronic tau.

The t-channel: q b -> q' t by exchange of a W. The public data has no associated production with a W
(its weights tell its sub-processes apart), and too few events of the s-channel (0.2 %) to matter.
"""

import numpy as np
import numpy.typing as npt

from ..compiled import inlined
from ..constants.detector import Detector
from ..constants.particles import SingleTop, TopPair, TopQuark, WDecays
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, lepton_ease, tau_ease
from ..physics.kinematics import from_transverse, scaled
from ..physics.quark_jets import (
    candidates,
    fake_tau_rate,
    jet_as_tau,
    neutrino_share,
    parton_as_tau,
    which_jet,
)
from ..physics.radiation import Jets, place_parton, recoil, spread
from ..physics.tau_pairs import normal_rapidity
from ..sampling.quantiles import Table
from ..sampling.random_numbers import Stream, azimuth, exponential, normal, uniform
from .top_quarks import (
    lepton_and_tau,
    lepton_share,
    measure_tops,
    moved,
    pair_rate,
    top_decay,
    transverse2,
)

__all__ = ["single_top_event", "single_top_share"]


@inlined
def single_top_share(single: SingleTop, pair: TopPair, top: TopQuark, w: WDecays) -> float:
    """Share of single tops in the trials: cross-sections times rates of lepton and tau.

    The cross-sections are taken to go with the density at rapidity 0, not with its integral.
    """
    ours = single.cross_section * fake_tau_rate(w) * candidates(1, top) * single.rapidity
    pairs = pair.cross_section * 2.0 * pair_rate(top, w) * pair.rapidity  # either W: the lepton
    return ours / (ours + pairs)


@inlined
def single_top_event(
    stream: Stream,
    top: TopQuark,
    single: SingleTop,
    w: WDecays,
    radiation: Radiation,
    kt: Table,
    w_masses: Table,
    shares: Table,
    detector: Detector,
    cuts: Cuts,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one single top quark; True when it was selected and `row` is filled."""
    candidate = uniform(stream) * candidates(1, top)
    emissions, sum_x, sum_y = recoil(stream, radiation, kt, exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 2)
    which = which_jet(candidate, emissions + 1, 1, top)
    if which < 0:
        return False
    noises = normal(stream), normal(stream)
    soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
    recoil_x, recoil_y = 0.5 * (soft_x - sum_x), 0.5 * (soft_y - sum_y)
    pt = single.pt * (exponential(stream) + exponential(stream))
    gap = single.rapidity_gap * normal(stream)
    _, cosine, sine = azimuth(stream)
    px, py = pt * cosine, pt * sine
    momentum = from_transverse(recoil_x + px, recoil_y + py, -gap, top.mass)
    bottom, lepton, neutrino = top_decay(stream, momentum, top, w_masses)
    seen = scaled(lepton, lepton_share(stream, w, shares))
    if transverse2(seen) * lepton_ease(noises[0], cuts) ** 2 < 1.0:
        return False
    quark = from_transverse(recoil_x - px, recoil_y - py, gap, 0.0)
    lost = neutrino_share(stream, top)
    seen_bottom = scaled(bottom, 1.0 - lost)
    by_radiation = which < emissions
    if by_radiation:
        spread(stream, radiation, jets, 0, emissions)
        tau = jet_as_tau(stream, jets, which, detector)
    else:
        tau = parton_as_tau(stream, quark if which == emissions else seen_bottom, detector)
    if transverse2(tau) * tau_ease(noises[1], cuts) ** 2 < 1.0:
        return False
    event = lepton_and_tau(seen, tau, noises)
    inside, y = normal_rapidity(stream, event.lepton_eta, event.tau_eta, single.rapidity, detector)
    if not inside:
        return False

    if not by_radiation:
        spread(stream, radiation, jets, 0, emissions)
    place_parton(jets, emissions, quark)
    place_parton(jets, emissions + 1, seen_bottom)
    soft = detector.soft_scale - 1.0  # of the recoil -soft
    unseen_x = neutrino[0] + lepton[0] - seen[0] + lost * bottom[0] + soft * soft_x
    unseen_y = neutrino[1] + lepton[1] - seen[1] + lost * bottom[1] + soft * soft_y
    event = moved(event, y, unseen_x, unseen_y)
    jet_numbers = emissions, emissions + 2, which
    return measure_tops(stream, top, radiation, detector, event, y, jets, jet_numbers, row)
