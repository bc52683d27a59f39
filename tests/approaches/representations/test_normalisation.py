"""Scales of images and features; what is empty stays empty."""

import numpy as np
import pytest

from any_events import ABSENT_2014, any_events, any_events_of_2014
from HiggsML.approaches.representations import absent_as_nan, normalise
from HiggsML.errors import DataError
from HiggsML.schema import UNDEFINED


def images():
    found = np.random.default_rng(0).integers(0, 9, (5, 10, 10)).astype(float)
    found[2] = 0.0
    return found


def test_by_the_brightest_pixel():
    before = images()
    found = normalise(before, "max")
    np.testing.assert_array_equal(found.max(axis=(1, 2)), [1.0, 1.0, 0.0, 1.0, 1.0])
    np.testing.assert_allclose(found * before.max(axis=(1, 2), keepdims=True), before, atol=1e-6)
    np.testing.assert_array_equal(before, images())


def test_by_the_logarithm():
    np.testing.assert_allclose(np.expm1(normalise(images(), "log")), images(), atol=1e-5)
    for how in ("max", "log"):
        assert normalise(images(), how).dtype == np.float32
        np.testing.assert_array_equal(normalise(images(), how)[2], 0.0)


def test_an_unknown_scale_is_refused():
    with pytest.raises(DataError, match=r"unknown scale.*Found: 'sqrt'"):
        normalise(images(), "sqrt")


@pytest.mark.parametrize(
    ("x", "absent"), [(any_events(), UNDEFINED), (any_events_of_2014(), ABSENT_2014)]
)
def test_what_is_absent_becomes_no_number(x, absent):
    before = x.copy()
    found = absent_as_nan(x)
    np.testing.assert_array_equal(np.isnan(found), x == absent)
    np.testing.assert_array_equal(found[x != absent], x[x != absent])
    np.testing.assert_array_equal(x, before)
    assert absent_as_nan(x.astype(np.float32)).dtype == np.float32
