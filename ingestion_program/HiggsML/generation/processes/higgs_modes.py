"""The Higgs beside other particles: vector-boson fusion, a W or Z, a pair of top quarks.

What is beside it may give the lepton: then both taus decay to hadrons, and one of them is a jet.
"""

import math
from typing import NamedTuple

from ...arrays import Floats
from ...numerics.without_arrays import inlined, linked
from ..constants.particles import Higgs
from ..constants.table import Constants
from ..physics.detector import (
    Cuts,
    FinalState,
    inverse_lepton_threshold,
    lost_recoil,
    reconstruct,
)
from ..physics.fake_taus import with_fakes
from ..physics.kinematics import (
    FourMomentum,
    from_transverse,
    polar,
    pseudorapidity,
    scaled,
    transverse2,
    two_body_decay,
)
from ..physics.radiation import Jets, X, Y, recoil, write_jet, write_parton
from ..physics.rapidities import boost_emissions, boost_jets, draw_etas
from ..physics.second_collisions import with_second_collision
from ..physics.tau_pairs import boosted, central_rapidity, opened, with_noise
from ..physics.taus import HADRONS
from ..sampling.quantiles import quantile
from ..sampling.random_numbers import Stream, direction, exponential, normal, uniform
from . import boson_layout as at
from .boson_candidates import taus_of
from .process import Tables, Workspace
from .top_decays import lepton_share, unseen_of

__all__ = ["gluon_fusion_share", "rare_higgs_event"]

_NOTHING = (0.0, 0.0, 0.0, 0.0)
_LEAST_SHARE = 1e-3  # of a tau's energy that is seen: it becomes a jet, which has a direction


class _Beside(NamedTuple):
    """What there is beside the Higgs; its jets are written."""

    jets: int
    x: float
    """px and py of all of it, GeV."""
    y: float
    unseen_x: float
    """px and py of its neutrinos and of what is lost, GeV."""
    unseen_y: float
    lepton: FourMomentum
    """Of a lepton that is seen; nothing where there is none."""


@inlined
def gluon_fusion_share(higgs: Higgs) -> float:
    """Share of trials whose Higgs comes of gluon fusion."""
    return higgs.gluon_fusion / _all_modes(higgs)


@inlined
def _all_modes(higgs: Higgs) -> float:
    return higgs.gluon_fusion + higgs.vector_fusion + higgs.associated + higgs.with_tops


@linked
def rare_higgs_event(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace, i: int, row: Floats
) -> bool:
    """Finish a candidate of another mode than gluon fusion.

    Its recoil is left open by the candidate, and drawn here; radiations as those modes have them.
    """
    s, jets, higgs, detector = space.scratch, space.jets, c.higgs, c.detector
    mode = s[at.MODE + i] * _all_modes(higgs)
    is_fusion = mode < higgs.gluon_fusion + higgs.vector_fusion
    if is_fusion:
        radiation, tables = c.vector_fusion_radiation, t.kts[1]
        beside = _tag_jets(stream, higgs, jets)
    else:
        radiation, tables = c.associated_radiation, t.kts[2]
        if mode < _all_modes(higgs) - higgs.with_tops:
            beside = _other_boson(stream, c, t, jets)
        else:
            beside = _top_quarks(stream, c, t, jets)
    soft_x = s[at.SOFT_X + i] * (radiation.soft / c.gluon_fusion_radiation.soft)
    soft_y = s[at.SOFT_Y + i] * (radiation.soft / c.gluon_fusion_radiation.soft)
    tags = beside.jets
    count, more_x, more_y = recoil(stream, radiation, tables, s[at.NUMBER + i], jets, tags)
    px, py = soft_x - beside.x - more_x, soft_y - beside.y - more_y
    by_tau = beside.lepton[3] == 0.0
    if not by_tau:
        count = min(count, len(jets) - 1)
        helicity = int(2.0 * uniform(stream))
        s[at.X1 + i] = _LEAST_SHARE + quantile(t.shares, HADRONS + helicity, uniform(stream))
    possible, event = taus_of(s, i, px, py, cuts)
    if by_tau and not possible:
        return False
    event = with_noise(event, s[at.NOISE1 + i], s[at.NOISE2 + i])
    if not by_tau:
        seen = beside.lepton
        if transverse2(seen) * inverse_lepton_threshold(s[at.NOISE1 + i], cuts) ** 2 < 1.0:
            return False
        event = _with_lepton(event, seen, jets, count)
    inside, y = central_rapidity(stream, event, higgs.rapidity, detector)
    if not inside:
        return False
    draw_etas(stream, radiation, jets, tags, count)
    boost_jets(jets, 0, tags, radiation.pull * y if is_fusion else y)
    boost_emissions(jets, tags, count, radiation, y)
    if not by_tau:
        boost_jets(jets, count, count + 1, y)
        count += 1
    activity = exponential(stream)
    count = with_second_collision(stream, c.second_collision, activity, jets, count)
    lost_x, lost_y = lost_recoil(detector, soft_x, soft_y)
    event = boosted(event, y, beside.unseen_x + lost_x, beside.unseen_y + lost_y)
    event = opened(stream, event, s[at.X1 + i] if by_tau else 1.0, s[at.X2 + i])
    faking = s[at.FAKING + i] > 0.0
    passed, event = with_fakes(stream, detector, event, jets, count, faking)
    return passed and reconstruct(stream, detector, event, jets, count, activity, row)


