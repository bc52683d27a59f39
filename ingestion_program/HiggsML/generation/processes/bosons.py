"""Z and H to a pair of taus, with the jets that they recoil against.

Everything is computed in the frame in which the boson has no rapidity; the boost along the beam
comes last, because it only moves pseudorapidities. Numbers that decide most come first: an event
whose taus cannot have the energy to be selected ends before anything else is drawn.
"""

import math

import numpy as np

from ...arrays import Floats
from ...numerics.without_arrays import inlined
from ..constants.detector import Detector
from ..constants.particles import Higgs, ZBoson
from ..constants.radiation import Radiation
from ..constants.table import Constants
from ..physics.detector import Cuts, cuts_of, lost_recoil, reconstruct
from ..physics.kinematics import breit_wigner_density, from_transverse, polar, two_body_decay
from ..physics.radiation import Jets, X, Y, boost_jets, draw_etas, recoil, write_jet, write_parton
from ..physics.tau_pairs import boosted, central_rapidity, with_noise
from ..sampling.quantiles import POINTS, Table, inverse_distribution
from ..sampling.random_numbers import Stream, direction, normal, uniform
from . import boson_layout as at
from .boson_candidates import draw_candidates, final_state, place_emissions, taus_of
from .process import Boson, Process, Radiations, Tables, Workspace

__all__ = ["HIGGS", "Z", "boson_cuts", "draw_higgs", "draw_z", "finish_higgs", "finish_z"]


def _z_masses(z: ZBoson) -> Table:
    """Inverse distribution of m^-2 (so that interpolation follows a tail of m^-3)."""
    core = z.mass + z.width * np.tan(np.linspace(-1.55, 1.55, 4001))
    m = np.unique(np.concatenate([np.geomspace(z.lowest, z.highest, 2000), core]))
    m = m[(m >= z.lowest) & (m <= z.highest)]
    resonance = breit_wigner_density(m, z.mass, z.width)
    power = 1.0 - z.photon_power
    continuum = power * m**-z.photon_power / (z.highest**power - z.lowest**power)
    density = (1.0 - z.photon_share) * resonance / np.trapezoid(resonance, m)
    density += z.photon_share * continuum
    t = m[::-1] ** -2.0
    return inverse_distribution(t, (0.5 * density * m**3)[::-1])[None, :]


def _higgs_radiations(c: Constants) -> Radiations:
    """Emissions beside gluon fusion, vector-boson fusion, and a Higgs beside a W or Z."""
    return c.gluon_fusion_radiation, c.vector_fusion_radiation, c.associated_radiation


HIGGS = Process(_higgs_radiations, lambda c: np.full((1, POINTS + 1), c.higgs.mass**-2.0))
Z = Process(lambda c: (c.z_radiation, c.z_radiation, c.z_radiation), lambda c: _z_masses(c.z))


@inlined
def boson_cuts(c: Constants) -> Cuts:
    """The cuts that Z and H are tried against."""
    return cuts_of(c.detector)


@inlined
def draw_z(stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace) -> int:
    """Candidates of the Z: both taus have the same helicity, because its spin is 1."""
    z = Boson(1.0, 0.5 * (1.0 + c.z.polarisation), 0, True, c.z.rapidity)
    return draw_candidates(stream, t, c.z_radiation, z, c.detector, cuts, space)


@inlined
def finish_z(
    stream: Stream,
    c: Constants,
    _tables: Tables,
    _cuts: Cuts,
    space: Workspace,
    i: int,
    row: Floats,
) -> bool:
    """Go on with candidate i of the Z; True when it was selected and `row` is filled."""
    return _boson_event(stream, c.z_radiation, c.detector, space, i, row)


@inlined
def draw_higgs(stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace) -> int:
    """Candidates of the Higgs: opposite helicities, because its spin is 0."""
    higgs = Boson(_gluon_fusion_share(c.higgs), 0.5, 1, False, c.higgs.rapidity)
    return draw_candidates(stream, t, c.gluon_fusion_radiation, higgs, c.detector, cuts, space)


@inlined
def finish_higgs(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace, i: int, row: Floats
) -> bool:
    """Go on with candidate i of the Higgs; True when it was selected and `row` is filled."""
    if space.scratch[at.MODE + i] < _gluon_fusion_share(c.higgs):
        return _boson_event(stream, c.gluon_fusion_radiation, c.detector, space, i, row)
    return _rare_higgs_event(stream, c, t, cuts, space, i, row)


