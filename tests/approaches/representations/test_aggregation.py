"""Aggregates of lists against numpy, list by list."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from any_events import any_events
from HiggsML.approaches.representations import (
    AGGREGATES,
    aggregate,
    event_objects,
    is_present,
)
from HiggsML.errors import DataError

LISTS = st.lists(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), max_size=6), min_size=1, max_size=8
)


def flat(lists):
    return np.concatenate([np.asarray(one, float) for one in lists]), [len(one) for one in lists]


@settings(deadline=None, max_examples=100)
@given(LISTS)
def test_aggregates_are_those_of_each_list(lists):
    found = aggregate(*flat(lists))
    for row, one in zip(found, lists, strict=True):
        expected = [getattr(np, name)(one) for name in AGGREGATES] if one else np.zeros(5)
        np.testing.assert_allclose(row, expected, rtol=1e-9, atol=1e-6)
        if len(set(one)) == 1:
            assert row[AGGREGATES.index("std")] == 0.0


@settings(deadline=None, max_examples=30)
@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_within_a_list_does_not_matter(lists, random):
    shuffled = [random.sample(one, len(one)) for one in lists]
    np.testing.assert_allclose(
        aggregate(*flat(lists)), aggregate(*flat(shuffled)), rtol=1e-9, atol=1e-6
    )


def test_of_several_quantities_at_once():
    rng = np.random.default_rng(3)
    counts = np.array([3, 0, 1, 0, 4, 0])
    values = rng.normal(size=(8, 2))
    found = aggregate(values, counts)
    assert found.shape == (6, 2, 5)
    for i in range(2):
        np.testing.assert_array_equal(found[:, i], aggregate(values[:, i], counts))


def test_of_the_objects_of_events():
    objects = event_objects(any_events())
    present = is_present(objects)
    found = aggregate(objects[present], present.sum(axis=1))
    jets = np.arange(300) % 3
    is_jet = found[:, 3, AGGREGATES.index("sum")]
    np.testing.assert_array_equal(is_jet, jets)


def test_no_events_and_no_values():
    assert aggregate([], []).shape == (0, 5)
    np.testing.assert_array_equal(aggregate([], [0, 0]), np.zeros((2, 5)))


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(DataError, match=r"must sum to the number of values \(3\)"):
        aggregate([1.0, 2.0, 3.0], [1, 1])
