import numpy as np
import pytest
from scipy import stats

from HiggsML.definitions.features import DEFINITIONS, cartesian
from HiggsML.errors import DataError
from HiggsML.experiments.pool.row_format import ABSENT, HALF_TURN, UNITS, primaries_of
from HiggsML.experiments.pool.row_packing import pack_rows as pack_rows_with_key
from HiggsML.schema import PRI_COLUMNS

KEY = np.arange(4, dtype=np.uint64)
SHIFTED = ("had_pt", "jet_leading_pt", "jet_subleading_pt", "jet_all_pt", "met")


def pack_rows(events, where, **options):
    return pack_rows_with_key(events, where, **{"key": KEY} | options)


def lost(events, rows, name):
    """What a column has beyond three decimals, in thousandths, and the column of the file."""
    file = events[:, PRI_COLUMNS.index(f"PRI_{name}")].astype(np.float64)
    return 1000.0 * (primaries_of(rows)[f"PRI_{name}"] - np.round(file, 3)), file


def test_lost_decimals_are_uniform(make_events):
    """Of numbers that stand alone; Kolmogorov-Smirnov, six tests at 1e-4 (fixed key)."""
    events = make_events(40_000, 6)
    rows = pack_rows(events, "here")
    n_jets = rows["n_jets"]
    for name in (*SHIFTED, "met_phi"):
        rest, file = lost(events, rows, name)
        alone = (np.abs(file) > 1e-3) & (np.abs(file) < 3.1415 if name == "met_phi" else file > 0)
        alone &= (n_jets > 2) if name.startswith("jet") else True
        assert stats.kstest(rest[alone], stats.uniform(-0.5, 1.0).cdf).pvalue > 1e-4, name
        assert np.abs(rest[alone]).max() < 0.5 + 1e-9


