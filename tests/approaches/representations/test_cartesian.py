"""Cartesian momenta: there and back, and what has no components."""

import numpy as np
import pandas as pd
import pytest

from any_events import ABSENT_2014, COLUMNS_2014, any_events, any_events_of_2014
from HiggsML.approaches.representations import (
    cartesian,
    cartesian_columns,
    from_cartesian,
    orient,
    oriented_cartesian,
)
from HiggsML.columns import AT
from HiggsML.definitions import features as definitions
from HiggsML.errors import DataError
from HiggsML.schema import FEATURES, PRI_COLUMNS, UNDEFINED

TABLES = {"this": (any_events(), FEATURES), "2014": (any_events_of_2014(), COLUMNS_2014)}


def frame(x, columns=FEATURES):
    return pd.DataFrame(cartesian(x, columns), columns=[*cartesian_columns(columns)])


@pytest.mark.parametrize("table", TABLES)
def test_there_and_back(table):
    x, columns = TABLES[table]
    before = x.copy()
    np.testing.assert_allclose(from_cartesian(cartesian(x, columns), columns), x, atol=1e-9)
    np.testing.assert_array_equal(x, before)


def test_there_and_back_in_float32():
    x = any_events().astype(np.float32)
    back = from_cartesian(cartesian(x))
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, x, rtol=1e-5, atol=1e-5)


def test_components_are_those_of_the_definitions():
    x = any_events()
    expected = definitions.cartesian({name: x[:, i] for i, name in enumerate(PRI_COLUMNS)})
    found = frame(x)
    for name in ("lep", "had"):
        for k in ("px", "py", "pz"):
            np.testing.assert_allclose(found[f"PRI_{name}_{k}"], expected[f"{name}_{k}"])
    np.testing.assert_allclose(found["PRI_met_px"], expected["met_x"])
    np.testing.assert_allclose(found["PRI_met_py"], expected["met_y"])


def test_missing_momentum_keeps_its_pt_and_has_no_pz():
    found = frame(any_events())
    np.testing.assert_array_equal(found["PRI_met"], any_events()[:, AT.MET])
    assert "PRI_met_pz" not in found
    assert "PRI_met_phi" not in found


@pytest.mark.parametrize(("table", "absent"), [("this", UNDEFINED), ("2014", ABSENT_2014)])
def test_absent_jets_stay_absent(table, absent):
    found = frame(*TABLES[table])
    no_jet = np.arange(300) % 3 == 0
    momenta = found.filter(regex="jet_(sub)?leading")
    assert momenta.shape[1] == 6
    assert (momenta[no_jet] == absent).all(axis=None)
    assert not (momenta[np.arange(300) % 3 == 2] == absent).any(axis=None)


def test_the_lepton_of_an_oriented_event_has_no_py():
    x = any_events()
    np.testing.assert_array_equal(frame(orient(x))["PRI_lep_py"], 0.0)
    table, names = oriented_cartesian(x)
    assert "PRI_lep_py" not in names
    assert table.shape == (300, len(names))
    expected = frame(orient(x)).drop(columns="PRI_lep_py")
    assert tuple(expected.columns) == names
    np.testing.assert_array_equal(expected, table)


def test_the_tables_of_2014_have_thirty_features_before_and_after():
    assert len(COLUMNS_2014) == 30
    assert oriented_cartesian(any_events_of_2014(), COLUMNS_2014)[0].shape == (300, 30)


def test_another_table_is_refused():
    with pytest.raises(DataError, match="29 columns are needed"):
        from_cartesian(any_events())
