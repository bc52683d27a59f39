"""Particles: their masses, decays and rates, and how the hard processes move them.

Energies are in GeV. Where a comment names no source, the value was tuned (see `table`).
"""

from typing import NamedTuple

__all__ = [
    "Diboson",
    "Higgs",
    "SingleTop",
    "TauDecays",
    "TopPair",
    "TopQuark",
    "WDecays",
    "ZBoson",
]


class TauDecays(NamedTuple):
    """Hadronic decay modes as identified: share, mass and width of the hadronic system, GeV.

    Effective: fitted to the shares of energy that Pythia's matrix elements give, for both
    helicities, with one track found in 0.7 and three in 0.6 of the decays (the organisers' card).
    """

    pion: float = 0.181
    rho: float = 0.331
    a1: float = 0.377  # the rest has a higher mass
    rho_mass: float = 0.746
    rho_width: float = 0.159
    a1_mass: float = 1.1
    a1_width: float = 0.318
    many_mass: float = 1.44
    many_width: float = 0.253
    photons: float = 0.9  # strength of their radiation, see `tau_photons`; tuned


class WDecays(NamedTuple):
    """W decays (PDG 2024) and tau identification (the organisers' detector card)."""

    mass: float = 80.369
    width: float = 2.085
    lepton: float = 0.2142  # e and mu
    tau: float = 0.1138
    tau_to_lepton: float = 0.3521
    tau_efficiency: float = 0.6
    jet_fake_rate: float = 0.01
    hadrons: float = 0.672  # what is left


class ZBoson(NamedTuple):
    """Z -> tau tau; the public data have no virtual photons."""

    mass: float = 91.188  # GeV, PDG 2024
    width: float = 2.4955  # GeV, PDG 2024
    lowest: float = 50.0  # GeV
    highest: float = 1500.0
    luminosity_power: float = 3.02  # parton luminosities fall as (pT + mT)^-power; tuned
    luminosity_running: float = 0.266  # growth of half that power with the logarithm; tuned
    polarisation: float = -0.147  # of the tau-, S. Schael et al., Phys. Rept. 427 (2006) 257
    rapidity: float = 3.22  # standard deviation; tuned


class Higgs(NamedTuple):
    """H -> tau tau, by production mode; tuned.

    The rates are those of trials that give the modes their expected events in a full simulation at
    leading order, as the public data were made with: gluon fusion (with b quarks) 784, vector-boson
    fusion 116, W or Z 54 (13 of them with its lepton), top quarks 13 (6) of 967 after the cuts.
    """

    mass: float = 125.0  # GeV
    gluon_fusion: float = 48.6
    vector_fusion: float = 8.67
    associated: float = 3.27  # beside a W or Z
    with_tops: float = 1.17
    rapidity: float = 1.68
    tag_pt: float = 47.8  # GeV, median of the two quarks of vector-boson fusion
    tag_spread: float = 0.73  # of ln pT
    tag_gap: float = 4.33  # mean distance in eta
    tag_gap_spread: float = 1.5
    tag_middle: float = 0.549  # standard deviation of their mean eta
    vh_pt: float = 84.0  # GeV, median pT of the other boson
    vh_spread: float = 0.52
    vh_mass: float = 83.0  # GeV, of the other boson
    vh_gap: float = 0.838  # standard deviation of the rapidity difference
    vh_lepton: float = 0.147  # decays that give the lepton, among the other boson's that count
    vh_unseen: float = 0.147  # decays of which nothing is seen
    tth_pt: float = 99.7  # GeV, median pT of the pair of tops
    tth_spread: float = 0.819
    tth_top_pt: float = 55.0  # GeV, scale of the Gamma(3) spectrum of the tops in their pair
    tth_gap: float = 0.809  # standard deviation of the rapidity difference of each top to the Higgs
    tth_lepton: float = 0.325  # share of events with the lepton of a W


class TopQuark(NamedTuple):
    """t -> W b, and what is seen of the b quark."""

    mass: float = 172.57  # PDG 2024
    longitudinal: float = 0.69  # W helicity fraction (0.69 in the standard model)
    bottom_mass: float = 4.8
    splitting: float = 0.0627  # probability that a quark radiates another jet; tuned
    least_share: float = 0.1  # of the quark's momentum, in that jet
    least_distance: float = 0.6  # of that jet
    distances: float = 3.0  # largest distance, relative to the least
    semileptonic: float = 0.374  # b -> l nu c or c -> l nu s: 2 x (0.107 + 0.08), PDG 2024
    neutrino_share: float = 0.412  # largest share of the b quark's momentum in such a neutrino
    bottom_fake: float = 0.868  # rate of fake taus of b jets, relative to light ones; tuned


class TopPair(NamedTuple):
    """t tbar production; the motion of the tops is tuned."""

    cross_section: float = 831.8  # pb, 13 TeV, NNLO+NNLL, LHC Top WG
    quark_annihilation: float = 0.12  # share of q qbar -> t tbar, from the public rows
    pt: float = 38.7  # GeV, scale of the Gamma(3) spectrum
    rapidity: float = 1.51  # standard deviation of the pair's
    rapidity_gap: float = 0.629  # and of half the difference


class SingleTop(NamedTuple):
    """Single top quarks of the t-channel."""

    cross_section: float = 245.0  # pb, 13 TeV, t and tbar, NLO, LHC Top WG
    pt: float = 59.2  # GeV, scale of the Gamma(2) spectrum; tuned, as what follows
    rapidity: float = 1.3  # standard deviation of the mean of top and quark
    rapidity_gap: float = 1.7  # and of half the difference


class Diboson(NamedTuple):
    """Two bosons: what they decay to (relative rates), and how they move; tuned."""

    two_leptons: float = 0.437  # W -> lepton, W -> tau
    z_and_jets: float = 0.0913  # Z -> tau tau, other boson -> quarks
    z_and_nothing: float = 0.158  # Z -> tau tau, Z -> neutrinos
    fake: float = 0.388  # W -> lepton, a quark of the other boson or radiation taken for a tau
    hidden: float = 0.313  # of fakes by radiation: other boson unseen (leptons lost, neutrinos)
    pt: float = 25.1  # GeV, scale of the Gamma(2) spectrum
    rapidity: float = 2.9
    rapidity_gap: float = 0.895
    forward: float = 0.602  # a in 1 + a cos(theta), of a W's lepton to the W's flight
    z_mass: float = 91.188
    z_right: float = 0.4265  # share of taus of positive helicity
