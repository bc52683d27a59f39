"""Single top quarks with a lepton and a jet taken for a hadronic tau.

The t-channel: q b -> q' t by exchange of a W. The public data has no associated production with a W
(its weights tell its sub-processes apart), and too few events of the s-channel (0.2 %) to matter.
"""

import numpy as np
import numpy.typing as npt

from .compiled import inlined
from .constants import Detector, Radiation, SingleTop, TopPair, TopQuark, WDecays
from .detector import smallest_lepton_pt, smallest_tau_pt
from .kinematics import from_transverse, scaled
from .quantiles import Table
from .quark_jets import candidates, fake_tau_rate, neutrino_share, split, take_jet, which_jet
from .radiation import Jets, place_parton, recoil, spread
from .random_numbers import Stream, azimuth, exponential, normal, uniform
from .top_quarks import lepton_share, lepton_tau_event, pair_rate, top_decay

__all__ = ["single_top_event", "single_top_share"]


@inlined
def single_top_share(single: SingleTop, pair: TopPair, top: TopQuark, w: WDecays) -> float:
    """Share of single tops in the trials: cross-sections times rates of lepton and tau."""
    ours = single.cross_section * fake_tau_rate(w) * candidates(1, top)
    pairs = pair.cross_section * 2.0 * pair_rate(top, w)  # either W may give the lepton
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
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one single top quark; True when it was selected and `row` is filled."""
    candidate = uniform(stream) * candidates(1, top)
    noises = normal(stream), normal(stream)
    least1 = smallest_lepton_pt(noises[0], detector)
    least2 = smallest_tau_pt(noises[1], detector)
    emissions, sum_x, sum_y = recoil(stream, radiation, kt, exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 2)
    which = which_jet(candidate, emissions + 1, 1, top)
    if which < 0:
        return False
    soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
    recoil_x, recoil_y = 0.5 * (soft_x - sum_x), 0.5 * (soft_y - sum_y)
    pt = single.pt * (exponential(stream) + exponential(stream))
    gap = single.rapidity_gap * normal(stream)
    _, cosine, sine = azimuth(stream)
    px, py = pt * cosine, pt * sine
    momentum = from_transverse(recoil_x + px, recoil_y + py, -gap, top.mass)
    bottom, lepton, neutrino = top_decay(stream, momentum, top, w_masses)
    seen = scaled(lepton, lepton_share(stream, w, shares))
    if seen[0] * seen[0] + seen[1] * seen[1] < least1 * least1:
        return False
    spread(stream, radiation, jets, 0, emissions)
    count = emissions
    quark = from_transverse(recoil_x - px, recoil_y - py, gap, 0.0)
    lost = neutrino_share(stream, top)
    place_parton(jets, count, quark)
    place_parton(jets, count + 1, scaled(bottom, 1.0 - lost))
    tau = take_jet(stream, jets, which, count + 2, detector)
    count += 1
    if which < emissions:
        emissions -= 1
    if tau[0] * tau[0] + tau[1] * tau[1] < least2 * least2:
        return False
    count = split(stream, jets, emissions, count, top)
    soft = detector.soft_scale - 1.0  # of the recoil -soft
    unseen_x = neutrino[0] + lepton[0] - seen[0] + lost * bottom[0] + soft * soft_x
    unseen_y = neutrino[1] + lepton[1] - seen[1] + lost * bottom[1] + soft * soft_y
    return lepton_tau_event(
        stream,
        detector,
        seen,
        tau,
        noises,
        (unseen_x, unseen_y),
        single.rapidity,
        jets,
        emissions,
        count,
        radiation.pull,
        row,
    )
