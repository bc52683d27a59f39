"""The judge of generated events: its pure functions, and the command by numbers alone."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.realism import public_numbers, shapes
from benchmarks.realism.__main__ import BY_NUMBERS, main
from benchmarks.realism.classifiers import folds
from benchmarks.realism.estimates import (
    Estimate,
    mean,
    quantiles,
    rank_correlation,
    rms,
    share,
    total,
)
from benchmarks.realism.missing import z_with_truth
from benchmarks.realism.regions import COARSE_REGIONS, REGIONS, collinear, in_region, region_of
from benchmarks.realism.samples import generated, read_references
from benchmarks.realism.transfer import (
    LEAST_ROWS,
    expected_variances,
    fitted_measurement,
    transfer,
    variances,
)
from benchmarks.realism.two_samples import thinned
from benchmarks.realism.under_signal import threshold_of
from benchmarks.realism.verdicts import NO, RIGHT, TOLD, UNCERTAIN, Judged, count_verdicts
from benchmarks.realism.yields import judge_yields, responses
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.generation import generate
from HiggsML.schema import EXPECTED_EVENTS, PROCESSES
from HiggsML.task import HIGGSML

COUNTS = {"htautau": 4_000, "ztautau": 8_000, "ttbar": 2_000, "diboson": 1_000}


@pytest.fixture(scope="module")
def samples():
    return generated(COUNTS, seed=1)


def columns(**values: float) -> dict[str, np.ndarray]:
    names = {
        "mt": "DER_mass_transverse_met_lep",
        "j1": "PRI_jet_leading_pt",
        "j2": "PRI_jet_subleading_pt",
        "pt": "DER_pt_h",
    }
    return {names[key]: np.array([value]) for key, value in values.items()}


# --- regions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mt", "j1", "j2", "pt", "name"),
    [
        (69.9, 50.1, 30.1, 0.0, "lowMT_VBFJet"),
        (70.0, 50.1, 30.1, 500.0, "highMT_VBFJet"),
        (69.9, 50.0, 30.1, 99.9, "lowMT_noVBFJet_ptH0to100"),
        (69.9, 90.0, 30.0, 100.0, "lowMT_noVBFJet_ptH100to200"),
        (69.9, -25.0, -25.0, 200.0, "lowMT_noVBFJet_ptH200"),
        (70.0, 50.0, -25.0, 0.0, "highMT_noVBFJet_ptH0to100"),
        (70.0, 50.0, -25.0, 199.9, "highMT_noVBFJet_ptH100to200"),
        (70.0, 50.0, -25.0, 1e4, "highMT_noVBFJet_ptH200"),
    ],
)
def test_edges_of_regions(mt, j1, j2, pt, name) -> None:
    assert REGIONS[region_of(columns(mt=mt, j1=j1, j2=j2, pt=pt))[0]] == name


def test_public_numbers_are_of_these_regions_and_add_up() -> None:
    assert set(public_numbers.YIELDS) == set(public_numbers.ROWS) == set(REGIONS)
    assert set(public_numbers.RESPONSES) == set(COARSE_REGIONS)
    assert set(public_numbers.FEATURES_OF_REGION) < set(COARSE_REGIONS)
    for process, inclusive in public_numbers.INCLUSIVE.items():
        total_of_regions = sum(public_numbers.YIELDS[region][process] for region in REGIONS)
        assert total_of_regions == pytest.approx(inclusive, rel=1e-4)


def test_coarse_regions_are_sums(samples) -> None:
    region = samples["ztautau"].region
    both = in_region(region, "lowMT_noVBFJet_ptH100to200") | in_region(
        region, "lowMT_noVBFJet_ptH200"
    )
    assert np.array_equal(in_region(region, "lowMT_noVBFJet_ptH100"), both)
    assert in_region(region, "all").all()


# --- the collinear mass --------------------------------------------------------------------------


def di_tau(x_lepton: float, x_hadrons: float, phi: float) -> dict[str, np.ndarray]:
    """What is seen of two massless taus of 80 and 60 GeV, with neutrinos along them."""
    seen_l, seen_h = 80.0 * x_lepton, 60.0 * x_hadrons
    met = np.array([80.0 - seen_l + (60.0 - seen_h) * np.cos(phi), (60.0 - seen_h) * np.sin(phi)])
    one = {
        "PRI_lep_pt": seen_l, "PRI_lep_eta": 0.3, "PRI_lep_phi": 0.0,
        "PRI_had_pt": seen_h, "PRI_had_eta": -0.4, "PRI_had_phi": phi,
        "PRI_met": np.hypot(*met), "PRI_met_phi": np.arctan2(met[1], met[0]),
        "DER_mass_vis": np.sqrt(2.0 * seen_l * seen_h * (np.cosh(0.7) - np.cos(phi))),
    }  # fmt: skip
    absent = {
        f"PRI_jet_{jet}_{k}": -25.0
        for jet in ("leading", "subleading")
        for k in ("pt", "eta", "phi")
    }
    return {name: np.array([value]) for name, value in (one | absent).items()}


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.floats(0.2, 2.9))
def test_collinear_mass_is_that_of_the_taus(x_lepton, x_hadrons, phi) -> None:
    mass, physical = collinear(di_tau(x_lepton, x_hadrons, phi))
    assert physical.all()
    truth = np.sqrt(2.0 * 80.0 * 60.0 * (np.cosh(0.7) - np.cos(phi)))
    assert mass[0] == pytest.approx(truth, rel=1e-6)


def test_collinear_mass_without_a_solution() -> None:
    event = di_tau(0.5, 0.5, 1.0)
    event["PRI_met_phi"] = event["PRI_met_phi"] + np.pi  # the neutrinos fly backwards
    event["PRI_met"] = 10.0 * event["PRI_met"]
    mass, physical = collinear(event)
    assert mass[0] == 0.0
    assert not physical.any()


# --- estimates -----------------------------------------------------------------------------------


def test_related_rows_count_as_one_event() -> None:
    weights = np.full(100, 2.0)
    assert total(weights, np.arange(100)) == Estimate(200.0, 20.0)
    assert total(weights, np.arange(100) // 4) == Estimate(200.0, 40.0)


def test_errors_are_the_scatter_of_repeated_samples() -> None:
    """400 samples: the scatter is known to 4 %; 5 standard errors allow 0.2."""
    rng = np.random.default_rng(3)

    def numbers() -> list[Estimate]:
        x = rng.normal(size=1000)
        weights, groups = rng.uniform(0.2, 1.8, 1000), np.arange(1000)
        y = 0.5 * x + rng.normal(size=1000)
        return [
            mean(x, weights, groups),
            rms(x, weights, groups),
            share(x > 1.0, weights, groups),
            *quantiles(x, weights, groups, (0.5,)),
            rank_correlation(x, y, weights, groups),
        ]

    found = np.array([numbers() for _ in range(400)])
    scatter, told = found[:, :, 0].std(axis=0), np.sqrt(np.mean(found[:, :, 1] ** 2, axis=0))
    assert told == pytest.approx(scatter, rel=0.2)


def test_rank_correlation_of_equal_weights_is_spearmans() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(4)
    x = rng.integers(0, 5, 500).astype(float)
    y = x + rng.normal(size=500)
    found = rank_correlation(x, y, np.full(500, 3.0), np.arange(500))
    assert found.value == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


# --- verdicts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "error", "verdict"),
    [(1.02, 0.001, RIGHT), (1.06, 0.03, UNCERTAIN), (1.06, 0.01, NO), (0.94, 0.01, NO)],
)
def test_verdicts(value, error, verdict) -> None:
    row = Judged("p", "h", "r", "q", Estimate(1.0, 0.0), Estimate(value, error), 0.03)
    assert row.verdict == verdict
    assert count_verdicts([row])[verdict] == 1


# --- samples and what is told of them ------------------------------------------------------------


def test_yields_of_generated_events(samples) -> None:
    for process, sample in samples.items():
        assert sample.weights_before.sum() == pytest.approx(EXPECTED_EVENTS[process])
    rows = list(judge_yields(samples))
    assert len(rows) == 4 + 8 * 4
    assert all(0.9 < row.found.value < 1.1 for row in rows[:4])


def test_a_part_stands_for_all(samples) -> None:
    part = samples["ztautau"].part(1_000)
    assert len(part.primaries) <= 1_000
    assert part.weights_before.sum() == pytest.approx(EXPECTED_EVENTS["ztautau"])


def test_response_of_a_yield_to_a_scale(samples) -> None:
    """More tau energy takes events over the cut on the tau, and none out."""
    found = responses(samples["ztautau"], "tes")["lowMT_noVBFJet_ptH0to100"]
    assert 0.0 < found.value < 3.0
    assert 0.0 < found.error < 0.5


def test_numbers_of_a_sample_are_those_that_are_stored(samples) -> None:
    stored = shapes.read_reference()
    assert set(stored) == set(PROCESSES)
    found = shapes.numbers_of(samples["htautau"], ("jets", "tails", "means"))
    assert found.keys() <= stored["htautau"].keys()
    four = [found["jets", "all", f"{name} jets"].value for name in ("0", "1", "2", "3+")]
    assert sum(four) == pytest.approx(1.0)


def test_rows_of_files_are_read_with_their_relations(tmp_path: Path) -> None:
    frame = generate(COUNTS, seed=2)
    frame["event_id"] = np.arange(len(frame)) // 2
    frame.to_parquet(tmp_path / "pythia_hard_rows.parquet")
    frame.drop(columns="event_id").to_parquet(tmp_path / "real_more_rows.parquet")
    found = read_references(tmp_path)
    assert set(found) == {"full simulation", "public rows"}
    related, single = (found[name]["ztautau"] for name in ("full simulation", "public rows"))
    assert len(np.unique(related.groups_before)) < len(np.unique(single.groups_before))
    assert related.weights_before.sum() == pytest.approx(EXPECTED_EVENTS["ztautau"])
    assert len(np.unique(single.weights_before)) == 1


@pytest.mark.slow  # compiles the kernel of the Z with its truth
def test_the_truth_of_z_is_that_of_the_generator() -> None:
    """What is missing scatters about the neutrinos by some 10 GeV, much less than they vary."""
    rows, weights, truth = z_with_truth(4_000, seed=3)
    assert weights.sum() == pytest.approx(EXPECTED_EVENTS["ztautau"])
    met = rows[:, 14:15] * np.column_stack([np.cos(rows[:, 15]), np.sin(rows[:, 15])])
    left = met - truth[:, 2:]
    assert 5.0 < left.std() < 20.0
    assert truth[:, 2:].std() > left.std()


def test_folds_keep_relatives_together() -> None:
    groups = np.arange(1000) // 3
    tested = np.zeros(1000, dtype=int)
    for train, test in folds(groups):
        assert not set(groups[train]) & set(groups[test])
        tested += test
    assert (tested == 1).all()


def test_thinned_events_stand_for_the_region(samples) -> None:
    """Error of the sum about 2 %."""
    sample = samples["ztautau"]
    positions, weights = thinned(sample, "all", 3_000, np.random.default_rng(5))
    assert len(positions) == pytest.approx(3_000, rel=0.1)
    assert weights.sum() == pytest.approx(sample.weights.sum(), rel=0.1)


def test_threshold_holds_the_events() -> None:
    output, weights = np.arange(100.0), np.full(100, 2.0)
    threshold = threshold_of(output, weights, 41.0)
    assert weights[output > threshold].sum() == 40.0


# --- the command ---------------------------------------------------------------------------------


def test_command_by_numbers_alone(tmp_path: Path, capsys) -> None:
    parts = ["yields", "jets", "tails"]
    arguments = ["--only", *parts, "--scale", "0.01", "--output", str(tmp_path)]
    assert main(arguments) == 0
    assert "| yields |" in capsys.readouterr().out
    content = json.loads((tmp_path / "realism.json").read_text())
    assert {row["part"] for row in content["comparisons"]} == set(parts)
    assert (tmp_path / "realism.md").read_text().count("## ") == len(parts)


def test_command_refuses_what_needs_rows(tmp_path: Path, capsys) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "transfer", "--output", str(tmp_path)])
    assert "--data" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert "transfer" not in BY_NUMBERS


def test_what_has_no_limit_is_told() -> None:
    row = Judged("p", "h", "r", "q", Estimate(0.0, 0.0), Estimate(7.0, 0.0), np.inf)
    assert row.verdict == TOLD
    assert sum(count_verdicts([row]).values()) == 0


def test_variances_of_bins_count_relatives_together(samples) -> None:
    sample = samples["ztautau"]
    bins = sample.region.astype(np.intp)
    alone = variances(bins, sample, len(REGIONS))
    assert alone == pytest.approx(np.bincount(bins, sample.weights**2, len(REGIONS)))
    one = replace(sample, groups=np.zeros_like(sample.groups))
    together = variances(bins, one, len(REGIONS))
    assert together == pytest.approx(np.bincount(bins, sample.weights, len(REGIONS)) ** 2)


def test_a_bin_in_which_no_heavy_row_fell_has_a_variance_nevertheless(samples) -> None:
    """In the last of four bins five events are expected, and rows of weight 50 are next to it."""
    rows = np.arange(3 * LEAST_ROWS)
    sample = replace(
        samples["ztautau"], groups=rows, weights=np.where(rows < 2 * LEAST_ROWS, 1.0, 50.0)
    )
    bins = rows // LEAST_ROWS
    expected = np.array([100.0, 120.0, 5000.0, 5.0])
    found = expected_variances(expected, [(bins, sample)])
    np.testing.assert_allclose(found, [100.0, 120.0, 50.0 * 5000.0, 50.0 * 5.0])


@pytest.mark.slow  # fits a measurement
def test_transfer_to_other_events_of_the_generator_finds_mu(samples) -> None:
    """5 errors of the rows."""
    counts = {"htautau": 20_000, "ztautau": 100_000, "ttbar": 20_000, "diboson": 10_000}
    pool = {process: [sample] for process, sample in generated(counts, 4).items()}
    found = transfer(fitted_measurement(counts, 3), pool)
    assert abs(found.mu - 1.0) < 5.0 * found.pool_error
    assert 0.5 < found.chi2_per_bin < 2.0
    low, high = HIGGSML.mu_range  # which intervals are cut to
    assert found.interval[0] <= np.clip(found.mu, low, high) <= found.interval[1]
