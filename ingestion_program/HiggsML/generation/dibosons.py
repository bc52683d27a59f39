"""WW, WZ and ZZ with a lepton and a hadronic tau, or a jet taken for one."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compiled import compiled
from .decays import append_parton, tau_pair, visible
from .detector import Detector, measure
from .kinematics import breit_wigner, decay, from_transverse, isotropic
from .radiation import Radiation, Spectrum, emit
from .random_numbers import Stream, exponential, normal, uniform
from .taus import TauDecays, hadronic_share, leptonic_share, leptonic_survival
from .top_quarks import WDecays

__all__ = ["Diboson", "diboson_event"]

_TWO_PI = 2.0 * math.pi


class Diboson(NamedTuple):
    """Two bosons: what they decay to, and how they move."""

    two_leptons: float = 0.60  # W -> lepton, W -> tau
    z_and_jets: float = 0.18  # Z -> tau tau, other boson -> quarks
    z_and_nothing: float = 0.05  # Z -> tau tau, Z -> neutrinos
    fake: float = 0.25  # W -> lepton, other boson -> quarks, of which one is taken for a tau
    pt: float = 24.0  # GeV, scale of the Gamma(2) spectrum
    rapidity: float = 1.4
    rapidity_gap: float = 0.8
    z_mass: float = 91.188
    z_width: float = 2.4955


@compiled
def diboson_event(
    stream: Stream,
    vv: Diboson,
    w: WDecays,
    radiation: Radiation,
    spectrum: Spectrum,
    decays: TauDecays,
    detector: Detector,
    jets: npt.NDArray[np.float64],
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one event of two bosons; True when it was selected and `row` is filled."""
    y, gap = normal(stream)
    y, gap = y * vv.rapidity, gap * vv.rapidity_gap
    count = emit(stream, radiation, spectrum, y, jets, 0)
    noise1, noise2 = normal(stream)
    half_x, half_y = 0.5 * radiation.soft * noise1, 0.5 * radiation.soft * noise2
    for i in range(count):
        half_x -= 0.5 * jets[i, 0] * math.cos(jets[i, 2])
        half_y -= 0.5 * jets[i, 0] * math.sin(jets[i, 2])
    pt = vv.pt * (exponential(stream) + exponential(stream))
    phi = _TWO_PI * uniform(stream)
    px, py = pt * math.cos(phi), pt * math.sin(phi)
    mode = uniform(stream) * (vv.two_leptons + vv.z_and_jets + vv.z_and_nothing + vv.fake)
    has_z = vv.two_leptons <= mode < vv.two_leptons + vv.z_and_jets + vv.z_and_nothing
    mass1 = (
        breit_wigner(stream, vv.z_mass, vv.z_width, 60.0, 120.0)
        if has_z
        else breit_wigner(stream, w.mass, w.width, 60.0, 100.0)
    )
    mass2 = breit_wigner(stream, w.mass, w.width, 60.0, 100.0)
    boson1 = from_transverse(half_x + px, half_y + py, y + gap, mass1)
    boson2 = from_transverse(half_x - px, half_y - py, y - gap, mass2)
    other1, other2 = decay(boson2, mass2, 0.0, 0.0, isotropic(stream))
    if has_z:
        helicity = 1.0 if uniform(stream) < 0.43 else -1.0
        possible, lepton, tau, nu_x, nu_y = tau_pair(
            stream, boson1, mass1, isotropic(stream), helicity, helicity, decays, detector
        )
        if not possible:
            return False
        if mode < vv.two_leptons + vv.z_and_jets:
            count = append_parton(other1, jets, count)
            count = append_parton(other2, jets, count)
        else:
            nu_x, nu_y = nu_x + boson2[0], nu_y + boson2[1]
        return measure(stream, detector, lepton, tau, (nu_x, nu_y), jets, count, row)

    lepton_p, nu1 = decay(boson1, mass1, 0.0, 0.0, isotropic(stream))
    lepton_pt = math.sqrt(lepton_p[0] ** 2 + lepton_p[1] ** 2)
    share1 = 1.0
    if uniform(stream) * (w.lepton + w.tau * w.tau_to_lepton) > w.lepton:
        least = 19.0 / lepton_pt
        if least >= 1.0 or uniform(stream) > leptonic_survival(least, -1.0):
            return False
        share1 = leptonic_share(stream, -1.0, least)
    elif lepton_pt < 19.0:
        return False
    nu_x = nu1[0] + (1.0 - share1) * lepton_p[0]
    nu_y = nu1[1] + (1.0 - share1) * lepton_p[1]
    if mode < vv.two_leptons:
        share2 = hadronic_share(stream, -1.0, decays)
        tau = visible(other1, share2)
        nu_x += other2[0] + (1.0 - share2) * other1[0]
        nu_y += other2[1] + (1.0 - share2) * other1[1]
    else:
        tau = visible(other1, 1.0)
        count = append_parton(other2, jets, count)
    if tau.pt < 12.0:
        return False
    return measure(stream, detector, visible(lepton_p, share1), tau, (nu_x, nu_y), jets, count, row)
