"""Top quarks with a lepton and a hadronic tau, or a jet taken for one: pairs, and single ones."""

from typing import NamedTuple

from ...arrays import Floats
from ...numerics.without_arrays import inlined
from ..constants.particles import TopPair
from ..constants.radiation import Radiation
from ..constants.table import Constants
from ..physics.detector import (
    Cuts,
    cuts_of,
    inverse_lepton_threshold,
    inverse_tau_threshold,
    lost_recoil,
)
from ..physics.kinematics import FourMomentum, from_transverse, scaled, transverse2
from ..physics.quark_jets import (
    fake_candidates,
    faking_jet,
    jet_as_tau,
    neutrino_share,
    parton_as_tau,
)
from ..physics.radiation import Jets, recoil, write_parton
from ..physics.rapidities import draw_etas
from ..physics.responses import tau_noise_of
from ..physics.tau_pairs import boosted, central_rapidity, lepton_and_tau
from ..physics.taus import HADRONS
from ..sampling.quantiles import quantile
from ..sampling.random_numbers import Stream, direction, exponential, normal, uniform
from .process import Process, Tables, Workspace
from .single_top import single_top_event, single_top_share
from .top_decays import (
    Rates,
    lepton_share,
    rates_of,
    reconstruct_tops,
    soft_recoil,
    top_decay,
    unseen_of,
    w_mass_table,
)

__all__ = ["TOPS", "Prepared", "prepare_tops", "top_event"]

TOPS = Process(
    lambda c: (c.top_radiation, c.top_quark_radiation, c.top_quark_radiation),
    lambda c: w_mass_table(c.w),
)


class Prepared(NamedTuple):
    """What trials of top quarks need and the table of constants does not hold."""

    cuts: Cuts
    rates: Rates
    single: float
    """Share of single tops among the trials."""


@inlined
def prepare_tops(c: Constants) -> Prepared:
    """Computed once, outside of the loop over events."""
    single = single_top_share(c.single_top, c.top_pair, c.top, c.w)
    return Prepared(cuts_of(c.top_detector), rates_of(c.w), single)


@inlined
def top_event(
    stream: Stream, c: Constants, t: Tables, known: Prepared, space: Workspace, row: Floats
) -> bool:
    """Try one event of top quarks; True when it was selected and `row` is filled."""
    if uniform(stream) < known.single:
        return single_top_event(stream, c, t, known.cuts, space.jets, row)
    return _pair_event(stream, c, t, known, space.jets, row)


class _Motion(NamedTuple):
    """How the tops of a pair move."""

    px1: float
    py1: float
    px2: float
    py2: float
    gap: float
    """Half the difference of their rapidities."""
    soft_x: float
    soft_y: float


@inlined
def _draw_motion(
    stream: Stream, pair: TopPair, radiation: Radiation, sum_x: float, sum_y: float
) -> _Motion:
    """Draw how a pair moves that recoils against emissions with these sums of px and py."""
    soft_x, soft_y = soft_recoil(stream, radiation)
    recoil_x, recoil_y = 0.5 * (soft_x - sum_x), 0.5 * (soft_y - sum_y)
    gap = pair.rapidity_gap * normal(stream)
    pt = pair.pt * (exponential(stream) + exponential(stream) + exponential(stream))
    _, cosine, sine = direction(stream)
    px, py = pt * cosine, pt * sine
    return _Motion(recoil_x + px, recoil_y + py, recoil_x - px, recoil_y - py, gap, soft_x, soft_y)