@inlined
def _with_lepton(event: FinalState, lepton: FourMomentum, jets: Jets, count: int) -> FinalState:
    """The event with this lepton; the tau in its place becomes jet `count`."""
    pt = event.lepton_pt
    phi = math.atan2(event.lepton_y, event.lepton_x)
    x, y = event.lepton_x / pt, event.lepton_y / pt
    write_jet(jets, count, pt, event.lepton_eta, phi, x, y)
    lepton_pt = math.sqrt(transverse2(lepton))
    return FinalState(
        lepton_pt,
        pseudorapidity(lepton[2] / lepton_pt),
        lepton[0],
        lepton[1],
        event.tau_pt,
        event.tau_eta,
        event.tau_x,
        event.tau_y,
        event.lepton_noise,
        event.tau_noise,
        event.unseen_x,
        event.unseen_y,
    )


@inlined
def _tag_jets(stream: Stream, higgs: Higgs, jets: Jets) -> _Beside:
    """The quarks of vector-boson fusion as jets 0 and 1."""
    half = 0.5 * abs(higgs.tag_gap + higgs.tag_gap_spread * normal(stream))
    middle = higgs.tag_middle * normal(stream)
    for i in range(2):
        pt = higgs.tag_pt * math.exp(higgs.tag_spread * normal(stream))
        phi, cosine, sine = direction(stream)
        write_jet(jets, i, pt, middle + half - 2 * i * half, phi, cosine, sine)
    return _Beside(2, jets[0, X] + jets[1, X], jets[0, Y] + jets[1, Y], 0.0, 0.0, _NOTHING)


@inlined
def _other_boson(stream: Stream, c: Constants, t: Tables, jets: Jets) -> _Beside:
    """The W or Z beside the Higgs."""
    higgs = c.higgs
    pt = higgs.vh_pt * math.exp(higgs.vh_spread * normal(stream))
    _, cosine, sine = direction(stream)
    px, py = pt * cosine, pt * sine
    boson = from_transverse(px, py, higgs.vh_gap * normal(stream), higgs.vh_mass)
    fermion1, fermion2 = _decay(stream, boson, higgs.vh_mass)
    number = uniform(stream)
    if number < higgs.vh_lepton:
        seen = scaled(fermion1, lepton_share(stream, c.w, t.shares))
        unseen_x, unseen_y = unseen_of(fermion2, fermion1, seen)
        return _Beside(0, px, py, unseen_x, unseen_y, seen)
    if number < higgs.vh_lepton + higgs.vh_unseen:
        return _Beside(0, px, py, px, py, _NOTHING)
    write_parton(jets, 0, fermion1)
    write_parton(jets, 1, fermion2)
    return _Beside(2, px, py, 0.0, 0.0, _NOTHING)


@linked
def _decay(stream: Stream, parent: FourMomentum, mass: float) -> tuple[FourMomentum, FourMomentum]:
    """A decay to two massless particles in any direction."""
    _, cos_phi, sin_phi = direction(stream)
    axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
    return two_body_decay(parent, mass, 0.0, axis)


@linked
def _top_quarks(stream: Stream, c: Constants, t: Tables, jets: Jets) -> _Beside:
    """The pair of top quarks beside the Higgs: quarks, but for the lepton that one may give."""
    higgs = c.higgs
    pt = higgs.tth_pt * math.exp(higgs.tth_spread * normal(stream))
    _, cosine, sine = direction(stream)
    px, py = pt * cosine, pt * sine
    pt = higgs.tth_top_pt * (exponential(stream) + exponential(stream) + exponential(stream))
    _, cosine, sine = direction(stream)
    unseen_x, unseen_y, seen, count = 0.0, 0.0, _NOTHING, 0
    for sign in (1.0, -1.0):
        x, y = 0.5 * px + sign * pt * cosine, 0.5 * py + sign * pt * sine
        top = from_transverse(x, y, higgs.tth_gap * normal(stream), c.top.mass)
        _, cos_phi, sin_phi = direction(stream)
        axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
        w, bottom = two_body_decay(top, c.top.mass, c.w.mass, axis)
        fermion1, fermion2 = _decay(stream, w, c.w.mass)
        write_parton(jets, count, bottom)
        count += 1
        if sign > 0.0 and uniform(stream) < higgs.tth_lepton:
            seen = scaled(fermion1, lepton_share(stream, c.w, t.shares))
            unseen_x, unseen_y = unseen_of(fermion2, fermion1, seen)
        else:
            write_parton(jets, count, fermion1)
            write_parton(jets, count + 1, fermion2)
            count += 2
    return _Beside(count, px, py, unseen_x, unseen_y, seen)
