"""Orientation: what an event's rotation and reflections leave is all that is left."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from any_events import COLUMNS_2014, any_events, any_events_of_2014
from HiggsML.approaches.representations import orient
from HiggsML.approaches.representations.vectors import ABSENT, find_vectors
from HiggsML.columns import AT
from HiggsML.derived_quantities import DER_data
from HiggsML.schema import DER_COLUMNS, FEATURES, PRI_COLUMNS

TABLES = {"this": (any_events(), FEATURES), "2014": (any_events_of_2014(), COLUMNS_2014)}
ANGLES = {name: [v.phi for v in find_vectors(columns)] for name, (_, columns) in TABLES.items()}


def moved(x, columns, angle, mirror, exchange):
    """The same events rotated about the beam, mirrored, and with their ends exchanged."""
    result = x.copy()
    for vector in find_vectors(columns):
        present = ~np.isin(x[:, vector.pt], ABSENT)
        phi = (-1.0 if mirror else 1.0) * x[:, vector.phi] + angle
        result[present, vector.phi] = np.arctan2(np.sin(phi), np.cos(phi))[present]
        if vector.eta is not None and exchange:
            result[present, vector.eta] *= -1.0
    return result


def assert_same(found, expected, angles):
    """Equal; of angles, 2 pi more or less is the same."""
    apart = found - expected
    apart[:, angles] = np.sin(apart[:, angles] / 2.0)
    np.testing.assert_allclose(apart, 0.0, atol=1e-9)


@pytest.mark.parametrize("table", TABLES)
@settings(deadline=None, max_examples=30)
@given(st.floats(-4.0, 4.0), st.booleans(), st.booleans())
def test_any_rotation_and_reflection_gives_the_same_features(table, angle, mirror, exchange):
    x, columns = TABLES[table]
    found = orient(moved(x, columns, angle, mirror, exchange), columns)
    assert_same(found, orient(x, columns), ANGLES[table])


@settings(deadline=None, max_examples=100)
@given(st.tuples(*[st.floats(-3.25, 3.25, width=32)] * 5), st.tuples(*[st.floats(-4.0, 4.0)] * 4))
def test_twice_is_once(phis, etas):
    """For any angles, in float32 too, where pi is a little more than pi."""
    x = any_events(3)[2:].astype(np.float32)
    x[0, [AT.LEP_PHI, AT.HAD_PHI, AT.MET_PHI, AT.JET1_PHI, AT.JET2_PHI]] = phis
    x[0, [AT.LEP_ETA, AT.HAD_ETA, AT.JET1_ETA, AT.JET2_ETA]] = etas
    once = orient(x)
    np.testing.assert_array_equal(orient(once), once)
    assert once[0, AT.LEP_PHI] == 0.0
    assert once[0, AT.HAD_PHI] >= 0.0
    assert once[0, AT.LEP_ETA] >= 0.0
    assert (np.abs(once[0, [AT.HAD_PHI, AT.MET_PHI]]) <= np.float32(np.pi)).all()


@pytest.mark.parametrize("phi", [np.pi, -np.pi])
def test_back_to_back_is_an_angle_of_pi(phi):
    x = any_events(3).astype(np.float32)
    x[:, AT.LEP_PHI], x[:, AT.HAD_PHI] = 0.0, np.float32(phi)
    np.testing.assert_array_equal(orient(x)[:, AT.HAD_PHI], np.float32(np.pi))


def test_derived_features_stay_and_belong_to_the_oriented_event():
    x = any_events()
    oriented = orient(x)
    derived = slice(len(PRI_COLUMNS), None)
    np.testing.assert_array_equal(oriented[:, derived], x[:, derived])
    again = DER_data(pd.DataFrame(oriented[:, : len(PRI_COLUMNS)], columns=[*PRI_COLUMNS]))
    np.testing.assert_allclose(again[[*DER_COLUMNS]], x[:, derived], rtol=1e-6, atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000))
def test_the_oriented_event_is_a_moved_one(seed):
    """Angles between objects keep their cosines, etas their products: nothing is lost."""
    x = any_events(30, seed)
    oriented = orient(x)
    assume((np.abs(x[:, AT.LEP_ETA]) > 1e-6).all())
    jets = np.arange(30) % 3
    for one, other in ((AT.LEP_PHI, AT.HAD_PHI), (AT.HAD_PHI, AT.MET_PHI)):
        np.testing.assert_allclose(
            np.cos(oriented[:, one] - oriented[:, other]), np.cos(x[:, one] - x[:, other])
        )
    for one, other in ((AT.LEP_ETA, AT.HAD_ETA), (AT.LEP_ETA, AT.LEP_ETA)):
        np.testing.assert_allclose(oriented[:, one] * oriented[:, other], x[:, one] * x[:, other])
    both = jets == 2
    np.testing.assert_allclose(
        (oriented[:, AT.JET1_ETA] * oriented[:, AT.JET2_ETA])[both],
        (x[:, AT.JET1_ETA] * x[:, AT.JET2_ETA])[both],
    )


@pytest.mark.parametrize("table", TABLES)
def test_what_is_absent_and_what_is_no_angle_stays(table):
    x, columns = TABLES[table]
    before = x.copy()
    oriented = orient(x, columns)
    np.testing.assert_array_equal(x, before)
    absent = np.isin(x, ABSENT)
    assert absent.any()
    np.testing.assert_array_equal(oriented[absent], x[absent])
    still = [i for i, name in enumerate(columns) if not name.endswith(("_phi", "_eta"))]
    np.testing.assert_array_equal(oriented[:, still], x[:, still])


def test_the_type_and_the_order_of_memory_stay():
    x = np.asfortranarray(any_events(10).astype(np.float32))
    oriented = orient(x)
    assert oriented.dtype == np.float32
    assert oriented.flags.f_contiguous
    np.testing.assert_allclose(oriented, orient(any_events(10)), atol=1e-4)
