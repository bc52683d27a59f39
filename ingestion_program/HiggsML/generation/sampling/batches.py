"""Random numbers for many trials at once, in loops that compile to vector instructions.

A batch lies in a scratch: quantity Q of trial i is `scratch[Q + i]`. In one array, at distances
that the compiler knows, so that it sees that no loop reads what it writes. Likewise word q of
trial i is `words[q * LANE + i]`; from LISTED on, the words are a list of trials.
"""

import numpy as np

from ...arrays import Array, Words
from ...numerics.elementary import diagonal, logarithm, normal_pair
from ...numerics.philox import LOW_WORD, philox4x32
from ...numerics.without_arrays import inlined
from .random_numbers import BATCHED, Stream

__all__ = [
    "BATCH",
    "LANE",
    "LISTED",
    "WORDS_SIZE",
    "Scratch",
    "direction_of",
    "draw_words",
    "exponential_of",
    "listed",
    "normals_of",
    "padded",
    "trial_at",
    "uniform_of",
]

BATCH = 128
"""Trials in a batch, a power of two."""

LANE = BATCH + 8
"""Distance between quantities: not a power of two, which would crowd a few lines of the cache."""

Scratch = Array
"""Quantities of the trials of a batch: quantity Q of trial i is `scratch[Q + i]`."""

LISTED = 12 * LANE
"""Position in `Words` where the list of trials begins."""
WORDS_SIZE = LISTED + LANE
"""Size of `Words`: the list of trials is its last part."""

_STEP = 8
"""Numbers that the widest vectors hold."""

_SHIFT = np.uint64(32)
_TO_UNIT = 2.0**-32
_SQRT_HALF = 0.5**0.5


@inlined
def draw_words(stream: Stream, calls: int, count: int, words: Words) -> None:
    """Draw 4 x `calls` words for each of `count` trials."""
    k0, k1 = stream[0] & LOW_WORD, stream[1] & LOW_WORD
    block_low, block_high = stream[2] & LOW_WORD, stream[3] & LOW_WORD
    for call in range(calls):
        first, start = stream[BATCHED], 4 * call * LANE
        for i in range(count):
            c = first + np.uint64(i)
            w = philox4x32(c & LOW_WORD, c >> _SHIFT, block_low, block_high, k0, k1)
            words[start + i], words[start + LANE + i] = w[0], w[1]
            words[start + 2 * LANE + i], words[start + 3 * LANE + i] = w[2], w[3]
        stream[BATCHED] = first + np.uint64(count)


@inlined
def uniform_of(word: np.uint64) -> float:
    """A number in the open interval (0, 1)."""
    return (np.float64(np.int64(word)) + 0.5) * _TO_UNIT


@inlined
def exponential_of(word: np.uint64) -> float:
    """A number from the exponential distribution of mean 1."""
    return -logarithm(uniform_of(word))


@inlined
def normals_of(word0: np.uint64, word1: np.uint64) -> tuple[float, float]:
    """Two standard normal numbers."""
    return normal_pair(np.int64(word0), np.int64(word1))


@inlined
def direction_of(word: np.uint64) -> tuple[float, float, float]:
    """A uniform angle in (-pi, pi), its cosine and its sine."""
    phi, x, y = diagonal(np.int64(word))
    return phi, _SQRT_HALF * x, _SQRT_HALF * y


@inlined
def padded(count: int) -> int:
    """The count, raised to whole vectors; trials beyond it are computed anew and not looked at."""
    return min((count + _STEP - 1) // _STEP * _STEP, BATCH)


@inlined
def listed(count: int, quantity: int, s: Scratch, words: Words) -> int:
    """List those of `count` trials in which a quantity is positive; return their number."""
    found = 0
    for i in range(count):
        words[LISTED + found] = i
        found += int(s[quantity + i] > 0.0)
    return found


@inlined
def trial_at(words: Words, j: int) -> int:
    """Trial j of the list. The mask changes nothing, but shows that no index is negative."""
    return int(np.int64(words[LISTED + j]) & (BATCH - 1))
