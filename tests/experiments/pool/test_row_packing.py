import numpy as np
import pytest

from HiggsML.definitions.features import DEFINITIONS, cartesian
from HiggsML.errors import DataError
from HiggsML.experiments.pool.row_format import ABSENT, HALF_TURN, UNITS
from HiggsML.experiments.pool.row_packing import pack_rows
from HiggsML.schema import PRI_COLUMNS


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
            np.testing.assert_array_equal(values, rows[name])


@pytest.mark.parametrize(
    "name", ["mass_vis", "mass_jet_jet", "deltar_had_lep", "lep_eta_centrality"]
)
def test_derived_features_are_those_of_the_definition(make_events, name):
    events = make_events(5000, 2)
    rounded = np.round(events.astype(np.float64).T, 3)
    columns = dict(zip(PRI_COLUMNS, rounded, strict=True))
    columns |= cartesian(columns)
    expected = DEFINITIONS[f"DER_{name}"](columns)
    np.testing.assert_allclose(pack_rows(events, "here")[name], expected, rtol=2e-7, atol=1e-30)


def test_particles_in_one_direction_have_no_mass():
    event = np.full((1, 16), 0.5, dtype=np.float32)
    for name in ("lep_pt", "had_pt", "jet_leading_pt", "jet_subleading_pt"):
        event[0, PRI_COLUMNS.index(f"PRI_{name}")] = 30.0
    event[0, PRI_COLUMNS.index("PRI_n_jets")] = 2.0
    row = pack_rows(event, "here")[0]
    assert (row["mass_vis"], row["mass_jet_jet"], row["deltar_had_lep"]) == (0.0, 0.0, 0.0)


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
