"""Z and H to a pair of taus, with the jets that they recoil against."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compiled import compiled
from .decays import append_parton, tau_pair, transverse_cosine
from .detector import Detector, measure
from .kinematics import breit_wigner, decay, direction, from_transverse, isotropic
from .radiation import Radiation, Spectrum, emit
from .random_numbers import Stream, normal, uniform
from .taus import TauDecays

__all__ = ["Higgs", "ZBoson", "higgs_event", "z_event"]

_TWO_PI = 2.0 * math.pi
_RAPIDITY_LIMIT = 2.6  # beyond it one of the taus is beyond |eta| = 2.5


class ZBoson(NamedTuple):
    """Z/gamma* -> tau tau."""

    mass: float = 91.188  # GeV, PDG 2024
    width: float = 2.4955  # GeV, PDG 2024
    lowest: float = 50.0  # GeV
    highest: float = 1000.0
    photon_share: float = 0.04  # of masses from the continuum m^-photon_power
    photon_power: float = 3.0
    polarisation: float = -0.147  # mean tau polarisation, ALEPH et al., Phys. Rept. 427 (2006)
    rapidity: float = 2.2  # standard deviation


class Higgs(NamedTuple):
    """H -> tau tau; cross-sections at 13 TeV, m = 125 GeV: LHC Higgs WG, CERN-2017-002-M."""

    mass: float = 125.0
    gluon_fusion: float = 48.6  # pb
    vector_fusion: float = 3.78
    associated: float = 2.25
    top_pair: float = 0.507
    rapidity: float = 1.3
    tag_pt: float = 50.0
    tag_spread: float = 0.65
    tag_gap: float = 4.2
    tag_gap_spread: float = 1.5
    vh_pt: float = 65.0
    vh_spread: float = 0.8
    hadronic_v: float = 0.69
    invisible_v: float = 0.07


@compiled
def _sum_of_jets(jets: npt.NDArray[np.float64], first: int, count: int) -> tuple[float, float]:
    px, py = 0.0, 0.0
    for i in range(first, count):
        px += jets[i, 0] * math.cos(jets[i, 2])
        py += jets[i, 0] * math.sin(jets[i, 2])
    return px, py


@compiled
def _truncated_rapidity(stream: Stream, spread: float) -> float:
    y = spread * normal(stream)[0]
    while abs(y) > _RAPIDITY_LIMIT:
        y = spread * normal(stream)[0]
    return y


@compiled
def z_event(
    stream: Stream,
    z: ZBoson,
    radiation: Radiation,
    spectrum: Spectrum,
    decays: TauDecays,
    detector: Detector,
    jets: npt.NDArray[np.float64],
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one Z event; True when it was selected and `row` is filled."""
    if uniform(stream) < z.photon_share:
        power = 1.0 - z.photon_power
        low, high = z.lowest**power, z.highest**power
        mass = (low + (high - low) * uniform(stream)) ** (1.0 / power)
    else:
        mass = breit_wigner(stream, z.mass, z.width, z.lowest, z.highest)
    y = _truncated_rapidity(stream, z.rapidity)
    count = emit(stream, radiation, spectrum, y, jets, 0)
    px, py = _sum_of_jets(jets, 0, count)
    noise1, noise2 = normal(stream)
    boson = from_transverse(radiation.soft * noise1 - px, radiation.soft * noise2 - py, y, mass)
    axis = direction(transverse_cosine(stream), _TWO_PI * uniform(stream))
    helicity = 1.0 if uniform(stream) < 0.5 * (1.0 + z.polarisation) else -1.0
    possible, lepton, tau, nu_x, nu_y = tau_pair(
        stream, boson, mass, axis, helicity, helicity, decays, detector
    )
    if not possible:
        return False
    return measure(stream, detector, lepton, tau, (nu_x, nu_y), jets, count, row)


@compiled
def _tag_jets(stream: Stream, higgs: Higgs, y: float, jets: npt.NDArray[np.float64]) -> int:
    gap, middle = normal(stream)
    noise1, noise2 = normal(stream)
    half = 0.5 * abs(higgs.tag_gap + higgs.tag_gap_spread * gap)
    jets[0, 0] = higgs.tag_pt * math.exp(higgs.tag_spread * noise1)
    jets[1, 0] = higgs.tag_pt * math.exp(higgs.tag_spread * noise2)
    jets[0, 1] = 0.5 * y + 0.8 * middle + half
    jets[1, 1] = 0.5 * y + 0.8 * middle - half
    jets[0, 2] = _TWO_PI * uniform(stream) - math.pi
    jets[1, 2] = _TWO_PI * uniform(stream) - math.pi
    return 2


@compiled
def higgs_event(
    stream: Stream,
    higgs: Higgs,
    radiations: tuple[Radiation, Radiation, Radiation],
    spectra: tuple[Spectrum, Spectrum, Spectrum],
    decays: TauDecays,
    detector: Detector,
    jets: npt.NDArray[np.float64],
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one Higgs event; radiations and spectra of gluon fusion, VBF, associated production."""
    total = higgs.gluon_fusion + higgs.vector_fusion + higgs.associated
    mode = uniform(stream) * total
    y = _truncated_rapidity(stream, higgs.rapidity)
    count, missing_x, missing_y = 0, 0.0, 0.0
    v_x, v_y = 0.0, 0.0
    if mode < higgs.gluon_fusion:
        radiation, spectrum = radiations[0], spectra[0]
    elif mode < higgs.gluon_fusion + higgs.vector_fusion:
        radiation, spectrum = radiations[1], spectra[1]
        count = _tag_jets(stream, higgs, y, jets)
    else:
        radiation, spectrum = radiations[2], spectra[2]
        v_pt = higgs.vh_pt * math.exp(higgs.vh_spread * normal(stream)[0])
        v_phi = _TWO_PI * uniform(stream)
        v_x, v_y = v_pt * math.cos(v_phi), v_pt * math.sin(v_phi)
        mode_v = uniform(stream)
        if mode_v < higgs.hadronic_v:
            v_mass = 83.0
            v = from_transverse(v_x, v_y, y + 0.9 * normal(stream)[0], v_mass)
            quark1, quark2 = decay(v, v_mass, 0.0, 0.0, isotropic(stream))
            count = append_parton(quark1, jets, count)
            count = append_parton(quark2, jets, count)
        else:
            missing_x, missing_y = v_x, v_y
    tags = count
    count = emit(stream, radiation, spectrum, y, jets, count)
    px, py = _sum_of_jets(
        jets, 0 if mode < higgs.gluon_fusion + higgs.vector_fusion else tags, count
    )
    noise1, noise2 = normal(stream)
    boson = from_transverse(
        radiation.soft * noise1 - px - v_x, radiation.soft * noise2 - py - v_y, y, higgs.mass
    )
    helicity = 1.0 if uniform(stream) < 0.5 else -1.0
    possible, lepton, tau, nu_x, nu_y = tau_pair(
        stream, boson, higgs.mass, isotropic(stream), helicity, -helicity, decays, detector
    )
    if not possible:
        return False
    missing = (nu_x + missing_x, nu_y + missing_y)
    return measure(stream, detector, lepton, tau, missing, jets, count, row)
