"""The momenta of events, found by the names of columns of either challenge."""

import numpy as np
import pytest

from any_events import COLUMNS_2014, any_events, any_events_of_2014
from HiggsML.approaches.representations.vectors import event_momenta, find_vectors, table_of
from HiggsML.columns import AT
from HiggsML.errors import DataError
from HiggsML.schema import FEATURES

TABLES = {"this": (FEATURES, any_events), "2014": (COLUMNS_2014, any_events_of_2014)}


@pytest.mark.parametrize("columns", [FEATURES, COLUMNS_2014])
def test_the_five_momenta_are_found(columns):
    found = find_vectors(columns)
    assert [vector.kind for vector in found] == ["lepton", "tau", "met", "jet", "jet"]
    for vector in found:
        assert columns[vector.phi] == f"{vector.name}_phi"
        assert columns[vector.pt] in (vector.name, f"{vector.name}_pt")
        if vector.kind == "met":
            assert vector.eta is None
        else:
            assert columns[vector.eta] == f"{vector.name}_eta"


def test_missing_columns_are_named():
    with pytest.raises(DataError, match="no columns of the momentum of tau, met"):
        find_vectors([name for name in FEATURES if "lep" in name])


def test_a_momentum_without_all_its_columns_is_none():
    columns = [name for name in FEATURES if name != "PRI_jet_subleading_eta"]
    assert [vector.kind for vector in find_vectors(columns)] == ["lepton", "tau", "met", "jet"]


@pytest.mark.parametrize("table", TABLES)
def test_momenta_of_absent_jets_are_no_numbers(table):
    columns, events = TABLES[table]
    pt, eta, phi = event_momenta(events(), columns)
    jets = np.arange(300) % 3
    for values in (pt, eta, phi):
        assert np.isnan(values[jets < 1, 3]).all()
        assert np.isnan(values[jets < 2, 4]).all()
        np.testing.assert_array_equal(np.isfinite(values).sum(axis=1), 3 + jets)


def test_momenta_are_those_of_the_table():
    x = any_events()
    pt, eta, phi = event_momenta(x, FEATURES)
    np.testing.assert_array_equal(pt[:, :3], x[:, [AT.LEP_PT, AT.HAD_PT, AT.MET]])
    np.testing.assert_array_equal(eta[:, 1], x[:, AT.HAD_ETA])
    np.testing.assert_array_equal(phi[:, 2], x[:, AT.MET_PHI])
    np.testing.assert_array_equal(eta[:, 2], 0.0)


def test_a_table_with_other_columns_is_refused():
    with pytest.raises(DataError, match=r"28 columns are needed.*\(3, 4\)"):
        table_of(np.zeros((3, 4)), FEATURES)


def test_whole_numbers_become_floating_point_numbers():
    assert table_of([[1, 2]], ["a", "b"]).dtype == np.float64
    assert table_of(np.zeros((1, 2), np.float32), ["a", "b"]).dtype == np.float32
