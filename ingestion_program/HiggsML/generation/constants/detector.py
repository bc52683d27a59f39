"""The detector: acceptance and response, and what differs for top pairs and dibosons."""

from typing import NamedTuple

__all__ = ["DIBOSON_DETECTOR", "TOP_DETECTOR", "Detector"]


class Detector(NamedTuple):
    """Acceptance (the organisers' card) and response (tuned on simulated rows)."""

    minimum_pt: float = 20.0  # GeV, before the correction
    lepton_eta: float = 2.5
    tau_eta: float = 2.5  # of the tau's direction; the jet axis may lie a little beyond
    jet_eta: float = 4.9
    radius: float = 0.6  # of a jet, and the least distance of two objects
    central_eta: float = 1.5
    forward_efficiency: float = 0.88  # of leptons beyond central_eta, relative to within
    lepton_noise: float = 0.027  # relative resolution
    tau_scale: float = 0.992  # response before the correction
    tau_offset: float = 0.895  # GeV, underlying event in the cone
    tau_stochastic: float = 0.547  # sqrt(GeV)
    tau_constant: float = 0.0325
    tau_angle: float = 0.01  # rad
    jet_scale: float = 0.901
    jet_offset: float = 0.0  # GeV
    jet_stochastic: float = 1.487  # sqrt(GeV): out-of-cone radiation included
    jet_constant: float = 0.118
    soft_noise: float = 6.17  # GeV, each component of the missing energy
    soft_spread: float = 0.635  # share of that noise squared that varies from event to event
    soft_scale: float = 0.565  # response to the soft recoil
    jet_missing: float = 1.0  # share of a jet's fluctuation that shows in the missing energy
    soft_growth: float = 0.211  # GeV, growth of that noise squared with the jets' scalar sum


# Effective: out-of-cone losses of quark jets enter as a resolution; fitted apart from Z and H.
TOP_DETECTOR = Detector(
    jet_scale=0.853,
    jet_stochastic=2.16,
    jet_constant=0.0117,
    jet_missing=0.902,
    soft_noise=6.92,
    soft_growth=0.01,
    soft_scale=1.05,
)
# A simplification: nothing of the soft recoil is lost. What a response below 1 would add to the
# missing momentum (2 GeV in each component at 0.565) is in `soft_noise`, fitted without it.
DIBOSON_DETECTOR = Detector(
    jet_scale=0.88,
    jet_missing=0.717,
    soft_noise=5.26,
    soft_spread=0.9,
    soft_growth=0.0,
    soft_scale=1.0,
)
