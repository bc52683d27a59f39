"""Properties of generated events: thresholds, symmetries, balance, and the frame around them."""

import numpy as np
import pytest
from scipy import stats

from HiggsML.definitions.features import derive
from HiggsML.errors import SettingsError
from HiggsML.generation import DEFAULT_COUNTS, default_counts, generate, generate_blocks
from HiggsML.generation.blocks import generate_block
from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.taus import TAU_MASS
from HiggsML.schema import (
    DER_COLUMNS,
    DETAILED_LABELS,
    EXPECTED_EVENTS,
    FILE_COLUMNS,
    LABELS,
    PRI_COLUMNS,
    PROCESSES,
    SIGNAL,
    UNDEFINED,
    WEIGHTS,
)

EVENTS = 30_000
P_VALUE = 1e-4


@pytest.fixture(scope="module", params=PROCESSES)
def events(request):
    """Columns of events of one process, float64."""
    rows = generate_block(request.param, EVENTS, seed=3, block=0)
    return dict(zip(PRI_COLUMNS, rows.T.astype(float), strict=True))


def corrected(pt, eta):
    """The jet energy correction of the detector card."""
    return np.sqrt(pt**2 + (3.0 - 0.2 * np.abs(eta)) ** 2 * pt)


def test_everything_is_finite_and_rounded(events):
    for name, values in events.items():
        assert np.isfinite(values).all(), name
        assert np.abs(values * 1000 - np.rint(values * 1000)).max() < 0.1, name


def test_thresholds_are_those_of_the_correction(events):
    assert events["PRI_lep_pt"].min() >= 20.0
    assert np.abs(events["PRI_lep_eta"]).max() <= 2.5
    # half of the last decimal of pT, and of eta times the slope of the threshold
    margin = 1e-3
    for name in ("had", "jet_leading", "jet_subleading"):
        pt, eta = events[f"PRI_{name}_pt"], events[f"PRI_{name}_eta"]
        there = pt != UNDEFINED
        threshold = corrected(20.0, eta[there])
        assert (pt[there] >= threshold - margin).all()
        # the threshold is reached: some events lie just above it
        assert (pt[there] - threshold).min() < 0.3


def test_jets_are_consistent(events):
    n = events["PRI_n_jets"]
    first, second = events["PRI_jet_leading_pt"], events["PRI_jet_subleading_pt"]
    total = events["PRI_jet_all_pt"]
    for count, name in ((1, "leading"), (2, "subleading")):
        for part in ("pt", "eta", "phi"):
            undefined = events[f"PRI_jet_{name}_{part}"] == UNDEFINED
            np.testing.assert_array_equal(undefined, n < count)
    assert (first >= second).all()
    np.testing.assert_array_equal(total[n == 0], 0.0)
    np.testing.assert_allclose(total[n == 1], first[n == 1], atol=2e-3)
    np.testing.assert_allclose(total[n == 2], (first + second)[n == 2], atol=2e-3)
    assert (total[n > 2] > (first + second)[n > 2] + 20.0).all()
    assert np.abs(events["PRI_jet_leading_eta"][n > 0]).max() < 4.9 + 1e-6  # of float32


def test_objects_are_apart(events):
    names = ("lep", "had", "jet_leading", "jet_subleading")
    for i, a in enumerate(names):
        for b in names[:i]:
            both = (events[f"PRI_{a}_pt"] != UNDEFINED) & (events[f"PRI_{b}_pt"] != UNDEFINED)
            dphi = (events[f"PRI_{a}_phi"] - events[f"PRI_{b}_phi"])[both]
            dphi = np.abs(np.mod(dphi + np.pi, 2.0 * np.pi) - np.pi)
            deta = (events[f"PRI_{a}_eta"] - events[f"PRI_{b}_eta"])[both]
            assert np.hypot(deta, dphi).min() > 0.6 - 2e-3


def test_azimuths_are_uniform_and_etas_symmetric(events):
    """Kolmogorov-Smirnov; ten tests a process at 1e-4 (fixed seed)."""
    law = stats.uniform(-np.pi, 2.0 * np.pi)
    for name in ("lep", "had", "jet_leading", "jet_subleading"):
        there = events[f"PRI_{name}_pt"] != UNDEFINED
        phi, eta = events[f"PRI_{name}_phi"][there], events[f"PRI_{name}_eta"][there]
        assert stats.kstest(phi, law.cdf).pvalue > P_VALUE
        # halves, because a sample and its own mirror image are not independent
        assert stats.ks_2samp(eta[::2], -eta[1::2]).pvalue > P_VALUE
    assert stats.kstest(events["PRI_met_phi"], law.cdf).pvalue > P_VALUE


