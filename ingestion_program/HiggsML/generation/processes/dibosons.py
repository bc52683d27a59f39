"""WW, WZ and ZZ with a lepton and a hadronic tau, or a jet taken for one."""

import math
from typing import NamedTuple

from ...arrays import Floats
from ...numerics.without_arrays import inlined
from ..constants.table import Constants
from ..physics.detector import (
    Cuts,
    cuts_of,
    inverse_lepton_threshold,
    inverse_tau_threshold,
    lost_recoil,
    reconstruct,
)
from ..physics.kinematics import (
    Direction,
    FourMomentum,
    around,
    from_transverse,
    polar,
    scaled,
    transverse2,
    two_body_decay,
)
from ..physics.quark_jets import jet_as_tau, parton_as_tau, remove
from ..physics.radiation import Jets, recoil, write_parton
from ..physics.rapidities import boost_emissions, boost_jets, draw_etas
from ..physics.responses import tau_noise_of
from ..physics.tau_pairs import boosted, lepton_and_tau, rapidity_between, tau_pair, with_noise
from ..physics.taus import HADRONS, LEPTON
from ..sampling.quantiles import quantile
from ..sampling.random_numbers import Stream, direction, exponential, normal, uniform
from .process import Process, Tables, Workspace
from .top_decays import lepton_share, soft_recoil, unseen_of, w_mass_table

__all__ = ["DIBOSONS", "diboson_cuts", "diboson_event"]

MOST_FAKES = 6
"""Most jets that are looked at as fake taus: two quarks and the hardest emissions."""

DIBOSONS = Process(
    lambda c: (c.diboson_radiation, c.diboson_radiation, c.diboson_radiation),
    lambda c: w_mass_table(c.w),
)


class _Bosons(NamedTuple):
    """Two bosons and what they recoil against, before they decay."""

    px1: float
    py1: float
    px2: float
    py2: float
    mass2: float
    """Mass of the second, GeV."""
    gap: float
    """Half the difference of their rapidities."""
    emissions: int
    """Number of jets, all of radiation."""
    noises: tuple[float, float]
    """Standard normal numbers of the energy measurements of lepton and tau."""
    inverses: tuple[float, float]
    """Inverses of the least pT of lepton and tau, 1/GeV."""
    lost: tuple[float, float]
    """px and py of the soft recoil that the detector misses, GeV."""


@inlined
def diboson_cuts(c: Constants) -> Cuts:
    """The cuts that dibosons are tried against."""
    return cuts_of(c.diboson_detector)


@inlined
def diboson_event(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace, row: Floats
) -> bool:
    """Try one event of two bosons; True when it was selected and `row` is filled."""
    vv, radiation, jets = c.diboson, c.diboson_radiation, space.jets
    mode = uniform(stream) * (vv.two_leptons + vv.z_and_jets + vv.z_and_nothing + vv.fake)
    emissions, sum_x, sum_y = recoil(stream, radiation, t.kts[0], exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 2)
    is_pair = mode < vv.z_and_jets + vv.z_and_nothing
    is_prompt = mode < vv.z_and_jets + vv.z_and_nothing + vv.two_leptons
    which = 0 if is_prompt else int(MOST_FAKES * uniform(stream)) - 2
    if not is_prompt and which >= emissions:
        return False
    bosons = _draw_bosons(stream, c, t, cuts, emissions, sum_x, sum_y)
    if is_pair:
        return _tau_pair_event(stream, c, t, bosons, mode < vv.z_and_jets, jets, row)
    return _w_event(stream, c, t, bosons, is_prompt, which, jets, row)


@inlined
def _draw_bosons(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, emissions: int, sum_x: float, sum_y: float
) -> _Bosons:
    """Draw the bosons that recoil against emissions of this number, px and py."""
    vv, radiation = c.diboson, c.diboson_radiation
    noises = normal(stream), tau_noise_of(c.diboson_detector, normal(stream))
    inverses = inverse_lepton_threshold(noises[0], cuts), inverse_tau_threshold(noises[1], cuts)
    soft_x, soft_y = soft_recoil(stream, radiation)
    sum_x, sum_y = sum_x + soft_x, sum_y + soft_y
    gap = vv.rapidity_gap * normal(stream)
    pt = vv.pt * (exponential(stream) + exponential(stream))
    _, cosine, sine = direction(stream)
    px1, py1 = pt * cosine - 0.5 * sum_x, pt * sine - 0.5 * sum_y
    px2, py2 = -pt * cosine - 0.5 * sum_x, -pt * sine - 0.5 * sum_y
    mass2 = quantile(t.masses, 0, uniform(stream))
    # Nothing, since this detector's `soft_scale` is 1: a simplification, see its constants.
    lost = lost_recoil(c.diboson_detector, -soft_x, -soft_y)
    return _Bosons(px1, py1, px2, py2, mass2, gap, emissions, noises, inverses, lost)


