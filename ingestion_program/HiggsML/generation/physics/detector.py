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

from ..compiled import inlined, linked
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, exponential, normal, uniform
from .kinematics import azimuth_of, delta_r2, wrapped
from .radiation import ETA, PHI, PT, Jets, X, Y

__all__ = [
    "Cuts",
    "Hypothesis",
    "corrected_pt",
    "cuts_of",
    "lepton_ease",
    "measure",
    "tau_ease",
]

_UNDEFINED = -25.0
_STEPS, _STEP = 1000.0, 0.001


class Hypothesis(NamedTuple):
    """The particles of an event: massless lepton and tau (visible part), unseen momentum."""

    lepton_pt: float
    lepton_eta: float
    lepton_x: float  # px, GeV
    lepton_y: float
    tau_pt: float
    tau_eta: float
    tau_x: float
    tau_y: float
    lepton_noise: float  # standard normal numbers of the energy measurements
    tau_noise: float
    unseen_x: float
    unseen_y: float


@inlined
def corrected_pt(pt: float, eta: float) -> float:
    """Measured pT to calibrated pT, GeV."""
    slope = 3.0 - 0.2 * abs(eta)
    return math.sqrt(pt * pt + slope * slope * pt)


@inlined
def _rounded(value: float) -> float:
    return float(np.rint(value * _STEPS) * _STEP)


class Cuts(NamedTuple):
    """The cuts on pT as numbers of the pT before the measurement; see `cuts_of`."""

    lepton_pt: float
    """That of a lepton measured without noise exactly at the cut, GeV."""
    lepton_noise: float
    tau_pt: float
    """The same of a tau."""
    tau_noise: float
    """Of the taus with the lowest pT."""
    lowest_tau_pt: float


@inlined
def cuts_of(detector: Detector) -> Cuts:
    """The cuts of a detector: computed once, outside of the loop over events."""
    low = 0.65 * detector.minimum_pt  # less would take a fluctuation of three standard deviations
    return Cuts(
        detector.minimum_pt,
        detector.lepton_noise,
        (detector.minimum_pt - detector.tau_offset) / detector.tau_scale,
        math.sqrt(detector.tau_stochastic**2 / low + detector.tau_constant**2),
        low,
    )


@inlined
def lepton_ease(noise: float, cuts: Cuts) -> float:
    """Inverse of the pT of a lepton that is measured, with this noise, exactly at the cut."""
    return (1.0 + cuts.lepton_noise * noise) * (1.0 / cuts.lepton_pt)


@inlined
def tau_ease(noise: float, cuts: Cuts) -> float:
    """Inverse of a pT below which a tau measured with this noise cannot pass the cut."""
    raised = (1.0 + cuts.tau_noise * max(noise, 0.0)) * (1.0 / cuts.tau_pt)
    return min(raised, 1.0 / cuts.lowest_tau_pt)


@inlined
def _merge(jets: Jets, count: int, radius2: float) -> int:
    """Join jets closer than the radius, on the axis of the earlier one; the new count."""
    kept = 0
    for i in range(count):
        joined = False
        for k in range(kept):
            if delta_r2(jets[i, ETA], jets[i, PHI], jets[k, ETA], jets[k, PHI]) < radius2:
                jets[k, PT] += jets[i, PT]
                jets[k, X] += jets[i, X]
                jets[k, Y] += jets[i, Y]
                joined = True
                break
        if not joined:
            if kept < i:
                for column in range(jets.shape[1]):
                    jets[kept, column] = jets[i, column]
            kept += 1
    return kept


