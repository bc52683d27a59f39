"""The constants of the generator: one table, with sources.

Where a comment names no source, the value was tuned: fitted to histograms of one and two features
of a full simulation (Pythia 8 and an emulation of the organisers' detector) and, for top pairs, of
public rows as well. Energies are in GeV.
"""

from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "CONSTANTS",
    "DEFAULT_COUNTS",
    "Z_SLICES",
    "Constants",
    "Detector",
    "Diboson",
    "Higgs",
    "Radiation",
    "SingleTop",
    "Slice",
    "TauDecays",
    "TopPair",
    "TopQuark",
    "WDecays",
    "ZBoson",
    "as_record",
    "default_counts",
]


class TauDecays(NamedTuple):
    """Hadronic decay modes: share of the hadronic width, mass and width of the hadronic system.

    Branching fractions and masses from PDG 2024; modes with kaons counted with what they resemble.
    """

    pion: float = 0.178  # (10.8 + 0.7) / 64.8
    rho: float = 0.402  # (25.5 + 0.4 + ...) / 64.8
    a1: float = 0.315  # (9.3 + 9.0 + ...) / 64.8; the rest has four pions or more
    rho_mass: float = 0.775  # GeV
    rho_width: float = 0.149
    a1_mass: float = 1.23
    a1_width: float = 0.36  # effective: what phase space leaves of it, tuned
    many_mass: float = 1.40
    many_width: float = 0.20


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
    """Z/gamma* -> tau tau."""

    mass: float = 91.188  # GeV, PDG 2024
    width: float = 2.4955  # GeV, PDG 2024
    lowest: float = 50.0  # GeV
    highest: float = 1500.0
    photon_share: float = 0.00967  # of a continuum that falls as m^-photon_power; tuned
    photon_power: float = 3.0
    polarisation: float = -0.147  # of the tau-, S. Schael et al., Phys. Rept. 427 (2006) 257
    rapidity: float = 3.39  # standard deviation; tuned


class Higgs(NamedTuple):
    """H -> tau tau. Cross-sections in pb at 13 TeV: LHC Higgs WG, CERN-2017-002-M; rest tuned."""

    mass: float = 125.0  # GeV
    gluon_fusion: float = 48.6
    vector_fusion: float = 3.78
    associated: float = 2.25  # WH and ZH
    rapidity: float = 1.7
    tag_pt: float = 63.1  # GeV, median of the two quarks of vector-boson fusion
    tag_spread: float = 0.6  # of ln pT
    tag_gap: float = 4.82  # mean distance in eta
    tag_gap_spread: float = 1.17
    tag_middle: float = 0.485  # standard deviation of their mean eta
    vh_pt: float = 56.4  # GeV, median pT of the other boson
    vh_spread: float = 0.692
    vh_mass: float = 83.0  # GeV, of the other boson
    vh_gap: float = 0.9  # standard deviation of the rapidity difference
    vh_hadronic: float = 0.85  # decays to quarks among the other boson's decays that count


class TopQuark(NamedTuple):
    """t -> W b, and what is seen of the b quark."""

    mass: float = 172.57  # PDG 2024
    longitudinal: float = 0.69  # W helicity fraction (0.69 in the standard model)
    bottom_mass: float = 4.8
    splitting: float = 0.122  # probability that a quark radiates another jet; tuned
    least_share: float = 0.1  # of the quark's momentum, in that jet
    least_distance: float = 0.6  # of that jet
    distances: float = 3.0  # largest distance, relative to the least
    semileptonic: float = 0.38  # b -> l nu c or c -> l nu s: 2 x (0.107 + 0.08), PDG 2024
    neutrino_share: float = 0.3  # largest share of the b quark's momentum in such a neutrino
    bottom_fake: float = 1.64  # rate of fake taus of b jets, relative to light ones; tuned


class TopPair(NamedTuple):
    """t tbar production; the motion of the tops is tuned."""

    cross_section: float = 831.8  # pb, 13 TeV, NNLO+NNLL, LHC Top WG
    quark_annihilation: float = 0.12  # share of q qbar -> t tbar, from the public rows
    pt: float = 42.1  # GeV, scale of the Gamma(3) spectrum
    rapidity: float = 1.48  # standard deviation of the pair's
    rapidity_gap: float = 0.624  # and of half the difference


