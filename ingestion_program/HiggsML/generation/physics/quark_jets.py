"""Jets of quarks: neutrinos of b decays, radiation of further jets, jets taken for taus."""

import math

from ...numerics.without_arrays import inlined
from ..constants.detector import Detector
from ..constants.particles import TopQuark, WDecays
from ..sampling.random_numbers import Stream, cosine_and_sine, direction, uniform
from .kinematics import FourMomentum, pseudorapidity, scaled, transverse2, wrapped
from .radiation import ETA, PHI, PT, Jets, X, Y, write_jet
from .responses import jet_response

__all__ = [
    "fake_candidates",
    "fake_tau_rate",
    "faking_jet",
    "jet_as_tau",
    "neutrino_share",
    "parton_as_tau",
    "remove",
    "split",
]

MOST_OTHERS = 6
"""Most jets besides those of b quarks that are looked at as fake taus."""


@inlined
def fake_tau_rate(w: WDecays) -> float:
    """Rate at which one jet is taken for a tau, with a charge opposite to the lepton's."""
    return 0.5 * w.jet_fake_rate


@inlined
def neutrino_share(stream: Stream, top: TopQuark) -> float:
    """Share of a b quark's momentum that neutrinos of its decay carry."""
    decayed = uniform(stream) < top.semileptonic
    return top.neutrino_share * uniform(stream) if decayed else 0.0


@inlined
def split(stream: Stream, jets: Jets, first: int, count: int, top: TopQuark) -> int:
    """Let the jets from `first` on radiate a jet each, or not; the new count.

    Share z and distance follow dz/z and dR/R, as soft collinear radiation does.
    """
    last = count
    for i in range(first, last):
        if count < len(jets) and uniform(stream) < top.splitting:
            share = top.least_share * (0.5 / top.least_share) ** uniform(stream)
            distance = top.least_distance * top.distances ** uniform(stream)
            _, cosine, sine = direction(stream)
            phi = wrapped(jets[i, PHI] + distance * sine)
            pt = share * jets[i, PT]
            cos_phi, sin_phi = cosine_and_sine(phi)
            write_jet(jets, count, pt, jets[i, ETA] + distance * cosine, phi, cos_phi, sin_phi)
            for column in (PT, X, Y):
                jets[i, column] *= 1.0 - share
            count += 1
    return count


@inlined
def fake_candidates(bottoms: int, top: TopQuark) -> float:
    """Most jets that are candidates for a fake tau; a light jet counts 1, a b jet its rate."""
    return top.bottom_fake * bottoms + MOST_OTHERS


@inlined
def faking_jet(number: float, others: int, bottoms: int, top: TopQuark) -> int:
    """The jet that a number in [0, fake_candidates) stands for, -1 for none; bottoms come last."""
    if number < top.bottom_fake * bottoms:
        return others + min(int(number / top.bottom_fake), bottoms - 1)
    number -= top.bottom_fake * bottoms
    return int(number) if number < others else -1


@inlined
def jet_as_tau(stream: Stream, jets: Jets, i: int, detector: Detector) -> FourMomentum:
    """Measured momentum of a jet that is taken for a tau."""
    pt = jets[i, PT]
    pz = pt * math.sinh(jets[i, ETA])
    momentum = (jets[i, X], jets[i, Y], pz, math.sqrt(pt * pt + pz * pz))
    return scaled(momentum, jet_response(stream, detector, pt, jets[i, ETA])[0])


@inlined
def parton_as_tau(stream: Stream, p: FourMomentum, detector: Detector) -> FourMomentum:
    """Measured momentum of a massless parton, not yet among the jets, that is taken for a tau."""
    pt = math.sqrt(transverse2(p))
    return scaled(p, jet_response(stream, detector, pt, pseudorapidity(p[2] / pt))[0])


@inlined
def remove(jets: Jets, i: int, count: int) -> int:
    """Remove jet i of `count`; the new count."""
    for k in range(i, count - 1):
        for column in range(jets.shape[1]):
            jets[k, column] = jets[k + 1, column]
    return count - 1
