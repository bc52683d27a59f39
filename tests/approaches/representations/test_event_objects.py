"""Sets of objects: each momentum is there once, and what is absent is a row of zeros."""

import numpy as np
import pytest

from any_events import COLUMNS_2014, any_events, any_events_of_2014
from HiggsML.approaches.representations import OBJECT_FEATURES, event_objects, is_present
from HiggsML.columns import AT
from HiggsML.schema import FEATURES

KIND = np.array([0, 1, 2, 3, 3])  # lepton, tau, missing momentum, two jets
LOG_PT, ETA, COS, SIN = (OBJECT_FEATURES.index(name) for name in OBJECT_FEATURES[4:])


@pytest.mark.parametrize(
    ("x", "columns"),
    [(any_events(), FEATURES), (any_events_of_2014(), COLUMNS_2014)],
    ids=["this", "2014"],
)
def test_absent_jets_are_rows_of_zeros(x, columns):
    objects = event_objects(x, columns)
    jets = np.arange(len(x)) % 3
    expected = np.ones((len(x), 5), dtype=bool)
    expected[:, 3], expected[:, 4] = jets >= 1, jets >= 2
    np.testing.assert_array_equal(is_present(objects), expected)
    np.testing.assert_array_equal(objects[~expected], 0.0)
    np.testing.assert_array_equal(objects[expected][:, :4].sum(axis=1), 1.0)
    np.testing.assert_array_equal(objects[jets == 2][..., :4].argmax(axis=-1)[0], KIND)


def test_objects_hold_the_momenta():
    x = any_events()
    before = x.copy()
    objects = event_objects(x)
    assert objects.dtype == np.float32
    assert objects.shape == (300, 5, len(OBJECT_FEATURES))
    np.testing.assert_allclose(50.0 * np.exp(objects[:, 1, LOG_PT]), x[:, AT.HAD_PT], rtol=1e-5)
    np.testing.assert_allclose(objects[:, 1, ETA], x[:, AT.HAD_ETA], rtol=1e-6)
    angle = np.arctan2(objects[:, 2, SIN], objects[:, 2, COS])
    np.testing.assert_allclose(angle, x[:, AT.MET_PHI], atol=1e-6)
    np.testing.assert_array_equal(x, before)


def test_a_vanishing_momentum_is_present_and_finite():
    """Missing momentum of 0 GeV is an object that is there; only absent jets are not."""
    x = any_events(3)
    x[:, AT.MET] = 0.0
    objects = event_objects(x)
    assert is_present(objects)[:, 2].all()
    np.testing.assert_allclose(objects[:, 2, LOG_PT], np.log(1.0 / 50.0), rtol=1e-6)
