"""Z and H to a pair of taus, with the jets that they recoil against.

Everything is computed in the frame in which the boson has no rapidity; the boost along the beam
comes last, because it only moves pseudorapidities. Numbers that decide most come first: an event
whose taus cannot have the energy to be selected ends before anything else is drawn.
"""

import math

import numpy as np

from ...arrays import Floats
from ...numerics.without_arrays import inlined
from ..constants.particles import Higgs, TauDecays, ZBoson
from ..constants.radiation import Radiation
from ..constants.table import Constants
from ..physics.detector import Cuts, cuts_of, reconstruct
from ..physics.fake_taus import faking_share, with_fakes
from ..physics.kinematics import breit_wigner_density
from ..physics.rapidities import boost_emissions, draw_etas, exchange, has_luminosity
from ..physics.second_collisions import with_second_collision
from ..physics.tau_pairs import opened
from ..physics.tau_photons import radiated
from ..sampling.quantiles import Table
from ..sampling.random_numbers import Stream, exponential, top_up, uniform
from . import boson_layout as at
from .boson_candidates import draw_candidates, final_state, place_emissions
from .boson_trials import RECOILS
from .higgs_modes import gluon_fusion_share, rare_higgs_event
from .process import Boson, Process, Radiations, Tables, Workspace

__all__ = ["HIGGS", "Z", "boson_cuts", "draw_higgs", "draw_z", "finish_higgs", "finish_z"]

_MOST_DRAWS = 30
"""Times that the etas of emissions are drawn, until the protons have the momentum for them."""


def _z_masses(z: ZBoson, taus: TauDecays) -> Table:
    """Inverse distributions of m^-2 (so that interpolation follows a tail of m^-3), by recoil.

    A Z of mass m that recoils with pT costs partons of the energy pT + sqrt(m^2 + pT^2) at least.
    Its width grows as m, so that

        dN/dm ~ m^3 / ((m^2 - M^2)^2 + (M Gamma)^2) exp(-(q + r l) l),   l = ln((pT + mT) / M)

    with mT^2 = m^2 + pT^2, q = `luminosity_power` and r = `luminosity_running`. The tail of heavy Z
    that luminosities cut at low pT is nearly whole at high pT. Then the taus radiate.
    """
    core = z.mass + z.width * np.tan(np.linspace(-1.55, 1.55, 4001))
    m = np.unique(np.concatenate([np.geomspace(z.lowest, z.highest, 2000), core]))
    m = m[(m >= z.lowest) & (m <= z.highest)]
    line = m * m * breit_wigner_density(m, z.mass, z.width)
    tables = []
    for pt in RECOILS:
        energy = np.log((pt + np.sqrt(m * m + pt * pt)) / z.mass)
        fall = (z.luminosity_power + z.luminosity_running * energy) * energy
        tables.append(radiated(m, line * np.exp(-fall), taus.photons))
    return np.stack(tables)


def _higgs_masses(higgs: Higgs, taus: TauDecays) -> Table:
    """Inverse distributions of m^-2, by recoil: one mass, and then the taus radiate."""
    nearly_one = higgs.mass * np.array([1.0 - 1e-9, 1.0])
    return np.tile(radiated(nearly_one, np.ones(2), taus.photons), (len(RECOILS), 1))


def _higgs_radiations(c: Constants) -> Radiations:
    """Emissions beside gluon fusion, vector-boson fusion, and a Higgs beside a W or Z."""
    return c.gluon_fusion_radiation, c.vector_fusion_radiation, c.associated_radiation


HIGGS = Process(_higgs_radiations, lambda c: _higgs_masses(c.higgs, c.taus))
Z = Process(
    lambda c: (c.z_radiation, c.z_radiation, c.z_radiation),
    lambda c: _z_masses(c.z, c.taus),
)


@inlined
def boson_cuts(c: Constants) -> Cuts:
    """The cuts that Z and H are tried against."""
    return cuts_of(c.detector)


@inlined
def draw_z(stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace) -> int:
    """Candidates of the Z: both taus have the same helicity, because its spin is 1."""
    right, faking = 0.5 * (1.0 + c.z.polarisation), faking_share(c.detector)
    z = Boson(1.0, right, 0, True, c.z.rapidity, faking)
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
    return _boson_event(stream, c, c.z_radiation, space, i, row)


@inlined
def draw_higgs(stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace) -> int:
    """Candidates of the Higgs: opposite helicities, because its spin is 0."""
    share, faking = gluon_fusion_share(c.higgs), faking_share(c.detector)
    higgs = Boson(share, 0.5, 1, False, c.higgs.rapidity, faking)
    return draw_candidates(stream, t, c.gluon_fusion_radiation, higgs, c.detector, cuts, space)


@inlined
def finish_higgs(
    stream: Stream, c: Constants, t: Tables, cuts: Cuts, space: Workspace, i: int, row: Floats
) -> bool:
    """Go on with candidate i of the Higgs; True when it was selected and `row` is filled."""
    if space.scratch[at.MODE + i] < gluon_fusion_share(c.higgs):
        return _boson_event(stream, c, c.gluon_fusion_radiation, space, i, row)
    return rare_higgs_event(stream, c, t, cuts, space, i, row)


@inlined
def _boson_event(
    stream: Stream, c: Constants, radiation: Radiation, space: Workspace, i: int, row: Floats
) -> bool:
    """Finish a candidate whose recoil was drawn with it."""
    s, jets, detector = space.scratch, space.jets, c.detector
    px, py = s[at.SOFT_X + i] - s[at.SUM_X + i], s[at.SOFT_Y + i] - s[at.SUM_Y + i]
    transverse_mass = math.sqrt(1.0 / s[at.INVERSE_MASS2 + i] + px * px + py * py)
    count, rapidity, possible = 0, s[at.RAPIDITY + i], False
    for _ in range(_MOST_DRAWS):
        top_up(stream)
        count = place_emissions(s, i, jets)
        draw_etas(stream, radiation, jets, 0, count)
        boost_emissions(jets, 0, count, radiation, rapidity)
        if count > 1:
            exchange(uniform(stream), radiation, jets)
        distance = exponential(stream)
        possible = has_luminosity(distance, radiation, jets, count, transverse_mass, rapidity)
        if possible:
            break
    if not possible:
        return False
    activity = exponential(stream)
    count = with_second_collision(stream, c.second_collision, activity, jets, count)
    event = opened(stream, final_state(s, i, detector), s[at.X1 + i], s[at.X2 + i])
    faking = s[at.FAKING + i] > 0.0
    passed, event = with_fakes(stream, detector, event, jets, count, faking)
    return passed and reconstruct(stream, detector, event, jets, count, activity, row)