@pytest.mark.parametrize(("process", "edge"), [("ztautau", 91.188), ("htautau", 125.0)])
def test_visible_mass_ends_at_the_boson_mass(process, edge):
    """Massless taus: m_vis = m sqrt(x1 x2) < m, but for resolution and, of the Z, its tail.

    The tau's energy correction (at most 12 % for pT above 30 GeV) and resolution (about 10 %)
    raise m_vis by the square root of their product: 15 % leaves some thousandths beyond the edge.
    So do leptons of the W, Z and top quarks beside a Higgs, and jets taken for taus.
    """
    rows = generate_block(process, EVENTS, seed=4, block=0)
    derived = derive(dict(zip(PRI_COLUMNS, rows.T.astype(float), strict=True)))
    assert np.mean(derived["DER_mass_vis"] > 1.15 * edge) < 0.015


def test_missing_energy_balances_the_event():
    """Without noise, imperfect responses or corrections, momentum is conserved.

    What is lost of a tau below thresholds is in the missing energy.
    """
    perfect = CONSTANTS._replace(
        detector=CONSTANTS.detector._replace(
            lepton_noise=0.0,
            tau_scale=1.0,
            tau_offset=0.0,
            tau_lost=2.0,
            tau_stochastic=0.0,
            tau_constant=0.0,
            tau_tail=0.0,
            tau_eta_error=0.0,
            tau_phi_error=0.0,
            jet_scale=1.0,
            jet_offset=0.0,
            jet_seen=1.0,
            jet_lost=0.0,
            jet_angle=0.0,
            jet_stochastic=0.0,
            jet_constant=0.0,
            jet_outside=0.0,
            jet_escaping=0.0,
            tower_rate=0.0,
            soft_noise=0.0,
            soft_growth=0.0,
            soft_scale=1.0,
        ),
        z_radiation=CONSTANTS.z_radiation._replace(mean_number=1e-6, soft=0.0),
        second_collision=CONSTANTS.second_collision._replace(rate=0.0),
    )
    rows = generate_block("ztautau", 3_000, 5, 0, perfect).astype(float)
    c = dict(zip(PRI_COLUMNS, rows.T, strict=True))
    slope2 = (3.0 - 0.2 * np.abs(c["PRI_had_eta"])) ** 2
    had_pt = 0.5 * (np.sqrt(slope2**2 + 4.0 * c["PRI_had_pt"] ** 2) - slope2)  # without correction
    pts = c["PRI_lep_pt"], had_pt, c["PRI_met"]
    phis = c["PRI_lep_phi"], c["PRI_had_phi"], c["PRI_met_phi"]
    balance = sum(pt * np.exp(1j * phi) for pt, phi in zip(pts, phis, strict=True))
    assert np.quantile(np.abs(balance), 0.99) < 0.1  # angles are of first order: of soft taus more
    assert np.abs(balance).max() < 0.5
    # The Z is at rest in the transverse plane: the neutrinos fly along lepton and tau, which are
    # opposite, but for half a tau's mass that each decay may give to the side, and to the lepton
    # from which the side is measured.
    aside = c["PRI_met"] * np.sin(c["PRI_met_phi"] - c["PRI_lep_phi"])
    assert np.abs(aside).max() < 2.0 * TAU_MASS


def test_recoil_and_jets_are_back_to_back():
    rows = generate_block("ztautau", EVENTS, 6, 0).astype(float)
    c = dict(zip(PRI_COLUMNS, rows.T, strict=True))
    hard = (c["PRI_n_jets"] == 1) & (c["PRI_jet_leading_pt"] > 60.0)
    boson = sum(
        c[f"PRI_{name}"] * np.exp(1j * c[f"PRI_{name.removesuffix('_pt')}_phi"])
        for name in ("lep_pt", "had_pt", "met")
    )[hard]
    jet = c["PRI_jet_leading_pt"][hard] * np.exp(1j * c["PRI_jet_leading_phi"][hard])
    assert np.mean(np.cos(np.angle(boson) - np.angle(jet)) < -0.9) > 0.8
    assert np.median(np.abs(boson) / np.abs(jet)) == pytest.approx(1.0, abs=0.15)


