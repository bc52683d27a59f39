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
    forward_efficiency: float = 0.847  # of leptons beyond central_eta, relative to within
    lepton_noise: float = 0.0155  # relative resolution
    tau_scale: float = 1.015  # response before the correction
    tau_offset: float = 1.37  # GeV, underlying event in the cone
    tau_lost: float = 1.82  # GeV, energy in towers below threshold
    tau_stochastic: float = 0.424  # sqrt(GeV)
    tau_constant: float = 0.0203
    tau_tail: float = 0.0996  # see `tau_noise_of`
    tau_eta_error: float = 0.030  # of a tau's axis: the cells of the calorimeter are 0.1 wide
    tau_phi_error: float = 0.054  # and 10 degrees in phi, rad
    fake_tau: float = 0.00879  # rate of a jet taken for a tau, relative to that of the tau's decay
    untagged: float = 0.3  # share of taus above the cut that are not found
    tau_cone: float = 0.136  # of the tracks of a tau about the axis of its jet
    isolation: float = 11.2  # GeV, of a jet near the lepton
    isolation_loss: float = 0.0235  # of leptons, for jets whose scalar sum is the lepton's pT
    jet_scale: float = 0.987  # share of a parton's momentum that is measured in its jet
    jet_offset: float = 0.704  # GeV, underlying event in the cone
    jet_seen: float = 0.974  # the same anywhere in the detector: the rest is missing momentum
    jet_lost: float = 4.99  # GeV, energy in towers below threshold
    jet_stochastic: float = 0.748  # sqrt(GeV), of what is seen
    jet_constant: float = 0.0
    jet_forward: float = 0.4  # growth of that resolution with abs(eta) beyond 2.5
    jet_outside: float = 0.258  # sqrt(GeV), mean of what falls out of the cone: not missing
    jet_angle: float = 0.0309  # rad, between a jet's momentum and what is seen of it
    jet_escaping: float = 0.175  # probability that neutrinos or long-lived hadrons leave a jet
    jet_escape: float = 0.68  # largest share of the jet that they take
    tower_rate: float = 0.037  # mean number of towers with 20 GeV of noise, see `noisy_towers`
    tower_power: float = 2.91  # of that number's fall with energy
    tower_eta: float = 1.7  # where the card's hadron calorimeter has noise
    soft_noise: float = 6.71  # GeV, each component of the missing energy
    soft_spread: float = 0.817  # share of that noise squared that varies from event to event
    soft_scale: float = 0.69  # response to the soft recoil
    soft_growth: float = 0.0391  # GeV, growth of that noise squared with the jets' scalar sum


# Effective: out-of-cone losses of quark jets enter as a resolution; fitted apart from Z and H.
TOP_DETECTOR = Detector(
    jet_scale=0.947,
    jet_seen=0.884,
    jet_lost=0.0,
    jet_stochastic=1.72,
    jet_constant=0.0393,
    jet_outside=0.784,
    jet_escaping=0.0,
    soft_noise=1.51,
    soft_growth=0.00235,
    soft_scale=1.05,
    jet_offset=1.35,
    tau_cone=0.23,
    tau_scale=0.926,
)
# A simplification: nothing of the soft recoil is lost. What a response below 1 would add to the
# missing momentum (2 GeV in each component at 0.565) is in `soft_noise`, fitted without it.
DIBOSON_DETECTOR = Detector(
    jet_scale=0.9,
    jet_seen=0.936,
    jet_lost=0.0,
    jet_stochastic=0.847,
    jet_constant=0.085,
    jet_outside=0.213,
    jet_escaping=0.0,
    soft_noise=2.03,
    soft_spread=0.9,
    soft_growth=0.00846,
    soft_scale=1.0,
    tau_scale=0.99,
    tau_offset=0.71,
)
