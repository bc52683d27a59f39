"""Streams of random numbers: reproducible, independent, and of the distributions they claim."""

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats

from HiggsML.generation.sampling.random_numbers import (
    cosine_and_sine,
    direction,
    exponential,
    normal,
    open_stream,
    top_up,
    uniform,
)

DRAWS = 200_000
P_VALUE = 1e-4


@njit
def uniforms(stream, n):
    result = np.empty(n)
    for i in range(n):
        top_up(stream)
        result[i] = uniform(stream)
    return result


@njit
def exponentials(stream, n):
    result = np.empty(n)
    for i in range(n):
        top_up(stream)
        result[i] = exponential(stream)
    return result


@njit
def normals(stream, n):
    result = np.empty(n)
    for i in range(n):
        top_up(stream)
        result[i] = normal(stream)
    return result


@njit
def azimuths(stream, n):
    result = np.empty((n, 3))
    for i in range(n):
        top_up(stream)
        result[i, 0], result[i, 1], result[i, 2] = direction(stream)
    return result


@pytest.mark.parametrize(
    ("draw", "law"),
    [(uniforms, stats.uniform), (exponentials, stats.expon), (normals, stats.norm)],
)
def test_distribution(draw, law):
    """Kolmogorov-Smirnov and, for the tail, a binomial test; error rate 2e-4 (fixed seed)."""
    x = draw(open_stream(1, 0, 0), DRAWS)
    assert stats.kstest(x, law.cdf).pvalue > P_VALUE
    far = law.ppf(1.0 - 1e-3)
    assert stats.binomtest(int((x > far).sum()), DRAWS, 1e-3).pvalue > P_VALUE


def test_azimuth_is_uniform_and_its_cosine_and_sine_are_right():
    """Error rate 1e-4 (fixed seed)."""
    phi, cosine, sine = azimuths(open_stream(1, 0, 0), DRAWS).T
    law = stats.uniform(-math.pi, 2.0 * math.pi)
    assert stats.kstest(phi, law.cdf).pvalue > P_VALUE
    np.testing.assert_allclose(cosine, np.cos(phi), atol=1e-13)
    np.testing.assert_allclose(sine, np.sin(phi), atol=1e-13)


@pytest.mark.parametrize("phi", [-math.pi, -3.0, -1e-9, 0.0, 0.7, 2.0, math.pi])
def test_cosine_and_sine_of_an_angle(phi):
    assert cosine_and_sine(phi) == pytest.approx((math.cos(phi), math.sin(phi)), abs=1e-13)


def test_neighbours_in_a_stream_are_uncorrelated():
    """Correlation of consecutive normals within 4.5 standard deviations; error rate 1e-5."""
    x = normals(open_stream(1, 0, 0), DRAWS)
    assert abs(np.mean(x[1:] * x[:-1])) < 4.5 / math.sqrt(DRAWS)


def test_a_stream_is_a_function_of_seed_process_and_block():
    first = uniforms(open_stream(7, 1, 2), 1000)
    np.testing.assert_array_equal(first, uniforms(open_stream(7, 1, 2), 1000))
    for other in ((8, 1, 2), (7, 2, 2), (7, 1, 3), (7, 1, 2 + (1 << 32))):
        assert not np.isin(uniforms(open_stream(*other), 1000), first).sum() > 5


def test_words_are_those_of_the_counter_in_order():
    """The stream is Philox at counters 0, 1, 2, ... of the block, with numpy's seed sequence.

    Of each 128 calls come all first words, then all second ones.
    """
    from HiggsML.numerics.philox import philox4x32

    key = np.random.SeedSequence(7, spawn_key=(1,)).generate_state(2, np.uint32).astype(np.uint64)
    zero, block = np.uint64(0), np.uint64(2)
    words = [philox4x32(np.uint64(i), zero, block, zero, *key) for i in range(384)]
    in_order = np.array(words, dtype=float).reshape(3, 128, 4).transpose(0, 2, 1)
    expected = (in_order.ravel() + 0.5) / 2.0**32
    np.testing.assert_array_equal(uniforms(open_stream(7, 1, 2), 1536), expected)