def test_lost_decimals_are_independent(make_events):
    """Correlations of all pairs of columns, and of neighbours: 20 tests at 1e-4 (fixed key)."""
    events = make_events(40_000, 7)
    rows = pack_rows(events, "here")[: (len(events) // 2) * 2]
    many = rows["n_jets"] > 2
    table = np.array([lost(events, rows, name)[0][many] for name in (*SHIFTED, "met_phi")])
    pairs = np.corrcoef(table)[np.triu_indices(len(table), 1)].tolist()
    pairs += [np.corrcoef(column[:-1], column[1:])[0, 1] for column in table]
    assert np.abs(pairs).max() < stats.norm.isf(0.5e-4) / np.sqrt(many.sum() - 1)


def test_sums_of_jets_are_kept(make_events):
    events = make_events(20_000, 8)
    rows = pack_rows(events, "here")
    none, one, two = (rows["n_jets"] == n for n in range(3))
    assert (rows["jet_all_pt"][none] == 0.0).all()
    assert (rows["jet_leading_pt"][none] == -25.0).all()
    np.testing.assert_array_equal(rows["jet_all_pt"][one], rows["jet_leading_pt"][one])
    both = rows["jet_leading_pt"].astype(np.float64) + rows["jet_subleading_pt"]
    np.testing.assert_array_equal(rows["jet_all_pt"][two], both[two].astype(np.float32))
    stored = rows["jet_subleading_pt"] > 0.0
    assert (rows["jet_subleading_pt"] <= rows["jet_leading_pt"])[stored].all()


@pytest.mark.parametrize("excess", [-0.001, 0.001])
def test_sums_that_the_file_has_rounded_are_kept(make_events, excess):
    events = make_events(5000, 9)
    at = {name: i for i, name in enumerate(PRI_COLUMNS)}
    events = events[events[:, at["PRI_n_jets"]] == 2.0]
    events[:, at["PRI_jet_subleading_pt"]] = events[:, at["PRI_jet_leading_pt"]]
    total = 2.0 * events[:, at["PRI_jet_leading_pt"]].astype(np.float64) + excess
    events[:, at["PRI_jet_all_pt"]] = np.round(total, 3)
    rows = pack_rows(events, "here")
    both = rows["jet_leading_pt"].astype(np.float64) + rows["jet_subleading_pt"]
    np.testing.assert_array_equal(rows["jet_all_pt"], both.astype(np.float32))
    np.testing.assert_array_equal(
        np.rint(rows["jet_all_pt"].astype(float) * 1e3), np.rint(1e3 * total)
    )
    assert (rows["jet_subleading_pt"] <= rows["jet_leading_pt"]).all()


def test_lost_decimals_depend_on_the_key_and_the_number(make_events):
    events = make_events(300, 10)
    whole = pack_rows(events, "here", first=2**33)
    np.testing.assert_array_equal(whole[100:], pack_rows(events[100:], "", first=2**33 + 100))
    for bit in range(0, 128, 5):
        key = KEY.copy()
        key[bit // 32] ^= np.uint64(1 << bit % 32)
        other = pack_rows(events, "here", first=2**33, key=key)
        assert (other["had_pt"] != whole["had_pt"]).mean() > 0.9


def test_packing_keeps_all_three_decimals(make_events):
    events = make_events(500, 1)
    rows = pack_rows(events, "here")
    has_jet = events[:, PRI_COLUMNS.index("PRI_jet_leading_pt")] > 0.0
    for i, column in enumerate(PRI_COLUMNS):
        name, values = column.removeprefix("PRI_"), events[:, i]
        if name.endswith("eta"):
            np.testing.assert_array_equal(values, (rows[name] / UNITS).astype(np.float32))
        elif name == "jet_leading_phi":
            assert (rows[name][~has_jet] == ABSENT).all()
            back = ((rows[name] - HALF_TURN) / UNITS).astype(np.float32)
            np.testing.assert_array_equal(values[has_jet], back[has_jet])
        elif not name.endswith("phi"):
            np.testing.assert_array_equal(
                values, np.round(rows[name].astype(float), 3).astype(np.float32)
            )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("mass_vis", "mass_over_pt_vis"),
        ("mass_jet_jet", "mass_over_pt_jets"),
        ("deltar_had_lep", "deltar_had_lep"),
        ("lep_eta_centrality", "lep_eta_centrality"),
    ],
)
def test_derived_features_are_those_of_the_definition(make_events, name, kept):
    events = make_events(5000, 2)
    rounded = np.round(events.astype(np.float64).T, 3)
    columns = dict(zip(PRI_COLUMNS, rounded, strict=True))
    columns |= cartesian(columns)
    expected = DEFINITIONS[f"DER_{name}"](columns)
    found = pack_rows(events, "here")[kept].astype(np.float64)
    if name.startswith("mass"):
        pair = ("lep", "had") if name == "mass_vis" else ("jet_leading", "jet_subleading")
        pts = [np.maximum(columns[f"PRI_{particle}_pt"], 0.0) for particle in pair]
        found = np.where(expected >= 0.0, found * np.sqrt(pts[0] * pts[1]), expected)
    np.testing.assert_allclose(found, expected, rtol=2e-7, atol=1e-30)


def test_particles_in_one_direction_have_no_mass():
    event = np.full((1, 16), 0.5, dtype=np.float32)
    for name in ("lep_pt", "had_pt", "jet_leading_pt", "jet_subleading_pt"):
        event[0, PRI_COLUMNS.index(f"PRI_{name}")] = 30.0
    event[0, PRI_COLUMNS.index("PRI_n_jets")] = 2.0
    row = pack_rows(event, "here")[0]
    names = ["mass_over_pt_vis", "mass_over_pt_jets", "deltar_had_lep"]
    assert row[names].tolist() == (0.0, 0.0, 0.0)


def test_packing_rounds():
    event = np.zeros((1, 16), dtype=np.float32)
    event[0, PRI_COLUMNS.index("PRI_lep_pt")] = 30.12345
    event[0, PRI_COLUMNS.index("PRI_had_pt")] = 30.0
    event[0, PRI_COLUMNS.index("PRI_met_phi")] = 1.23456
    row = pack_rows(event, "here")[0]
    assert row["lep_pt"] == np.float32(30.123)
    assert row["met_phi"] == HALF_TURN + 1235


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("PRI_met", np.nan, "not finite"),
        ("PRI_lep_pt", np.inf, "not finite"),
        ("PRI_had_pt", -1.0, "negative momentum"),
        ("PRI_met_phi", 3.2, "beyond"),
        ("PRI_had_phi", -25.0, "beyond"),
        ("PRI_lep_eta", 40.0, "beyond"),
        ("PRI_n_jets", 1.5, "number of jets"),
        ("PRI_n_jets", -25.0, "number of jets"),
    ],
)
def test_impossible_values_are_named(make_events, column, value, what):
    events = make_events(10, 1)
    events[7, PRI_COLUMNS.index(column)] = value
    with pytest.raises(DataError, match=what) as caught:
        pack_rows(events, "block 3")
    assert f"block 3, {column}, event 7" in str(caught.value)
    assert str(value) in str(caught.value)
