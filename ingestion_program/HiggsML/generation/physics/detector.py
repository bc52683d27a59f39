"""From particles to a row: response, resolution, overlaps, selection, missing energy.

The detector is the organisers' (Delphes 3.5 with an ATLAS-like card, no pile-up). A jet or tau that
is measured with pT and passes the cut is then given the energy

    pT' = pT sqrt(1 + (3 - 0.2 |eta|)^2 / pT),

the jet energy correction of that card, which moves a threshold of 20 GeV to 22-24 GeV.
"""

import math
from typing import NamedTuple

from ...arrays import Floats
from ...columns import AT
from ...numerics.elementary import azimuth, rounded
from ...numerics.without_arrays import inlined, linked
from ...schema import UNDEFINED
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, exponential, normal, uniform
from .kinematics import delta_r2, wrapped
from .noisy_towers import with_noisy_tower
from .radiation import ETA, PHI, PT, Jets, X, Y
from .responses import corrected_pt, jet_response, resolution_of, tau_response

__all__ = [
    "Cuts",
    "FinalState",
    "cuts_of",
    "inverse_lepton_threshold",
    "inverse_tau_threshold",
    "lost_recoil",
    "reconstruct",
]


class FinalState(NamedTuple):
    """The particles of an event: massless lepton and tau (visible part), unseen momentum."""

    lepton_pt: float
    lepton_eta: float
    lepton_x: float  # px, GeV
    lepton_y: float
    tau_pt: float
    tau_eta: float
    tau_x: float
    tau_y: float
    lepton_noise: float  # deviations of the energy measurements, in units of the resolution
    tau_noise: float
    unseen_x: float
    unseen_y: float


class Cuts(NamedTuple):
    """The cuts on pT as numbers of the pT before the measurement; see `cuts_of`."""

    lepton_pt: float
    """pT of a lepton measured without noise exactly at the cut, GeV."""
    lepton_noise: float
    """Relative resolution of a lepton."""
    tau_pt: float
    """pT of a tau measured without noise exactly at the cut, GeV."""
    tau_noise: float
    """Relative resolution of the taus with the lowest pT."""
    lowest_tau_pt: float
    """pT below which a tau is given up, GeV."""


@inlined
def cuts_of(detector: Detector) -> Cuts:
    """The cuts of a detector: computed once, outside of the loop over events."""
    low = 0.65 * detector.minimum_pt  # less would take a fluctuation of three standard deviations
    return Cuts(
        detector.minimum_pt,
        detector.lepton_noise,
        (detector.minimum_pt - detector.tau_offset) / detector.tau_scale,
        resolution_of(detector.tau_stochastic, detector.tau_constant, low),
        low,
    )


@inlined
def inverse_lepton_threshold(noise: float, cuts: Cuts) -> float:
    """Inverse of the pT of a lepton that is measured, with this noise, exactly at the cut."""
    return (1.0 + cuts.lepton_noise * noise) * (1.0 / cuts.lepton_pt)


@inlined
def inverse_tau_threshold(noise: float, cuts: Cuts) -> float:
    """Inverse of a pT below which a tau measured with this noise cannot pass the cut."""
    raised = (1.0 + cuts.tau_noise * max(noise, 0.0)) * (1.0 / cuts.tau_pt)
    return min(raised, 1.0 / cuts.lowest_tau_pt)


@inlined
def lost_recoil(detector: Detector, soft_x: float, soft_y: float) -> tuple[float, float]:
    """What the detector misses of the recoil -soft of emissions too soft for a jet, GeV."""
    lost = detector.soft_scale - 1.0
    return lost * soft_x, lost * soft_y


@linked
def reconstruct(
    stream: Stream,
    detector: Detector,
    event: FinalState,
    jets: Jets,
    count: int,
    activity: float,
    row: Floats,
) -> bool:
    """Fill the row of 16 primary features; False when the event is not selected.

    `activity` is an exponential number: the soft particles of the event, in units of their mean.
    """
    passed, lepton_seen, tau_seen = _measure_energies(stream, detector, event)
    if not passed:
        return False
    lepton_phi = azimuth(event.lepton_y, event.lepton_x)
    tau_eta = event.tau_eta + detector.tau_eta_error * normal(stream)
    aside = detector.tau_phi_error * normal(stream)
    tau_phi = azimuth(event.tau_y, event.tau_x) + aside
    radius2 = detector.radius * detector.radius
    if delta_r2(tau_eta, tau_phi, event.lepton_eta, lepton_phi) < radius2:
        return False

    # Missing energy: minus everything measured, so what a response loses appears in it.
    met_x = event.unseen_x + (1.0 - lepton_seen) * event.lepton_x
    met_y = event.unseen_y + (1.0 - lepton_seen) * event.lepton_y
    aside *= tau_seen
    met_x += (1.0 - tau_seen) * event.tau_x + aside * event.tau_y
    met_y += (1.0 - tau_seen) * event.tau_y - aside * event.tau_x
    soft = 1.0 + detector.soft_spread * (activity - 1.0)
    count, excess_x, excess_y = with_noisy_tower(stream, detector, soft, jets, count)
    met_x, met_y = met_x - excess_x, met_y - excess_y
    count = _merge(jets, count, radius2)
    axes = event.lepton_eta, lepton_phi, tau_eta, tau_phi
    lepton_pt = event.lepton_pt * lepton_seen
    tau_pt = event.tau_pt * tau_seen + detector.tau_offset
    passed, lost_x, lost_y, in_cone = _measure_jets(
        stream, detector, jets, count, axes, (lepton_pt, tau_pt), soft, met_x, met_y, row
    )
    if not passed:
        return False

    row[AT.LEP_PT] = rounded(lepton_pt)
    row[AT.LEP_ETA], row[AT.LEP_PHI] = rounded(event.lepton_eta), rounded(lepton_phi)
    row[AT.HAD_PT] = rounded(corrected_pt(tau_pt + in_cone, tau_eta))
    row[AT.HAD_ETA], row[AT.HAD_PHI] = rounded(tau_eta), rounded(wrapped(tau_phi))
    row[AT.MET] = rounded(math.sqrt(lost_x * lost_x + lost_y * lost_y))
    row[AT.MET_PHI] = rounded(azimuth(lost_y, lost_x))
    return True


