"""Jets that are taken for the tau of a boson's decay, while the tau is not."""

from ...numerics.elementary import azimuth
from ...numerics.without_arrays import inlined, linked
from ..constants.detector import Detector
from ..sampling.random_numbers import Stream, uniform
from .detector import FinalState
from .radiation import ETA, PHI, PT, Jets, X, Y

__all__ = ["with_fakes"]


@inlined
def with_fakes(
    stream: Stream, detector: Detector, event: FinalState, jets: Jets, count: int
) -> tuple[bool, FinalState]:
    """The event, in which a jet may be taken for the tau, and the tau then be a jet.

    Also whether what is taken for a tau lies in the acceptance.
    """
    which = int(uniform(stream) * (1.0 / detector.fake_tau))
    if which >= count:
        return True, event
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
