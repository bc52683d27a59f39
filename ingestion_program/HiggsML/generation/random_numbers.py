"""Counter-based random numbers: Philox4x32-10.

J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011). The n-th number of a
stream is a function of (key, counter), so a block of events needs nothing of the blocks before it,
and the events do not depend on how blocks are shared out to threads.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .compiled import compiled

__all__ = ["Stream", "exponential", "normal", "open_stream", "philox4x32", "uniform"]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)
_ROUNDS = 10
_COUNTERS_PER_FILL = 128
_TO_UNIT = 2.0**-32


class Stream(NamedTuple):
    """An open stream: its key and counter, and a buffer of uniforms not yet used."""

    key: npt.NDArray[np.uint64]
    """Two 32-bit words."""
    counter: npt.NDArray[np.uint64]
    """Next counter: position in the block (64 bits), block (two 32-bit words)."""
    buffer: npt.NDArray[np.float64]
    position: npt.NDArray[np.int64]
    """Index of the next unused number of `buffer`."""


def open_stream(seed: int, process: int, block: int) -> Stream:
    """The stream of one block of one process: key from (seed, process), counter from the block."""
    words = np.random.SeedSequence(seed, spawn_key=(process,)).generate_state(2, np.uint32)
    return Stream(
        key=words.astype(np.uint64),
        counter=np.array([0, block & 0xFFFFFFFF, block >> 32], dtype=np.uint64),
        buffer=np.empty(4 * _COUNTERS_PER_FILL),
        position=np.array([4 * _COUNTERS_PER_FILL]),
    )


@compiled
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Ten rounds on a counter of four 32-bit words with a key of two; four 32-bit words."""
    for _ in range(_ROUNDS):
        product0 = _M0 * c0
        product1 = _M1 * c2
        c0, c1, c2, c3 = (
            (product1 >> _SHIFT) ^ c1 ^ k0,
            product1 & _LOW,
            (product0 >> _SHIFT) ^ c3 ^ k1,
            product0 & _LOW,
        )
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@compiled
def _refill(stream: Stream) -> None:
    k0, k1 = stream.key[0], stream.key[1]
    first, block_low, block_high = stream.counter[0], stream.counter[1], stream.counter[2]
    buffer = stream.buffer
    for i in range(_COUNTERS_PER_FILL):
        c = first + np.uint64(i)
        words = philox4x32(c & _LOW, c >> _SHIFT, block_low, block_high, k0, k1)
        buffer[4 * i] = (np.float64(words[0]) + 0.5) * _TO_UNIT
        buffer[4 * i + 1] = (np.float64(words[1]) + 0.5) * _TO_UNIT
        buffer[4 * i + 2] = (np.float64(words[2]) + 0.5) * _TO_UNIT
        buffer[4 * i + 3] = (np.float64(words[3]) + 0.5) * _TO_UNIT
    stream.counter[0] = first + np.uint64(_COUNTERS_PER_FILL)
    stream.position[0] = 0


@compiled
def uniform(stream: Stream) -> float:
    """A number in the open interval (0, 1), from 32 bits."""
    if stream.position[0] == len(stream.buffer):
        _refill(stream)
    value = stream.buffer[stream.position[0]]
    stream.position[0] += 1
    return value


@compiled
def exponential(stream: Stream) -> float:
    """A number from the exponential distribution of mean 1."""
    return -math.log(uniform(stream))


@compiled
def normal(stream: Stream) -> tuple[float, float]:
    """Two independent numbers from the standard normal distribution (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(uniform(stream)))
    angle = 2.0 * math.pi * uniform(stream)
    return radius * math.cos(angle), radius * math.sin(angle)
