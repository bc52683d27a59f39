import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from HiggsML.numerics.elementary import azimuth, diagonal, logarithm, normal_pair, rounded

numbers = st.floats(-1e4, 1e4)
compiles = settings(deadline=None)  # the first call does


@compiles
@given(numbers, numbers)
def test_azimuth_is_the_arc_tangent(y, x):
    if abs(x) + abs(y) > 1e-300:
        assert abs(azimuth(y, x) - math.atan2(y + 0.0, x)) < 1e-14  # -0.0 + 0.0 is 0.0


def test_azimuth_on_the_axes_and_diagonals():
    for y in (-1.0, 0.0, 1.0):
        for x in (-1.0, 0.0, 1.0):
            assert abs(azimuth(y, x) - math.atan2(y, x)) < 1e-15


@compiles
@given(st.floats(1e-300, 1e300))
def test_logarithm(x):
    assert math.isclose(logarithm(x), math.log(x), rel_tol=1e-13, abs_tol=1e-13)


@compiles
@given(numbers)
def test_rounded_is_what_numpy_rounds_to(x):
    assert math.isclose(rounded(x), np.round(x, 3), rel_tol=3e-16)
    assert np.float32(rounded(x)) == np.float32(np.round(x, 3))


def test_ties_go_to_the_even_neighbour():
    assert [rounded(x) for x in (0.0625, 0.1875, -0.0625)] == [0.062, 0.188, -0.062]


def test_a_diagonal_has_its_azimuth_in_every_quadrant():
    words = np.random.default_rng(2).integers(0, 1 << 32, 1000)
    assert set(words >> 30) == {0, 1, 2, 3}
    for phi, x, y in (diagonal(word) for word in words):
        assert math.isclose(phi, math.atan2(y, x), abs_tol=1e-12)
        assert math.isclose(x * x + y * y, 2.0, rel_tol=1e-12)


def test_normal_pairs_are_normal():
    """Chi-square of 100 equally likely bins for x, y and the angle between: 3 tests at 1e-4."""
    words = np.random.default_rng(1).integers(0, 1 << 32, (2, 200_000))
    pairs = np.array([normal_pair(a, b) for a, b in words.T])
    uniform = [*stats.norm.cdf(pairs.T), np.arctan2(*pairs.T) / (2.0 * np.pi) + 0.5]
    for values in uniform:
        counts = np.histogram(values, 100, (0.0, 1.0))[0]
        assert stats.chisquare(counts).pvalue > 1e-4


def test_the_extreme_words_give_finite_numbers():
    top = (1 << 32) - 1
    radii = [np.hypot(*normal_pair(np.int64(a), np.int64(b))) for a in (0, top) for b in (0, top)]
    assert np.isfinite(radii).all()
    assert max(radii) < 6.8
    assert min(radii) > 0.0
