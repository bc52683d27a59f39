"""Z and H to a pair of taus, with the jets that they recoil against.

Everything is computed in the frame in which the boson has no rapidity; the boost along the beam
comes last, because it only moves pseudorapidities. Numbers that decide most come first: an event
whose taus cannot have the energy to be selected ends before anything else is drawn.
"""

import math

import numpy as np
import numpy.typing as npt

from .compiled import inlined
from .constants import Detector, Higgs, Radiation, ZBoson
from .detector import measure, smallest_lepton_pt, smallest_tau_pt
from .kinematics import breit_wigner_density, decay, from_transverse, polar, transverse_boson_cosine
from .quantiles import Table, inverse_distribution, quantile, value_at
from .radiation import Jets, X, Y, emit, place, place_parton, shift
from .random_numbers import Stream, azimuth, exponential, normal, uniform
from .tau_pairs import finish, impossible, rapidity_between, tau_pair
from .taus import HADRONS, LEPTON

__all__ = ["higgs_event", "mass_table", "z_event"]


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
def recoil_bound(hardest: float, radiation: Radiation) -> float:
    """A pT that 3 bosons in 1000 exceed when the hardest jet has this pT, GeV."""
    return 2.0 * hardest + 3.0 * radiation.soft


@inlined
def z_event(
    stream: Stream,
    z: ZBoson,
    radiation: Radiation,
    kt: Table,
    masses: Table,
    shares: Table,
    hardest_range: tuple[float, float],
    detector: Detector,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one Z event; True when it was selected and `row` is filled.

    `hardest_range` is the least N of the hardest emission and the length of its interval.
    """
    # Both taus have the same helicity in the sense of taus.py: the Z has spin 1.
    right = 1 if uniform(stream) < 0.5 * (1.0 + z.polarisation) else 0
    x1 = quantile(shares, LEPTON + right, uniform(stream))
    x2 = quantile(shares, HADRONS + right, uniform(stream))
    noise1, noise2 = normal(stream), normal(stream)
    least1 = smallest_lepton_pt(noise1, detector) / x1
    least2 = smallest_tau_pt(noise2, detector) / x2
    mass2 = 1.0 / quantile(masses, 0, uniform(stream))
    # What is left of an exponential number after the last whole span is exponential within a span.
    lowest, span = hardest_range
    number = exponential(stream)
    number = lowest + number - span * math.floor(number / span)
    hardest = value_at(kt, min(number, 15.9))
    if impossible(least1, least2, mass2, recoil_bound(hardest, radiation)):
        return False
    count, sum_x, sum_y = emit(stream, radiation, kt, number, jets, 0)
    soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
    px, py = soft_x - sum_x, soft_y - sum_y
    if impossible(least1, least2, mass2, math.sqrt(px * px + py * py)):
        return False
    possible, event = tau_pair(
        stream,
        px,
        py,
        math.sqrt(mass2),
        transverse_boson_cosine(stream),
        (x1, x2),
        (least1, least2),
    )
    if not possible:
        return False
    eta1, eta2 = math.asinh(event.lepton_eta), math.asinh(event.tau_eta)
    inside, y = rapidity_between(stream, eta1, eta2, z.rapidity, detector)
    if not inside:
        return False
    shift(jets, 0, count, radiation.pull * y)
    lost = detector.soft_scale - 1.0  # of the recoil -soft
    event = finish(event, noise1, noise2, lost * soft_x, lost * soft_y, y, eta1, eta2)
    return measure(stream, detector, event, jets, count, row)


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
def higgs_event(
    stream: Stream,
    higgs: Higgs,
    radiations: tuple[Radiation, Radiation, Radiation],
    kts: tuple[Table, Table, Table],
    shares: Table,
    detector: Detector,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one Higgs event; radiation of gluon fusion, vector-boson fusion, VH."""
    # Opposite helicities in the sense of taus.py: the Higgs has spin 0.
    right = 1 if uniform(stream) < 0.5 else 0
    x1 = quantile(shares, LEPTON + right, uniform(stream))
    x2 = quantile(shares, HADRONS + 1 - right, uniform(stream))
    noise1, noise2 = normal(stream), normal(stream)
    least1 = smallest_lepton_pt(noise1, detector) / x1
    least2 = smallest_tau_pt(noise2, detector) / x2
    mode = uniform(stream) * (higgs.gluon_fusion + higgs.vector_fusion + higgs.associated)
    number = exponential(stream)
    tags, sum_x, sum_y, unseen_x, unseen_y = 0, 0.0, 0.0, 0.0, 0.0
    if mode < higgs.gluon_fusion:
        radiation, kt = radiations[0], kts[0]
        hardest = value_at(kt, min(number, 15.9))
        if impossible(least1, least2, higgs.mass**2, recoil_bound(hardest, radiation)):
            return False
    elif mode < higgs.gluon_fusion + higgs.vector_fusion:
        radiation, kt = radiations[1], kts[1]
        sum_x, sum_y = _tag_jets(stream, higgs, jets)
        tags = 2
    else:
        radiation, kt = radiations[2], kts[2]
        tags, sum_x, sum_y = _other_boson(stream, higgs, jets)
        if tags == 0:
            unseen_x, unseen_y = sum_x, sum_y
    count, more_x, more_y = emit(stream, radiation, kt, number, jets, tags)
    soft_x, soft_y = radiation.soft * normal(stream), radiation.soft * normal(stream)
    px, py = soft_x - sum_x - more_x, soft_y - sum_y - more_y
    if impossible(least1, least2, higgs.mass**2, math.sqrt(px * px + py * py)):
        return False
    possible, event = tau_pair(
        stream, px, py, higgs.mass, 2.0 * uniform(stream) - 1.0, (x1, x2), (least1, least2)
    )
    if not possible:
        return False
    eta1, eta2 = math.asinh(event.lepton_eta), math.asinh(event.tau_eta)
    inside, y = rapidity_between(stream, eta1, eta2, higgs.rapidity, detector)
    if not inside:
        return False
    shift(jets, 0, count, radiation.pull * y)
    unseen_x += (detector.soft_scale - 1.0) * soft_x
    unseen_y += (detector.soft_scale - 1.0) * soft_y
    event = finish(event, noise1, noise2, unseen_x, unseen_y, y, eta1, eta2)
    return measure(stream, detector, event, jets, count, row)