@inlined
def _gluon_fusion_share(higgs: Higgs) -> float:
    """Share of trials whose Higgs comes of gluon fusion."""
    return higgs.gluon_fusion / (higgs.gluon_fusion + higgs.vector_fusion + higgs.associated)


@inlined
def _boson_event(
    stream: Stream,
    radiation: Radiation,
    detector: Detector,
    space: Workspace,
    i: int,
    row: Floats,
) -> bool:
    """Finish a candidate whose recoil was drawn with it."""
    s, jets = space.scratch, space.jets
    count = place_emissions(s, i, jets)
    draw_etas(stream, radiation, jets, 0, count)
    boost_jets(jets, 0, count, radiation.pull * s[at.RAPIDITY + i])
    return reconstruct(stream, detector, final_state(s, i, detector), jets, count, row)


@inlined
def _tag_jets(stream: Stream, higgs: Higgs, jets: Jets) -> tuple[float, float]:
    """The quarks of vector-boson fusion as jets 0 and 1; the sums of px and py."""
    half = 0.5 * abs(higgs.tag_gap + higgs.tag_gap_spread * normal(stream))
    middle = higgs.tag_middle * normal(stream)
    for i in range(2):
        pt = higgs.tag_pt * math.exp(higgs.tag_spread * normal(stream))
        phi, cosine, sine = direction(stream)
        write_jet(jets, i, pt, middle + half - 2 * i * half, phi, cosine, sine)
    return jets[0, X] + jets[1, X], jets[0, Y] + jets[1, Y]


@inlined
def _other_boson(stream: Stream, higgs: Higgs, jets: Jets) -> tuple[int, float, float]:
    """The W or Z beside the Higgs: its jets (none when it is not seen) and px, py."""
    pt = higgs.vh_pt * math.exp(higgs.vh_spread * normal(stream))
    _, cosine, sine = direction(stream)
    px, py = pt * cosine, pt * sine
    if uniform(stream) > higgs.vh_hadronic:
        return 0, px, py
    boson = from_transverse(px, py, higgs.vh_gap * normal(stream), higgs.vh_mass)
    _, cos_phi, sin_phi = direction(stream)
    axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
    for i, p in enumerate(two_body_decay(boson, higgs.vh_mass, 0.0, axis)):
        write_parton(jets, i, p)
    return 2, px, py


@inlined
def _rare_higgs_event(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace, i: int, row: Floats
) -> bool:
    """Finish a candidate of vector-boson fusion or beside a W or Z.

    Its recoil is left open by the candidate, and drawn here; radiations as those modes have them.
    """
    s, jets, higgs, detector = space.scratch, space.jets, c.higgs, c.detector
    mode = s[at.MODE + i] * (higgs.gluon_fusion + higgs.vector_fusion + higgs.associated)
    unseen_x, unseen_y = 0.0, 0.0
    if mode < higgs.gluon_fusion + higgs.vector_fusion:
        radiation, kt = c.vector_fusion_radiation, t.kts[1]
        sum_x, sum_y = _tag_jets(stream, higgs, jets)
        tags = 2
    else:
        radiation, kt = c.associated_radiation, t.kts[2]
        tags, sum_x, sum_y = _other_boson(stream, higgs, jets)
        if tags == 0:
            unseen_x, unseen_y = sum_x, sum_y
    soft_x = s[at.SOFT_X + i] * (radiation.soft / c.gluon_fusion_radiation.soft)
    soft_y = s[at.SOFT_Y + i] * (radiation.soft / c.gluon_fusion_radiation.soft)
    count, more_x, more_y = recoil(stream, radiation, kt, s[at.NUMBER + i], jets, tags)
    possible, event = taus_of(s, i, soft_x - sum_x - more_x, soft_y - sum_y - more_y, cuts)
    if not possible:
        return False
    event = with_noise(event, s[at.NOISE1 + i], s[at.NOISE2 + i])
    inside, y = central_rapidity(stream, event, higgs.rapidity, detector)
    if not inside:
        return False
    draw_etas(stream, radiation, jets, tags, count)
    boost_jets(jets, 0, count, radiation.pull * y)
    lost_x, lost_y = lost_recoil(detector, soft_x, soft_y)
    event = boosted(event, y, unseen_x + lost_x, unseen_y + lost_y)
    return reconstruct(stream, detector, event, jets, count, row)