@inlined
def _tau_pair_event(
    stream: Stream,
    c: Constants,
    t: Tables,
    bosons: _Bosons,
    has_quarks: bool,
    jets: Jets,
    row: Floats,
) -> bool:
    """Z -> tau tau; the other boson decays to quarks or, as a Z, to neutrinos."""
    vv, radiation, detector = c.diboson, c.diboson_radiation, c.diboson_detector
    right = 1 if uniform(stream) < vv.z_right else 0
    x1 = quantile(t.shares, LEPTON + right, uniform(stream))
    x2 = quantile(t.shares, HADRONS + right, uniform(stream))
    cos_theta = 2.0 * uniform(stream) - 1.0
    inverses = bosons.inverses[0] * x1, bosons.inverses[1] * x2
    possible, event = tau_pair(
        stream, bosons.px1, bosons.py1, vv.z_mass, cos_theta, (x1, x2), inverses
    )
    if not possible:
        return False
    event = with_noise(event, bosons.noises[0], bosons.noises[1])
    inside, y = rapidity_between(stream, event, vv.rapidity, detector)
    if not inside:
        return False
    count = emissions = bosons.emissions
    draw_etas(stream, radiation, jets, 0, emissions)
    unseen_x, unseen_y = bosons.px2, bosons.py2
    if has_quarks:
        unseen_x, unseen_y = 0.0, 0.0
        boson2 = from_transverse(bosons.px2, bosons.py2, 2.0 * bosons.gap, bosons.mass2)
        _, cos_phi, sin_phi = direction(stream)
        axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
        quark1, quark2 = two_body_decay(boson2, bosons.mass2, 0.0, axis)
        write_parton(jets, count, quark1)
        write_parton(jets, count + 1, quark2)
        count += 2
    boost_emissions(jets, 0, emissions, radiation, y)
    boost_jets(jets, emissions, count, y)
    event = boosted(event, y, unseen_x + bosons.lost[0], unseen_y + bosons.lost[1])
    return reconstruct(stream, detector, event, jets, count, exponential(stream), row)


@inlined
def _w_event(
    stream: Stream,
    c: Constants,
    t: Tables,
    bosons: _Bosons,
    is_prompt: bool,
    which: int,
    jets: Jets,
    row: Floats,
) -> bool:
    """W -> lepton; the other boson, as a W, gives a prompt tau, or a jet is taken for one.

    `which` of the jets: -2 and -1 are the quarks of the other boson, the rest are emissions.
    """
    vv, radiation, detector = c.diboson, c.diboson_radiation, c.diboson_detector
    count = emissions = bosons.emissions
    mass1 = quantile(t.masses, 0, uniform(stream))
    boson1 = from_transverse(bosons.px1, bosons.py1, bosons.gap, mass1)
    lepton, neutrino = two_body_decay(boson1, mass1, 0.0, _along_flight(stream, boson1, vv.forward))
    seen = scaled(lepton, lepton_share(stream, c.w, t.shares))
    if transverse2(seen) * bosons.inverses[0] * bosons.inverses[0] < 1.0:
        return False
    by_radiation = not is_prompt and which >= 0
    if by_radiation:
        draw_etas(stream, radiation, jets, 0, emissions)
        tau = jet_as_tau(stream, jets, which, detector)
    boson2 = from_transverse(bosons.px2, bosons.py2, -bosons.gap, bosons.mass2)
    axis = _along_flight(stream, boson2, vv.forward)
    other1, other2 = two_body_decay(boson2, bosons.mass2, 0.0, axis)
    if is_prompt:
        tau = scaled(other1, quantile(t.shares, HADRONS, uniform(stream)))
    elif not by_radiation:
        tau = parton_as_tau(stream, other1 if which == -2 else other2, detector)
    if transverse2(tau) * bosons.inverses[1] * bosons.inverses[1] < 1.0:
        return False
    event = lepton_and_tau(seen, tau, bosons.noises)
    inside, y = rapidity_between(stream, event, vv.rapidity, detector)
    if not inside:
        return False

    if not by_radiation:
        draw_etas(stream, radiation, jets, 0, emissions)
    unseen_x, unseen_y = unseen_of(neutrino, lepton, seen)
    if is_prompt:
        more_x, more_y = unseen_of(other2, other1, tau)
        unseen_x, unseen_y = unseen_x + more_x, unseen_y + more_y
    elif by_radiation and uniform(stream) < vv.hidden:
        unseen_x, unseen_y = unseen_x + bosons.px2, unseen_y + bosons.py2
    else:
        write_parton(jets, count, other1)
        write_parton(jets, count + 1, other2)
        count += 2
    if not is_prompt:
        count = remove(jets, which if by_radiation else count + which, count)
        emissions -= int(by_radiation)
    boost_emissions(jets, 0, emissions, radiation, y)
    boost_jets(jets, emissions, count, y)
    event = boosted(event, y, unseen_x + bosons.lost[0], unseen_y + bosons.lost[1])
    return reconstruct(stream, detector, event, jets, count, exponential(stream), row)


@inlined
def _along_flight(stream: Stream, boson: FourMomentum, asymmetry: float) -> Direction:
    """A direction at an angle to the boson's flight: cos(theta) with density (1 + a cos) / 2."""
    cosine = 2.0 * uniform(stream) - 1.0
    if 2.0 * uniform(stream) > 1.0 + asymmetry * cosine:
        cosine = -cosine
    p = math.sqrt(boson[0] * boson[0] + boson[1] * boson[1] + boson[2] * boson[2])
    _, cos_phi, sin_phi = direction(stream)
    return around((boson[0] / p, boson[1] / p, boson[2] / p), cosine, cos_phi, sin_phi)