def test_blocks_depend_on_seed_process_and_block_only():
    counts = {"htautau": 2500, "diboson": 1200}
    one = list(generate_blocks(counts, 9, block_size=1000, threads=1))
    two = list(generate_blocks(counts, 9, block_size=1000, threads=3))
    assert [block.process for block in one] == ["htautau"] * 3 + ["diboson"] * 2
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.primaries, b.primaries)
    alone = list(generate_blocks({"diboson": 1200}, 9, block_size=1000, threads=1))
    np.testing.assert_array_equal(alone[1].primaries, one[4].primaries)
    assert not np.array_equal(one[0].primaries, one[1].primaries)
    shorter = generate_block("htautau", 200, 9, 1)
    np.testing.assert_array_equal(shorter, one[1].primaries[:200])


def test_weights_add_up_to_the_expected_events():
    counts = {"htautau": 1500, "ztautau": 500}
    for luminosity in (10.0, 36.0):
        total = dict.fromkeys(counts, 0.0)
        for block in generate_blocks(counts, 1, luminosity=luminosity, block_size=400):
            total[block.process] += block.weights.sum()
        for process, value in total.items():
            assert value == pytest.approx(EXPECTED_EVENTS[process] * luminosity / 10.0)


def test_frame_has_the_columns_of_the_file_in_random_order():
    counts = {"htautau": 600, "ztautau": 900, "ttbar": 0, "diboson": 300}
    frame = generate(counts, seed=2)
    assert tuple(frame.columns) == FILE_COLUMNS
    floats = frame.drop(columns=DETAILED_LABELS)
    assert (floats.dtypes == np.float32).all()
    assert frame[DETAILED_LABELS].value_counts().to_dict() == {p: n for p, n in counts.items() if n}
    np.testing.assert_array_equal(frame[LABELS] == 1.0, frame[DETAILED_LABELS] == SIGNAL)
    derived = derive({name: frame[name].to_numpy(float) for name in PRI_COLUMNS})
    for name in DER_COLUMNS:
        np.testing.assert_array_equal(frame[name], derived[name].astype(np.float32))
    sums = frame.groupby(DETAILED_LABELS, observed=True)[WEIGHTS].sum()
    assert sums["ztautau"] == pytest.approx(EXPECTED_EVENTS["ztautau"], rel=1e-5)
    # Row numbers of the signal: as those of a random third. Mann-Whitney; error rate 1e-4.
    place = np.flatnonzero(frame[LABELS] == 1.0)
    rest = np.flatnonzero(frame[LABELS] == 0.0)
    assert stats.mannwhitneyu(place, rest).pvalue > P_VALUE
    assert generate(counts, seed=2).equals(frame)
    assert not generate(counts, seed=3).equals(frame)


def test_nothing_asked_for_is_an_empty_frame():
    assert generate({}, seed=0).shape == (0, len(FILE_COLUMNS))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (({"higgs": 5}, 0), "unknown process"),
        (({"htautau": -1}, 0), "htautau"),
        (({"htautau": 1.5}, 0), "htautau"),
        (({"htautau": 1}, -1), "seed"),
    ],
)
def test_bad_arguments_are_named(arguments, said):
    for function in (generate, generate_blocks):
        with pytest.raises(SettingsError, match=said):
            function(*arguments)


@pytest.mark.parametrize("luminosity", [0.0, float("nan"), float("inf")])
def test_bad_luminosity_is_named(luminosity):
    with pytest.raises(SettingsError, match="luminosity"):
        generate({"htautau": 1}, 0, luminosity=luminosity)


@pytest.mark.parametrize("name", ["block_size", "threads"])
def test_bad_sizes_are_named(name):
    with pytest.raises(SettingsError, match=name):
        generate_blocks({"htautau": 1}, 0, **{name: 0})


@pytest.mark.parametrize("total", [0, 1, 7, 1_000_000])
def test_default_mix_adds_up(total):
    counts = default_counts(total)
    assert sum(counts.values()) == total
    assert set(counts) == set(PROCESSES)
    assert default_counts(sum(DEFAULT_COUNTS.values())) == DEFAULT_COUNTS


@pytest.mark.slow
def test_no_undefined_number_in_ten_million_rows():
    rows = 0
    for block in generate_blocks(default_counts(10_000_000), seed=8):
        assert np.isfinite(block.primaries).all()
        assert block.primaries[:, PRI_COLUMNS.index("PRI_n_jets")].max() <= 16
        rows += len(block.primaries)
    assert rows == 10_000_000
