"""The pyramid match kernel as features: equal to its definition."""

from collections import Counter

import numpy as np
import pytest
from sklearn.base import clone

from HiggsML.approaches import PyramidFeatures, PyramidMatch, describe
from HiggsML.approaches.inputs import event_sets
from HiggsML.approaches.pyramid_match import EVENT_SIDES
from HiggsML.errors import ApproachError, DataError
from HiggsML.generation import generate
from HiggsML.schema import FEATURES

WIDE = 1 << 62
"""So many columns that no two are the same."""


def kernel(a, b, sides, levels):
    """sum_i w_i (I_i - I_{i-1}) by definition, of two sets without absent objects."""
    total, before = 0.0, 0
    for level in range(levels):
        cells = [
            Counter(tuple(np.floor(obj / (np.array(sides) * 2**level)).astype(int)) for obj in one)
            for one in (a, b)
        ]
        matched = sum((cells[0] & cells[1]).values())
        total += 0.5**level * (matched - before)
        before = matched
    return total


def random_sets(n, seed=1):
    """Sets of one to five objects in three dimensions, some of them twice in a cell."""
    rng = np.random.default_rng(seed)
    sets = rng.normal(scale=2.0, size=(n, 5, 3))
    sets[np.arange(5)[None, :] >= rng.integers(1, 6, n)[:, None]] = 0.0
    sets[::3, 1] = np.where(sets[::3, 1].any(axis=1)[:, None], sets[::3, 0] + 1e-3, 0.0)
    return sets


def gram(features):
    """All inner products, on the columns that occur."""
    dense = np.zeros((features.shape[0], 0))
    columns, position = np.unique(features.indices, return_inverse=True)
    dense = np.zeros((features.shape[0], len(columns)))
    rows = np.repeat(np.arange(features.shape[0]), np.diff(features.indptr))
    np.add.at(dense, (rows, position), features.data)
    return dense @ dense.T


def test_the_hand_example():
    """Two objects against two, in one dimension, cells of 1, 2 and 4.

    0.5 and 0.7 share the cell [0, 1): one match. 1.5 and 3.5 share only [0, 4): one more, which
    counts a quarter. Both sets have two objects.
    """
    sets = np.array([[[0.5], [1.5]], [[0.7], [3.5]]])
    features = PyramidFeatures((1.0,), levels=3, n_columns=WIDE).fit_transform(sets)
    found = gram(features)
    np.testing.assert_allclose(found, [[1.0, 1.25 / 2], [1.25 / 2, 1.0]], rtol=1e-14)
    assert kernel(sets[0], sets[1], (1.0,), 3) == 1.25


def test_inner_products_are_the_normalised_kernel():
    sides, levels, sets = (0.4, 0.7, 1.1), 6, random_sets(60)
    found = gram(PyramidFeatures(sides, levels=levels, n_columns=WIDE).fit_transform(sets))
    there = [one[one.any(axis=1)] for one in sets]
    plain = np.array([[kernel(a, b, sides, levels) for b in there] for a in there])
    own = np.sqrt(np.diag(plain))
    np.testing.assert_allclose(found, plain / np.outer(own, own), atol=1e-12)
    np.testing.assert_allclose(np.diag(plain), [len(one) for one in there])
    np.testing.assert_allclose(np.diag(found), 1.0, rtol=1e-12)
    assert np.linalg.eigvalsh(found).min() > -1e-12


def test_order_and_padding_make_no_difference():
    sets = random_sets(50)
    transform = PyramidFeatures((0.4, 0.7, 1.1)).fit(sets).transform
    mixed = np.random.default_rng(2).permuted(sets, axis=1)  # moves numbers, not objects
    order = np.random.default_rng(2).permutation(5)
    padded = np.concatenate([np.zeros((50, 2, 3)), sets[:, order]], axis=1)
    assert abs(transform(sets) - transform(padded)).max() == 0.0
    assert abs(transform(sets) - transform(mixed)).max() > 0.1


def test_few_columns_differ_from_the_kernel_by_collisions_only():
    """Of 300 columns that occur a few percent share one of 2^12."""
    sets = random_sets(20)
    exact = gram(PyramidFeatures((0.4, 0.7, 1.1), n_columns=WIDE).fit_transform(sets))
    hashed = gram(PyramidFeatures((0.4, 0.7, 1.1), n_columns=1 << 12).fit_transform(sets))
    assert np.abs(hashed - exact).mean() < 0.01
    assert np.mean(np.abs(hashed - exact) < 1e-12) > 0.6


def test_a_set_without_objects_is_a_row_of_zeros():
    sets = random_sets(4)
    sets[2] = 0.0
    features = PyramidFeatures((1.0,) * 3).fit_transform(sets)
    assert features.shape == (4, 1 << 18)
    assert np.diff(features.indptr)[2] == 0
    assert PyramidFeatures((1.0,) * 3).fit(sets).transform(sets[:0]).shape == (0, 1 << 18)


def test_arguments_are_not_changed_and_pieces_make_no_difference(monkeypatch):
    sets = random_sets(100)
    before = sets.copy()
    whole = PyramidFeatures((1.0,) * 3).fit_transform(sets)
    monkeypatch.setattr("HiggsML.approaches.pyramid_match._CHUNK", 7)
    assert abs(PyramidFeatures((1.0,) * 3).fit_transform(sets) - whole).max() == 0.0
    np.testing.assert_array_equal(sets, before)


@pytest.mark.parametrize("shape", [(4, 3), (4, 5, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(DataError, match="sets of objects with 3"):
        PyramidFeatures((1.0,) * 3).fit(np.ones(shape))


@pytest.mark.parametrize("arguments", [{"sides": (0.0,)}, {"sides": (1.0,), "levels": 0}])
def test_sides_that_make_no_cells_are_refused(arguments):
    with pytest.raises(ApproachError, match="sides must be positive"):
        PyramidFeatures(**arguments).fit(np.ones((1, 1, 1)))


@pytest.fixture(scope="module")
def events():
    frame = generate({"htautau": 3_000, "ztautau": 3_000}, 5)
    features = frame[list(FEATURES)].to_numpy(np.float32)
    return event_sets(features, np.arange(len(features))), 1 - frame["labels"].to_numpy(int)


def test_it_learns_events_as_sets(events):
    sets, y = events
    assert sets.shape == (6_000, 5, len(EVENT_SIDES))
    found = PyramidMatch(random_state=1).fit(sets[:4_000], y[:4_000])
    assert found.score(sets[4_000:], y[4_000:]) > 0.63  # 0.665 +- 0.011; 0.5 is chance
    p = found.predict_proba(sets[:10])
    np.testing.assert_allclose(p.sum(axis=1), 1.0)
    np.testing.assert_array_equal(found.predict(sets[:10]), p.argmax(axis=1))
    np.testing.assert_array_equal(clone(found).fit(sets[:4_000], y[:4_000]).predict_proba(
        sets[:10]), p)  # fmt: skip
    assert describe(found).name == "PyramidMatch of SGDClassifier"


def test_it_learns_piece_by_piece(events):
    sets, y = events
    found = PyramidMatch(random_state=1)
    for start in range(0, 4_000, 500):
        here = slice(start, start + 500)
        found.partial_fit(sets[here], y[here], classes=[0, 1])
    assert found.score(sets[4_000:], y[4_000:]) > 0.61