@inlined
def _measure_energies(
    stream: Stream, detector: Detector, event: FinalState
) -> tuple[bool, float, float]:
    """Whether lepton and tau pass their cuts, and the share of each that is seen."""
    tau_seen = tau_response(detector, event.tau_pt, event.tau_eta, event.tau_noise)
    lepton_seen = 1.0 + detector.lepton_noise * event.lepton_noise
    if event.tau_pt * tau_seen + detector.tau_offset <= detector.minimum_pt:
        return False, lepton_seen, tau_seen
    if event.lepton_pt * lepton_seen <= detector.minimum_pt:
        return False, lepton_seen, tau_seen
    far = abs(event.lepton_eta) > detector.central_eta
    lost = far and uniform(stream) > detector.forward_efficiency
    lost |= abs(event.lepton_eta) > detector.lepton_eta
    return not lost, lepton_seen, tau_seen


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


@inlined
def _measure_jets(
    stream: Stream,
    detector: Detector,
    jets: Jets,
    count: int,
    axes: tuple[float, float, float, float],
    pts: tuple[float, float],
    soft: float,
    met_x: float,
    met_y: float,
    row: Floats,
) -> tuple[bool, float, float, float]:
    """Measure the jets and fill their features; whether lepton and tau are apart from them.

    A jet near the lepton spoils its isolation, and so may what all jets spread over the event, at a
    rate that falls with the lepton's pT. One near the tau becomes a part of its jet, which is
    taken for a tau as long as the tau's tracks lie near its axis.

    Args:
        axes: eta and phi of lepton and tau.
        pts: measured pT of both, GeV.
        soft: the noise squared of the missing momentum, in units of its mean.
        met_x, met_y: the missing momentum of lepton and tau, GeV; returned with what jets and noise
            add to it, before the pT that jets add to the tau.
    """
    (lepton_eta, lepton_phi, tau_eta, tau_phi), (lepton_pt, tau_pt) = axes, pts
    radius2 = detector.radius * detector.radius
    sum_pt, scalar_sum, in_cone, number = 0.0, 0.0, 0.0, 0
    first, second = -1, -1
    for i in range(count):
        pt, eta = jets[i, PT], jets[i, ETA]
        if abs(eta) > detector.jet_eta:
            met_x, met_y = met_x + jets[i, X], met_y + jets[i, Y]  # lost along the beam
            continue
        response, seen = jet_response(stream, detector, pt, eta)
        aside = detector.jet_angle * normal(stream)
        met_x += (1.0 - seen) * jets[i, X] + aside * jets[i, Y]
        met_y += (1.0 - seen) * jets[i, Y] - aside * jets[i, X]
        scalar_sum += pt
        raw = pt * response + detector.jet_offset
        jets[i, PT] = 0.0
        phi = jets[i, PHI]
        distance2 = delta_r2(eta, phi, tau_eta, tau_phi)
        if distance2 < radius2:
            in_cone += raw
            shift = raw / (raw + tau_pt)
            if distance2 * shift * shift > detector.tau_cone * detector.tau_cone:
                return False, met_x, met_y, in_cone
            continue
        if delta_r2(eta, phi, lepton_eta, lepton_phi) < radius2 and raw > detector.isolation:
            return False, met_x, met_y, in_cone
        if raw <= detector.minimum_pt:
            continue
        value = rounded(corrected_pt(raw, eta))
        jets[i, PT] = value
        sum_pt += value
        number += 1
        if first < 0 or value > jets[first, PT]:
            first, second = i, first
        elif second < 0 or value > jets[second, PT]:
            second = i
    if exponential(stream) * lepton_pt < detector.isolation_loss * scalar_sum:
        return False, met_x, met_y, in_cone
    _write_jet_features(row, jets, first, AT.JET1_PT)
    _write_jet_features(row, jets, second, AT.JET2_PT)
    row[AT.N_JETS], row[AT.ALL_PT] = number, rounded(sum_pt)
    noise = math.sqrt(detector.soft_noise**2 * soft + detector.soft_growth * scalar_sum)
    met_x += noise * normal(stream)
    met_y += noise * normal(stream)
    return True, met_x, met_y, in_cone


@inlined
def _write_jet_features(row: Floats, jets: Jets, i: int, start: int) -> None:
    """Write pT, eta and phi of a jet from position `start` on; undefined for jet -1."""
    if i < 0:
        row[start] = row[start + 1] = row[start + 2] = UNDEFINED
        return
    row[start], row[start + 1] = jets[i, PT], rounded(jets[i, ETA])
    row[start + 2] = rounded(wrapped(jets[i, PHI]))