@inlined
def _pair_event(
    stream: Stream, c: Constants, t: Tables, known: Prepared, jets: Jets, row: Floats
) -> bool:
    """Try one pair of top quarks; True when it was selected and `row` is filled."""
    top, pair, detector, cuts, rates = c.top, c.top_pair, c.top_detector, known.cuts, known.rates
    number = uniform(stream) * (rates.prompt + rates.fake * fake_candidates(2, top)) - rates.prompt
    is_prompt = number < 0.0
    by_quarks = uniform(stream) < pair.quark_annihilation
    radiation = c.top_quark_radiation if by_quarks else c.top_radiation
    kt = t.kts[1] if by_quarks else t.kts[0]
    emissions, sum_x, sum_y = recoil(stream, radiation, kt, exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 4)
    which = faking_jet(number / rates.fake, emissions + 2, 2, top)
    if not is_prompt and which < 0:
        return False
    noises = normal(stream), tau_noise_of(c.top_detector, normal(stream))
    motion = _draw_motion(stream, pair, radiation, sum_x, sum_y)
    top1 = from_transverse(motion.px1, motion.py1, motion.gap, top.mass)
    bottom1, lepton, neutrino1 = top_decay(stream, top1, top, t.masses)
    seen = scaled(lepton, lepton_share(stream, c.w, t.shares))
    if transverse2(seen) * inverse_lepton_threshold(noises[0], cuts) ** 2 < 1.0:
        return False
    top2 = from_transverse(motion.px2, motion.py2, -motion.gap, top.mass)
    bottom2, other, neutrino2 = top_decay(stream, top2, top, t.masses)
    lost1, lost2 = neutrino_share(stream, top), neutrino_share(stream, top)
    seen1, seen2 = scaled(bottom1, 1.0 - lost1), scaled(bottom2, 1.0 - lost2)
    by_radiation = (not is_prompt) and which < emissions
    if is_prompt:
        tau = scaled(other, quantile(t.shares, HADRONS, uniform(stream)))
    elif by_radiation:
        draw_etas(stream, radiation, jets, 0, emissions)
        tau = jet_as_tau(stream, jets, which, detector)
    else:
        quark = _quark(which - emissions, other, neutrino2, seen1, seen2)
        tau = parton_as_tau(stream, quark, detector)
    if transverse2(tau) * inverse_tau_threshold(noises[1], cuts) ** 2 < 1.0:
        return False
    event = lepton_and_tau(seen, tau, noises)
    inside, y = central_rapidity(stream, event, pair.rapidity, detector)
    if not inside:
        return False

    if not by_radiation:
        draw_etas(stream, radiation, jets, 0, emissions)
    unseen_x, unseen_y = unseen_of(neutrino1, lepton, seen)
    lost_x, lost_y = lost_recoil(detector, motion.soft_x, motion.soft_y)
    unseen_x = unseen_x + lost1 * bottom1[0] + lost2 * bottom2[0] + lost_x
    unseen_y = unseen_y + lost1 * bottom1[1] + lost2 * bottom2[1] + lost_y
    if is_prompt:
        more_x, more_y = unseen_of(neutrino2, other, tau)
        unseen_x, unseen_y = unseen_x + more_x, unseen_y + more_y
    count = _write_quarks(jets, emissions, is_prompt, other, neutrino2, seen1, seen2)
    numbers = emissions, count, -1 if is_prompt else which
    event = boosted(event, y, unseen_x, unseen_y)
    return reconstruct_tops(stream, c, radiation, event, y, jets, numbers, row)


@inlined
def _quark(
    k: int, down: FourMomentum, up: FourMomentum, bottom1: FourMomentum, bottom2: FourMomentum
) -> FourMomentum:
    """Quark k of an event: those of the W (in place of lepton and neutrino), then the bottoms."""
    light = down if k == 0 else up
    return light if k < 2 else bottom1 if k == 2 else bottom2


@inlined
def _write_quarks(
    jets: Jets,
    count: int,
    is_prompt: bool,
    down: FourMomentum,
    up: FourMomentum,
    bottom1: FourMomentum,
    bottom2: FourMomentum,
) -> int:
    """Append the quarks to the jets, those of a W only where it gave no tau; the new count."""
    if not is_prompt:
        write_parton(jets, count, down)
        write_parton(jets, count + 1, up)
        count += 2
    write_parton(jets, count, bottom1)
    write_parton(jets, count + 1, bottom2)
    return count + 2
