"""Jets that are taken for the tau of a boson's decay, while the tau itself is not found.

The tau may be too soft, outside of the acceptance, or not identified; the tagger takes one jet in
a hundred for a tau, of which half have the charge opposite to the lepton's. Such events are trials
of their own: nothing is asked of their tau, and a jet must pass in its place.
"""

from ...numerics.elementary import azimuth
from ...numerics.without_arrays import inlined, linked
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, uniform
from .detector import FinalState
from .radiation import ETA, PHI, PT, Jets, X, Y

__all__ = ["faking_share", "with_fakes"]

_CANDIDATES = 3
"""Jets that may be taken for a tau: the first of an event, the others are too soft."""


@inlined
def faking_share(detector: Detector) -> float:
    """Share of trials in which a jet is to be taken for the tau."""
    rate = _CANDIDATES * detector.fake_tau
    return rate / (1.0 + rate)


@inlined
def with_fakes(
    stream: Stream, detector: Detector, event: FinalState, jets: Jets, count: int, faking: bool
) -> tuple[bool, FinalState]:
    """The event, in which a jet is taken for the tau if `faking`, and the tau is then a jet.

    Also whether there is such a jet, in the acceptance, and the tau is not found.
    """
    if not faking:
        return True, event
    which = int(uniform(stream) * _CANDIDATES)
    found = (event.tau_pt > detector.minimum_pt) & (abs(event.tau_eta) < detector.tau_eta)
    if which >= count or (found and uniform(stream) > detector.untagged):
        return False, event
    return _with_fake(detector, event, jets, which)


@linked
def _with_fake(
    detector: Detector, event: FinalState, jets: Jets, which: int
) -> tuple[bool, FinalState]:
    """The event in which this jet and the tau have changed places."""
    pt, eta, x, y = jets[which, PT], jets[which, ETA], jets[which, X], jets[which, Y]
    jets[which, PT], jets[which, ETA] = event.tau_pt, event.tau_eta
    jets[which, PHI] = azimuth(event.tau_y, event.tau_x)
    jets[which, X], jets[which, Y] = event.tau_x, event.tau_y
    fake = FinalState(
        event.lepton_pt,
        event.lepton_eta,
        event.lepton_x,
        event.lepton_y,
        pt,
        eta,
        x,
        y,
        event.lepton_noise,
        event.tau_noise,
        event.unseen_x,
        event.unseen_y,
    )
    return abs(eta) < detector.tau_eta, fake
