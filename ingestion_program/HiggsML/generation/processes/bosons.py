"""Z and H to a pair of taus, with the jets that they recoil against.

Everything is computed in the frame in which the boson has no rapidity; the boost along the beam
comes last, because it only moves pseudorapidities. Numbers that decide most come first: an event
whose taus cannot have the energy to be selected ends before anything else is drawn.
"""

import math

import numpy as np
import numpy.typing as npt

from ..compiled import inlined
from ..constants.detector import Detector
from ..constants.particles import Higgs, ZBoson
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, measure
from ..physics.kinematics import breit_wigner_density, decay, from_transverse, polar, pseudorapidity
from ..physics.radiation import Jets, X, Y, place, place_parton, recoil, shift, spread
from ..physics.tau_pairs import finish, normal_rapidity
from ..sampling.batches import Scratch, Words
from ..sampling.quantiles import Table, Tables, inverse_distribution
from ..sampling.random_numbers import Stream, azimuth, normal, uniform
from .boson_candidates import RAPIDITY, draw_candidates, hypothesis, place_emissions, taus_of
from .boson_trials import MODE, NOISE1, NOISE2, NUMBER, SOFT_X, SOFT_Y

__all__ = [
    "boson_event",
    "gluon_fusion_share",
    "higgs_candidates",
    "mass_table",
    "rare_higgs_event",
    "z_candidates",
]


def mass_table(z: ZBoson) -> Table:
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


@inlined
def z_candidates(
    stream: Stream,
    z: ZBoson,
    radiation: Radiation,
    t: Tables,
    detector: Detector,
    cuts: Cuts,
    s: Scratch,
    words: Words,
) -> int:
    """Candidates of the Z: both taus have the same helicity, because its spin is 1."""
    right = 0.5 * (1.0 + z.polarisation), 0
    return draw_candidates(
        stream, t, radiation, 1.0, right, True, z.rapidity, detector, cuts, s, words
    )


@inlined
def gluon_fusion_share(higgs: Higgs) -> float:
    """Share of trials whose Higgs comes of gluon fusion."""
    return higgs.gluon_fusion / (higgs.gluon_fusion + higgs.vector_fusion + higgs.associated)


@inlined
def higgs_candidates(
    stream: Stream,
    higgs: Higgs,
    radiation: Radiation,
    t: Tables,
    detector: Detector,
    cuts: Cuts,
    s: Scratch,
    words: Words,
) -> int:
    """Candidates of the Higgs: opposite helicities, because its spin is 0."""
    share, right = gluon_fusion_share(higgs), (0.5, 1)
    return draw_candidates(
        stream, t, radiation, share, right, False, higgs.rapidity, detector, cuts, s, words
    )


@inlined
def boson_event(
    stream: Stream,
    radiation: Radiation,
    detector: Detector,
    s: Scratch,
    i: int,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Go on with candidate i; True when it was selected and `row` is filled."""
    count = place_emissions(s, i, jets)
    spread(stream, radiation, jets, 0, count)
    shift(jets, 0, count, radiation.pull * s[RAPIDITY + i])
    return measure(stream, detector, hypothesis(s, i, detector), jets, count, row)


@inlined
def _tag_jets(stream: Stream, higgs: Higgs, jets: Jets) -> tuple[float, float]:
    """The quarks of vector-boson fusion as jets 0 and 1; the sums of px and py."""
    half = 0.5 * abs(higgs.tag_gap + higgs.tag_gap_spread * normal(stream))
    middle = higgs.tag_middle * normal(stream)
    for i in range(2):
        pt = higgs.tag_pt * math.exp(higgs.tag_spread * normal(stream))
        phi, cosine, sine = azimuth(stream)
        place(jets, i, pt, middle + half - 2 * i * half, phi, cosine, sine)
    return jets[0, X] + jets[1, X], jets[0, Y] + jets[1, Y]


@inlined
def _other_boson(stream: Stream, higgs: Higgs, jets: Jets) -> tuple[int, float, float]:
    """The W or Z beside the Higgs: its jets (none when it is not seen) and px, py."""
    pt = higgs.vh_pt * math.exp(higgs.vh_spread * normal(stream))
    _, cosine, sine = azimuth(stream)
    px, py = pt * cosine, pt * sine
    if uniform(stream) > higgs.vh_hadronic:
        return 0, px, py
    boson = from_transverse(px, py, higgs.vh_gap * normal(stream), higgs.vh_mass)
    _, cos_phi, sin_phi = azimuth(stream)
    axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
    for i, p in enumerate(decay(boson, higgs.vh_mass, 0.0, axis)):
        place_parton(jets, i, p)
    return 2, px, py


@inlined
def rare_higgs_event(
    stream: Stream,
    higgs: Higgs,
    radiations: tuple[Radiation, Radiation, Radiation],
    kts: tuple[Table, Table, Table],
    detector: Detector,
    cuts: Cuts,
    s: Scratch,
    i: int,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """As `boson_event`, for a Higgs of vector-boson fusion or beside a W or Z.

    What it recoils against is not that of the candidate; radiations as those modes have them.
    """
    mode = s[MODE + i] * (higgs.gluon_fusion + higgs.vector_fusion + higgs.associated)
    unseen_x, unseen_y = 0.0, 0.0
    if mode < higgs.gluon_fusion + higgs.vector_fusion:
        radiation, kt = radiations[1], kts[1]
        sum_x, sum_y = _tag_jets(stream, higgs, jets)
        tags = 2
    else:
        radiation, kt = radiations[2], kts[2]
        tags, sum_x, sum_y = _other_boson(stream, higgs, jets)
        if tags == 0:
            unseen_x, unseen_y = sum_x, sum_y
    soft_x = s[SOFT_X + i] * (radiation.soft / radiations[0].soft)
    soft_y = s[SOFT_Y + i] * (radiation.soft / radiations[0].soft)
    count, more_x, more_y = recoil(stream, radiation, kt, s[NUMBER + i], jets, tags)
    possible, event = taus_of(s, i, soft_x - sum_x - more_x, soft_y - sum_y - more_y, cuts)
    if not possible:
        return False
    eta1, eta2 = pseudorapidity(event.lepton_eta), pseudorapidity(event.tau_eta)
    inside, y = normal_rapidity(stream, eta1, eta2, higgs.rapidity, detector)
    if not inside:
        return False
    spread(stream, radiation, jets, tags, count)
    shift(jets, 0, count, radiation.pull * y)
    unseen_x += (detector.soft_scale - 1.0) * soft_x
    unseen_y += (detector.soft_scale - 1.0) * soft_y
    event = finish(event, s[NOISE1 + i], s[NOISE2 + i], unseen_x, unseen_y, y, eta1, eta2)
    return measure(stream, detector, event, jets, count, row)
