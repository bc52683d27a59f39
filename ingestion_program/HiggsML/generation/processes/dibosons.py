"""WW, WZ and ZZ with a lepton and a hadronic tau, or a jet taken for one."""

import math

import numpy as np
import numpy.typing as npt

from ..compiled import inlined
from ..constants.detector import Detector
from ..constants.particles import Diboson, WDecays
from ..constants.radiation import Radiation
from ..physics.detector import Cuts, lepton_ease, measure, tau_ease
from ..physics.kinematics import (
    Direction,
    FourMomentum,
    around,
    decay,
    from_transverse,
    polar,
    pseudorapidity,
    scaled,
)
from ..physics.quark_jets import jet_as_tau, parton_as_tau, remove
from ..physics.radiation import Jets, place_parton, recoil, shift, spread
from ..physics.tau_pairs import finish, rapidity_between, tau_pair
from ..physics.taus import HADRONS, LEPTON
from ..sampling.quantiles import Table, quantile
from ..sampling.random_numbers import Stream, azimuth, exponential, normal, uniform
from .top_quarks import lepton_and_tau, lepton_share, moved, transverse2

__all__ = ["diboson_event"]

MOST_CANDIDATES = 6
"""Most jets that are looked at as fake taus: two quarks and the hardest emissions."""


@inlined
def along_flight(stream: Stream, boson: FourMomentum, asymmetry: float) -> Direction:
    """A direction at an angle to the boson's flight: cos(theta) with density (1 + a cos) / 2."""
    cosine = 2.0 * uniform(stream) - 1.0
    if 2.0 * uniform(stream) > 1.0 + asymmetry * cosine:
        cosine = -cosine
    p = math.sqrt(boson[0] * boson[0] + boson[1] * boson[1] + boson[2] * boson[2])
    _, cos_phi, sin_phi = azimuth(stream)
    return around((boson[0] / p, boson[1] / p, boson[2] / p), cosine, cos_phi, sin_phi)


@inlined
def diboson_event(
    stream: Stream,
    vv: Diboson,
    w: WDecays,
    radiation: Radiation,
    kt: Table,
    w_masses: Table,
    shares: Table,
    detector: Detector,
    cuts: Cuts,
    jets: Jets,
    row: npt.NDArray[np.float32],
) -> bool:
    """Try one event of two bosons; True when it was selected and `row` is filled."""
    mode = uniform(stream) * (vv.two_leptons + vv.z_and_jets + vv.z_and_nothing + vv.fake)
    emissions, sum_x, sum_y = recoil(stream, radiation, kt, exponential(stream), jets, 0)
    emissions = min(emissions, len(jets) - 2)
    is_pair = mode < vv.z_and_jets + vv.z_and_nothing
    is_prompt = mode < vv.z_and_jets + vv.z_and_nothing + vv.two_leptons
    which = 0 if is_prompt else int(MOST_CANDIDATES * uniform(stream)) - 2
    if not is_prompt and which >= emissions:
        return False
    noises = normal(stream), normal(stream)
    ease1, ease2 = lepton_ease(noises[0], cuts), tau_ease(noises[1], cuts)
    count = emissions
    sum_x += radiation.soft * normal(stream)
    sum_y += radiation.soft * normal(stream)
    gap = vv.rapidity_gap * normal(stream)
    pt = vv.pt * (exponential(stream) + exponential(stream))
    _, cosine, sine = azimuth(stream)
    px1, py1 = pt * cosine - 0.5 * sum_x, pt * sine - 0.5 * sum_y
    px2, py2 = -pt * cosine - 0.5 * sum_x, -pt * sine - 0.5 * sum_y
    mass2 = quantile(w_masses, 0, uniform(stream))
    if is_pair:
        right = 1 if uniform(stream) < vv.z_right else 0
        x1 = quantile(shares, LEPTON + right, uniform(stream))
        x2 = quantile(shares, HADRONS + right, uniform(stream))
        cos_theta = 2.0 * uniform(stream) - 1.0
        possible, event = tau_pair(
            stream,
            px1,
            py1,
            vv.z_mass,
            cos_theta,
            (x1, x2),
            (ease1 * x1, ease2 * x2),
        )
        if not possible:
            return False
        eta1, eta2 = pseudorapidity(event.lepton_eta), pseudorapidity(event.tau_eta)
        inside, y = rapidity_between(stream, eta1, eta2, vv.rapidity, detector)
        if not inside:
            return False
        unseen_x, unseen_y = px2, py2
        spread(stream, radiation, jets, 0, emissions)
        if mode < vv.z_and_jets:
            unseen_x, unseen_y = 0.0, 0.0
            boson2 = from_transverse(px2, py2, 2.0 * gap, mass2)
            _, cos_phi, sin_phi = azimuth(stream)
            axis = polar(2.0 * uniform(stream) - 1.0, cos_phi, sin_phi)
            quark1, quark2 = decay(boson2, mass2, 0.0, axis)
            place_parton(jets, count, quark1)
            place_parton(jets, count + 1, quark2)
            count += 2
        shift(jets, 0, emissions, radiation.pull * y)
        shift(jets, emissions, count, y)
        event = finish(event, noises[0], noises[1], unseen_x, unseen_y, y, eta1, eta2)
        return measure(stream, detector, event, jets, count, row)

    mass1 = quantile(w_masses, 0, uniform(stream))
    boson1 = from_transverse(px1, py1, gap, mass1)
    axis = along_flight(stream, boson1, vv.forward)
    lepton, neutrino1 = decay(boson1, mass1, 0.0, axis)
    seen = scaled(lepton, lepton_share(stream, w, shares))
    if transverse2(seen) * ease1 * ease1 < 1.0:
        return False
    by_radiation = not is_prompt and which >= 0
    if by_radiation:
        spread(stream, radiation, jets, 0, emissions)
        tau = jet_as_tau(stream, jets, which, detector)
    boson2 = from_transverse(px2, py2, -gap, mass2)
    other1, other2 = decay(boson2, mass2, 0.0, along_flight(stream, boson2, vv.forward))
    if is_prompt:
        tau = scaled(other1, quantile(shares, HADRONS, uniform(stream)))
    elif not by_radiation:
        tau = parton_as_tau(stream, other1 if which == -2 else other2, detector)
    if transverse2(tau) * ease2 * ease2 < 1.0:
        return False
    event = lepton_and_tau(seen, tau, noises)
    inside, y = rapidity_between(stream, event.lepton_eta, event.tau_eta, vv.rapidity, detector)
    if not inside:
        return False

    if not by_radiation:
        spread(stream, radiation, jets, 0, emissions)
    unseen_x = neutrino1[0] + lepton[0] - seen[0]
    unseen_y = neutrino1[1] + lepton[1] - seen[1]
    if is_prompt:
        unseen_x += other2[0] + other1[0] - tau[0]
        unseen_y += other2[1] + other1[1] - tau[1]
    elif by_radiation and uniform(stream) < vv.hidden:
        unseen_x += px2
        unseen_y += py2
    else:
        place_parton(jets, count, other1)
        place_parton(jets, count + 1, other2)
        count += 2
    if not is_prompt:
        count = remove(jets, which if by_radiation else count + which, count)
        emissions -= int(by_radiation)
    shift(jets, 0, emissions, radiation.pull * y)
    shift(jets, emissions, count, y)
    return measure(stream, detector, moved(event, y, unseen_x, unseen_y), jets, count, row)
