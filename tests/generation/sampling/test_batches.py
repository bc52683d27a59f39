"""Random numbers in batches: from words of their own, of the distributions they claim."""

import math

import numpy as np
import pytest
from numba import njit
from scipy import stats

from HiggsML.generation.sampling.batches import (
    BATCH,
    LANE,
    LISTED,
    WORDS_SIZE,
    direction_of,
    draw_words,
    exponential_of,
    listed,
    normals_of,
    padded,
    uniform_of,
)
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.philox import philox4x32

P_VALUE = 1e-4


@njit
def words_of(stream, batches, count):
    words = np.zeros(WORDS_SIZE, np.uint64)
    result = np.empty((batches, 4, count), np.uint64)
    for batch in range(batches):
        top_up(stream)  # must not matter
        draw_words(stream, 1, count, words)
        for q in range(4):
            result[batch, q] = words[q * LANE : q * LANE + count]
    return result


@njit
def numbers_of(words):
    result = np.empty((7, words.shape[2] * len(words)))
    i = 0
    for batch in range(len(words)):
        for k in range(words.shape[2]):
            w = words[batch, :, k]
            result[0, i], result[1, i] = uniform_of(w[0]), exponential_of(w[1])
            result[2, i], result[3, i] = normals_of(w[2], w[3])
            result[4, i], result[5, i], result[6, i] = direction_of(w[0])
            i += 1
    return result


def test_words_are_those_of_counters_that_no_event_reaches():
    """Philox at counters 2^63, 2^63 + 1, ... of the block, a call for each trial."""
    key = np.random.SeedSequence(7, spawn_key=(1,)).generate_state(2, np.uint32).astype(np.uint64)
    high, zero, block = np.uint64(1 << 31), np.uint64(0), np.uint64(2)
    expected = [philox4x32(np.uint64(i), high, block, zero, *key) for i in range(300)]
    words = words_of(open_stream(7, 1, 2), 3, 100)
    np.testing.assert_array_equal(words.transpose(0, 2, 1).reshape(300, 4), expected)


def test_distributions():
    """Kolmogorov-Smirnov and, for tails, a binomial test: error rate 1e-3 (fixed seed)."""
    u, e, x, y, phi, cosine, sine = numbers_of(words_of(open_stream(1, 0, 0), 2000, BATCH))
    for values, law in (
        (u, stats.uniform),
        (e, stats.expon),
        (x, stats.norm),
        (y, stats.norm),
        (phi, stats.uniform(-math.pi, 2.0 * math.pi)),
    ):
        assert stats.kstest(values, law.cdf).pvalue > P_VALUE
        far = int((values > law.ppf(1.0 - 1e-3)).sum())
        assert stats.binomtest(far, len(values), 1e-3).pvalue > P_VALUE
    np.testing.assert_allclose(cosine, np.cos(phi), atol=1e-12)
    np.testing.assert_allclose(sine, np.sin(phi), atol=1e-12)


def test_positive_quantities_are_listed_in_order():
    scratch, words = np.zeros(2 * LANE), np.zeros(WORDS_SIZE, np.uint64)
    scratch[LANE : LANE + 9] = [0, 1, 1, 0, 0, 1, 0, 0, 1]
    assert listed.py_func(8, LANE, scratch, words) == 3
    assert words[LISTED : LISTED + 3].tolist() == [1, 2, 5]


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (1, 8), (8, 8), (9, 16), (BATCH, BATCH)])
def test_whole_vectors(count, expected):
    assert padded.py_func(count) == expected