@linked
def measure(
    stream: Stream,
    detector: Detector,
    event: Hypothesis,
    jets: Jets,
    count: int,
    row: npt.NDArray[np.float32],
) -> bool:
    """Fill the row of 16 primary features; False when the event is not selected."""
    tau_sigma = math.sqrt(detector.tau_stochastic**2 / event.tau_pt + detector.tau_constant**2)
    tau_response = detector.tau_scale * max(1.0 + tau_sigma * event.tau_noise, 0.05)
    tau_pt = event.tau_pt * tau_response + detector.tau_offset
    if tau_pt <= detector.minimum_pt:
        return False
    lepton_response = 1.0 + detector.lepton_noise * event.lepton_noise
    lepton_pt = event.lepton_pt * lepton_response
    if lepton_pt <= detector.minimum_pt:
        return False
    far = abs(event.lepton_eta) > detector.central_eta
    if far and uniform(stream) > detector.forward_efficiency:
        return False
    lepton_phi = azimuth_of(event.lepton_x, event.lepton_y)
    tau_eta = event.tau_eta + detector.tau_angle * normal(stream)
    tau_phi = azimuth_of(event.tau_x, event.tau_y) + detector.tau_angle * normal(stream)
    radius2 = detector.radius * detector.radius
    if delta_r2(tau_eta, tau_phi, event.lepton_eta, lepton_phi) < radius2:
        return False

    # Missing energy: minus everything measured, so what a response loses appears in it.
    met_x = event.unseen_x + (1.0 - lepton_response) * event.lepton_x
    met_y = event.unseen_y + (1.0 - lepton_response) * event.lepton_y
    met_x += (1.0 - tau_response) * event.tau_x
    met_y += (1.0 - tau_response) * event.tau_y

    count = _merge(jets, count, radius2)
    sum_pt, scalar_sum, number = 0.0, 0.0, 0
    first, second = -1, -1
    for i in range(count):
        pt, eta = jets[i, PT], jets[i, ETA]
        if abs(eta) > detector.jet_eta:
            continue
        sigma = math.sqrt(detector.jet_stochastic**2 / pt + detector.jet_constant**2)
        response = detector.jet_scale * max(1.0 + sigma * normal(stream), 0.05)
        met_x += detector.jet_missing * (1.0 - response) * jets[i, X]
        met_y += detector.jet_missing * (1.0 - response) * jets[i, Y]
        scalar_sum += pt
        raw = pt * response + detector.jet_offset
        jets[i, PT] = 0.0
        if raw <= detector.minimum_pt:
            continue
        phi = jets[i, PHI]
        if delta_r2(eta, phi, event.lepton_eta, lepton_phi) < radius2:
            return False
        if delta_r2(eta, phi, tau_eta, tau_phi) < radius2:
            return False
        value = _rounded(corrected_pt(raw, eta))
        jets[i, PT] = value
        sum_pt += value
        number += 1
        if first < 0 or value > jets[first, PT]:
            first, second = i, first
        elif second < 0 or value > jets[second, PT]:
            second = i

    activity = 1.0 + detector.soft_spread * (exponential(stream) - 1.0)
    noise = math.sqrt(detector.soft_noise**2 * activity + detector.soft_growth * scalar_sum)
    met_x += noise * normal(stream)
    met_y += noise * normal(stream)
    row[0], row[1], row[2] = (
        _rounded(lepton_pt),
        _rounded(event.lepton_eta),
        _rounded(lepton_phi),
    )
    row[3], row[4], row[5] = (
        _rounded(corrected_pt(tau_pt, tau_eta)),
        _rounded(tau_eta),
        _rounded(wrapped(tau_phi)),
    )
    for k in range(6, 12):
        row[k] = _UNDEFINED
    if first >= 0:
        row[6], row[7] = jets[first, PT], _rounded(jets[first, ETA])
        row[8] = _rounded(wrapped(jets[first, PHI]))
    if second >= 0:
        row[9], row[10] = jets[second, PT], _rounded(jets[second, ETA])
        row[11] = _rounded(wrapped(jets[second, PHI]))
    row[12], row[13] = number, _rounded(sum_pt)
    row[14] = _rounded(math.sqrt(met_x * met_x + met_y * met_y))
    row[15] = _rounded(azimuth_of(met_x, met_y))
    return True