class SingleTop(NamedTuple):
    """Single top quarks of the t-channel."""

    cross_section: float = 217.0  # pb, 13 TeV, t and tbar, NLO, LHC Top WG
    pt: float = 34.0  # GeV, scale of the Gamma(2) spectrum; tuned, as what follows
    rapidity: float = 1.3  # standard deviation of the mean of top and quark
    rapidity_gap: float = 1.7  # and of half the difference


class Diboson(NamedTuple):
    """Two bosons: what they decay to (relative rates), and how they move; tuned."""

    two_leptons: float = 0.8  # W -> lepton, W -> tau
    z_and_jets: float = 0.149  # Z -> tau tau, other boson -> quarks
    z_and_nothing: float = 0.115  # Z -> tau tau, Z -> neutrinos
    fake: float = 0.485  # W -> lepton, a quark of the other boson or radiation taken for a tau
    hidden: float = 0.465  # of fakes by radiation: other boson unseen (leptons lost, neutrinos)
    pt: float = 23.7  # GeV, scale of the Gamma(2) spectrum
    rapidity: float = 2.9
    rapidity_gap: float = 1.07
    forward: float = 0.554  # a in 1 + a cos(theta), of a W's lepton to the W's flight
    z_mass: float = 91.188
    z_right: float = 0.4265  # share of taus of positive helicity


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


class Radiation(NamedTuple):
    """Parameters of the emissions of one production mode (all tuned on simulated rows)."""

    mean_number: float
    """n: mean number of emissions above 20 GeV."""
    power: float
    """a."""
    cutoff: float
    """c, GeV."""
    sharpness: float
    """b."""
    lowest: float
    """kT where single emissions end and the soft recoil begins, GeV."""
    followers: float
    """Rate of the later emissions, relative to the first's law, when the first is soft."""
    variation: float
    """Share of that rate that varies from event to event (exponentially distributed)."""
    cascade: float
    """Growth of the later emissions' rate with (1 - 20 GeV / kT of the first)."""
    plateau: float
    """Half-width of the plateau in pseudorapidity of emissions of 20 GeV."""
    narrowing: float
    """Loss of `plateau` for emissions of infinite kT; it goes with (1 - 20 GeV / kT)."""
    edge: float
    """Standard deviation of what blurs the plateau's edge."""
    pull: float
    """Share of the boson's rapidity that the emissions' mean follows."""
    splitting: float
    """Probability that a later emission lies near the first jet (a split jet)."""
    opening: float
    """Standard deviation of such an emission's eta and phi from the first jet's."""
    soft: float
    """Standard deviation of each component of the soft recoil, GeV."""


# Jet counts lie between those of the simulation and of the public rows.
_GLUON_FUSION = Radiation(
    mean_number=1.16,
    power=1.12,
    cutoff=239.0,
    sharpness=1.63,
    lowest=12.0,
    followers=0.92,
    variation=0.7,
    cascade=1.05,
    plateau=3.85,
    narrowing=1.25,
    edge=1.17,
    pull=0.508,
    splitting=0.131,
    opening=2.33,
    soft=8.42,
)
_DRELL_YAN = Radiation(
    mean_number=0.423,
    power=1.74,
    cutoff=137.0,
    sharpness=1.48,
    lowest=12.0,
    followers=1.13,
    variation=0.28,
    cascade=1.46,
    plateau=2.75,
    narrowing=1.24,
    edge=1.13,
    pull=0.714,
    splitting=0.072,
    opening=2.08,
    soft=5.4,
)


_QUARK_INITIATED = Radiation(
    mean_number=0.431,
    power=1.72,
    cutoff=136.0,
    sharpness=1.5,
    lowest=12.0,
    followers=1.11,
    variation=0.2,
    cascade=1.45,
    plateau=2.81,
    narrowing=1.18,
    edge=1.08,
    pull=0.69,
    splitting=0.064,
    opening=1.98,
    soft=5.19,
)
_TOP_PAIRS = Radiation(
    mean_number=1.56,
    power=0.981,
    cutoff=243.0,
    sharpness=1.75,
    lowest=12.0,
    followers=0.763,
    variation=0.393,
    cascade=0.88,
    plateau=4.37,
    narrowing=1.81,
    edge=1.1,
    pull=0.311,
    splitting=0.229,
    opening=2.38,
    soft=7.44,
)
# Quarks radiate less than gluons: 4/9 at first order; tuned.
_TOPS_OF_QUARKS = _TOP_PAIRS._replace(mean_number=0.4 * _TOP_PAIRS.mean_number)
# Effective: out-of-cone losses of quark jets enter as a resolution; found apart from Z and H.
_TOP_DETECTOR = Detector(
    jet_scale=0.853,
    jet_stochastic=2.16,
    jet_constant=0.0117,
    jet_missing=0.902,
    soft_noise=6.92,
    soft_growth=0.01,
    soft_scale=1.05,
)


