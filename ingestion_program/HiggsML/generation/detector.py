"""From particles to a row: response, resolution, overlaps, selection, missing energy.

The detector is the organisers' (Delphes 3.5 with an ATLAS-like card, no pile-up). A jet or tau that
is measured with pT and passes the cut is then given the energy

    pT' = pT sqrt(1 + (3 - 0.2 |eta|)^2 / pT),

the jet energy correction of that card, which moves a threshold of 20 GeV to 22-24 GeV.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compiled import compiled
from .kinematics import delta_r2
from .random_numbers import Stream, normal, uniform

__all__ = ["Detector", "Visible", "corrected_pt", "measure", "threshold_pt"]

_UNDEFINED = -25.0
_PRECISION = 1000.0


class Detector(NamedTuple):
    """Acceptance and response."""

    minimum_pt: float = 20.0  # GeV, before the correction
    lepton_eta: float = 2.5
    tau_eta: float = 2.5  # of the tau's direction; the jet axis may lie a little beyond
    jet_eta: float = 4.9
    separation: float = 0.6  # jet radius
    central_eta: float = 1.5
    central_efficiency: float = 0.95  # of leptons, relative: only the ratio shows
    forward_efficiency: float = 0.85
    lepton_noise: float = 0.015  # relative resolution
    tau_scale: float = 0.93  # response before the correction
    tau_stochastic: float = 0.55  # sqrt(GeV)
    tau_constant: float = 0.05
    tau_angle: float = 0.01  # rad
    jet_scale: float = 0.93
    jet_stochastic: float = 0.75
    jet_constant: float = 0.06
    jet_angle: float = 0.03
    soft_noise: float = 6.0  # GeV, each component of the missing energy


class Visible(NamedTuple):
    """A lepton or the visible part of a tau: pT, eta, phi."""

    pt: float
    eta: float
    phi: float


@compiled
def threshold_pt(eta: float, detector: Detector) -> float:
    """The lowest corrected pT, of a jet that was measured exactly at the cut."""
    return corrected_pt(detector.minimum_pt, eta)


@compiled
def corrected_pt(pt: float, eta: float) -> float:
    """Measured pT to calibrated pT, GeV."""
    slope = 3.0 - 0.2 * abs(eta)
    return math.sqrt(pt * pt + slope * slope * pt)


@compiled
def _wrap(phi: float) -> float:
    if phi > math.pi:
        return phi - 2.0 * math.pi
    if phi < -math.pi:
        return phi + 2.0 * math.pi
    return phi


@compiled
def _rounded(value: float) -> float:
    return np.rint(value * _PRECISION) / _PRECISION


@compiled
def _measured_pt(
    stream: Stream, pt: float, scale: float, stochastic: float, constant: float
) -> float:
    sigma = math.sqrt(stochastic * stochastic / pt + constant * constant)
    return pt * scale * max(1.0 + sigma * normal(stream)[0], 0.05)


@compiled
def _merge_jets(jets: npt.NDArray[np.float64], count: int, radius2: float) -> int:
    """Join jets closer than the radius (the harder one's axis stays); the new count."""
    kept = 0
    for i in range(count):
        joined = False
        for k in range(kept):
            if delta_r2(jets[i, 1], jets[i, 2], jets[k, 1], jets[k, 2]) < radius2:
                jets[k, 0] += jets[i, 0]
                joined = True
                break
        if not joined:
            jets[kept, 0], jets[kept, 1], jets[kept, 2] = jets[i, 0], jets[i, 1], jets[i, 2]
            kept += 1
    return kept


@compiled
def measure(
    stream: Stream,
    detector: Detector,
    lepton: Visible,
    tau: Visible,
    neutrinos: tuple[float, float],
    jets: npt.NDArray[np.float64],
    count: int,
    row: npt.NDArray[np.float32],
) -> bool:
    """Fill the row of 16 primary features; False when the event is not selected.

    `neutrinos` is the transverse momentum that leaves the detector unseen; `jets` (pT, eta, phi) is
    overwritten.
    """
    radius2 = detector.separation**2
    noise1, noise2 = normal(stream)
    lepton_pt = lepton.pt * (1.0 + detector.lepton_noise * noise1)
    if lepton_pt <= detector.minimum_pt or abs(lepton.eta) > detector.lepton_eta:
        return False
    if abs(tau.eta) > detector.tau_eta:
        return False
    efficiency = detector.central_efficiency
    if abs(lepton.eta) > detector.central_eta:
        efficiency = detector.forward_efficiency
    if uniform(stream) > efficiency:
        return False
    tau_pt = _measured_pt(
        stream, tau.pt, detector.tau_scale, detector.tau_stochastic, detector.tau_constant
    )
    if tau_pt <= detector.minimum_pt:
        return False
    angle1, angle2 = normal(stream)
    tau_eta = tau.eta + detector.tau_angle * angle1
    tau_phi = _wrap(tau.phi + detector.tau_angle * angle2)
    if delta_r2(tau_eta, tau_phi, lepton.eta, lepton.phi) < radius2:
        return False

    cos_lepton, sin_lepton = math.cos(lepton.phi), math.sin(lepton.phi)
    cos_tau, sin_tau = math.cos(tau.phi), math.sin(tau.phi)
    met_x = neutrinos[0] + detector.soft_noise * noise2
    met_y = neutrinos[1] + detector.soft_noise * normal(stream)[0]
    met_x += (lepton.pt - lepton_pt) * cos_lepton + (tau.pt - tau_pt) * cos_tau
    met_y += (lepton.pt - lepton_pt) * sin_lepton + (tau.pt - tau_pt) * sin_tau

    count = _merge_jets(jets, count, radius2)
    sum_pt, number = 0.0, 0
    pt1, eta1, phi1 = _UNDEFINED, _UNDEFINED, _UNDEFINED
    pt2, eta2, phi2 = _UNDEFINED, _UNDEFINED, _UNDEFINED
    for i in range(count):
        pt, eta, phi = jets[i, 0], jets[i, 1], _wrap(jets[i, 2])
        if abs(eta) > detector.jet_eta:
            continue
        raw = _measured_pt(
            stream, pt, detector.jet_scale, detector.jet_stochastic, detector.jet_constant
        )
        met_x += (pt - raw) * math.cos(phi)
        met_y += (pt - raw) * math.sin(phi)
        if raw <= detector.minimum_pt:
            continue
        if delta_r2(eta, phi, lepton.eta, lepton.phi) < radius2:
            return False
        if delta_r2(eta, phi, tau_eta, tau_phi) < radius2:
            return False
        value = _rounded(corrected_pt(raw, eta))
        sum_pt += value
        number += 1
        if value > pt1:
            pt2, eta2, phi2 = pt1, eta1, phi1
            pt1, eta1, phi1 = value, eta, phi
        elif value > pt2:
            pt2, eta2, phi2 = value, eta, phi

    row[0], row[1], row[2] = _rounded(lepton_pt), _rounded(lepton.eta), _rounded(_wrap(lepton.phi))
    row[3], row[4], row[5] = (
        _rounded(corrected_pt(tau_pt, tau_eta)),
        _rounded(tau_eta),
        _rounded(tau_phi),
    )
    row[6], row[7], row[8] = pt1, _rounded(eta1), _rounded(phi1)
    row[9], row[10], row[11] = pt2, _rounded(eta2), _rounded(phi2)
    row[12], row[13] = number, _rounded(sum_pt)
    row[14] = _rounded(math.sqrt(met_x * met_x + met_y * met_y))
    row[15] = _rounded(math.atan2(met_y, met_x))
    return True