_DIBOSONS = Radiation(
    mean_number=0.696,
    power=1.21,
    cutoff=400.0,
    sharpness=1.46,
    lowest=12.0,
    followers=0.835,
    variation=0.24,
    cascade=1.04,
    plateau=3.44,
    narrowing=2.0,
    edge=1.09,
    pull=0.777,
    splitting=0.303,
    opening=2.16,
    soft=4.94,
)
_DIBOSON_DETECTOR = Detector(
    jet_scale=0.88,
    jet_missing=0.717,
    soft_noise=5.26,
    soft_spread=0.9,
    soft_growth=0.0,
)


class Constants(NamedTuple):
    """Everything that the kernels read."""

    taus: TauDecays = TauDecays()
    w: WDecays = WDecays()
    z: ZBoson = ZBoson()
    higgs: Higgs = Higgs()
    top: TopQuark = TopQuark()
    top_pair: TopPair = TopPair()
    single_top: SingleTop = SingleTop()
    diboson: Diboson = Diboson()
    detector: Detector = Detector()
    top_detector: Detector = _TOP_DETECTOR
    diboson_detector: Detector = _DIBOSON_DETECTOR
    z_radiation: Radiation = _DRELL_YAN
    gluon_fusion_radiation: Radiation = _GLUON_FUSION
    vector_fusion_radiation: Radiation = _QUARK_INITIATED._replace(
        mean_number=0.52, pull=0.147, soft=3.56
    )
    associated_radiation: Radiation = _QUARK_INITIATED._replace(mean_number=0.583)
    top_radiation: Radiation = _TOP_PAIRS
    top_quark_radiation: Radiation = _TOPS_OF_QUARKS
    diboson_radiation: Radiation = _DIBOSONS


CONSTANTS = Constants()


class Slice(NamedTuple):
    """Events whose hardest emission lies above a pT, and below that of the next slice."""

    lowest_kt: float  # GeV
    expected: float  # share of the expected events; `python benchmarks/generation.py slices`
    generated: float  # share of the rows, such that a fit of mu has the least error of simulation


Z_SLICES = (
    Slice(0.0, 0.8077, 0.45),
    Slice(30.0, 0.1209, 0.24),
    Slice(60.0, 0.0506, 0.17),
    Slice(120.0, 0.0208, 0.14),
)

DEFAULT_COUNTS = MappingProxyType(
    {"htautau": 250_000, "ztautau": 600_000, "ttbar": 100_000, "diboson": 50_000}
)
"""A mix of a million events for most uses: signal and rare processes over-sampled, since in the
public file (24 %, 73 %, 3 % and 0.3 %) dibosons would be too few to train on."""


def default_counts(total: int) -> dict[str, int]:
    """`total` events, shared among the processes as in `DEFAULT_COUNTS`; Z takes what is left over.

    >>> default_counts(1000)
    {'htautau': 250, 'ztautau': 600, 'ttbar': 100, 'diboson': 50}
    """
    whole = sum(DEFAULT_COUNTS.values())
    counts = {name: total * count // whole for name, count in DEFAULT_COUNTS.items()}
    counts["ztautau"] += total - sum(counts.values())
    return counts


def as_record(table: tuple[Any, ...]) -> np.void:
    """The table as a numpy record, nested as it is: compiled functions take it as one pointer.

    A named tuple would be passed number by number, which takes the compiler ten times as long.
    """
    record: np.void = np.array([_values(table)], dtype=_layout(table))[0]
    return record


def _layout(table: Any) -> np.dtype[np.void]:
    fields = table._asdict().items()
    return np.dtype(
        [(key, _layout(x) if isinstance(x, tuple) else np.float64) for key, x in fields]
    )


def _values(table: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_values(x) if isinstance(x, tuple) else x for x in table)
