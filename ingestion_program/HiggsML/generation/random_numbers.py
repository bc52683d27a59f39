"""Streams of random numbers for compiled code.

The n-th word of a stream is a function of (key, counter) (`HiggsML.philox`), so a block of events
needs nothing of the blocks before it, and does not depend on how blocks are shared out to threads.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..philox import LOW_WORD, philox4x32
from .compiled import inlined, linked

__all__ = ["Stream", "azimuth", "exponential", "normal", "open_stream", "uniform"]

_SHIFT = np.uint64(32)
_COUNTERS_PER_FILL = 128
_WORDS = 4 * _COUNTERS_PER_FILL
_ONE = np.uint64(1)
_TO_UNIT = 2.0**-32

_STEP = 2.0 * math.pi / 256
_ANGLES = -math.pi + _STEP * (np.arange(256) + 0.5)
_COSINES, _SINES = np.cos(_ANGLES), np.sin(_ANGLES)

# Ziggurat of 256 layers of equal area: G. Marsaglia and W. W. Tsang, J. Stat. Softw. 5 (2000) 8.
# Layer i spans x in [0, X[i]] and y in [Y[i], Y[i + 1]]; layer 0 stands for the base with the tail.
_NORMAL_R, _NORMAL_AREA = 3.6541528853610088, 0.00492867323399
_EXPONENTIAL_R, _EXPONENTIAL_AREA = 7.69711747013104972, 0.0039496598225815571993


def _layers(
    r: float,
    area: float,
    density: Callable[[float], float],
    inverse: Callable[[float], float],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    x = [area / density(r), r]
    while len(x) < 256:
        x.append(inverse(density(x[-1]) + area / x[-1]))
    y = [0.0, *(density(value) for value in x[1:])]
    return np.array([*x, 0.0]), np.array([*y, 1.0])


_NORMAL_X, _NORMAL_Y = _layers(
    _NORMAL_R,
    _NORMAL_AREA,
    lambda x: math.exp(-0.5 * x * x),
    lambda y: math.sqrt(-2.0 * math.log(y)),
)
_EXPONENTIAL_X, _EXPONENTIAL_Y = _layers(
    _EXPONENTIAL_R, _EXPONENTIAL_AREA, lambda x: math.exp(-x), lambda y: -math.log(y)
)


Stream = npt.NDArray[np.uint64]
"""An open stream: two key words, the position in the block, two block words, the index of the next
unused word, and the words drawn ahead. One array, because that is what passes cheaply."""

_POSITION, _NEXT, _FIRST = 2, 5, 6
_END = np.uint64(_FIRST + _WORDS)


def open_stream(seed: int, process: int, block: int, part: int | None = None) -> Stream:
    """The stream of one block: key from (seed, process, slice), counter from the block."""
    stream = np.zeros(_FIRST + _WORDS, dtype=np.uint64)
    place = (process,) if part is None else (process, part)
    stream[:2] = np.random.SeedSequence(seed, spawn_key=place).generate_state(2, np.uint32)
    stream[3:5] = block & 0xFFFFFFFF, block >> 32
    stream[_NEXT] = _END
    return stream


@linked
def _refill(stream: Stream) -> None:
    k0, k1, first, block_low, block_high = stream[0], stream[1], stream[2], stream[3], stream[4]
    for i in range(_COUNTERS_PER_FILL):
        c = first + np.uint64(i)
        words = philox4x32(c & LOW_WORD, c >> _SHIFT, block_low, block_high, k0, k1)
        stream[_FIRST + 4 * i] = words[0]
        stream[_FIRST + 4 * i + 1] = words[1]
        stream[_FIRST + 4 * i + 2] = words[2]
        stream[_FIRST + 4 * i + 3] = words[3]
    stream[_POSITION] = first + np.uint64(_COUNTERS_PER_FILL)


@inlined
def _word(stream: Stream) -> np.uint64:
    """The next 32 random bits."""
    place = stream[_NEXT]
    if place == _END:
        _refill(stream)
        place = np.uint64(_FIRST)
    stream[_NEXT] = place + _ONE
    word: np.uint64 = stream[place]
    return word


@inlined
def uniform(stream: Stream) -> float:
    """A number in the open interval (0, 1), from 32 bits."""
    return (np.float64(_word(stream)) + 0.5) * _TO_UNIT


@inlined
def exponential(stream: Stream) -> float:
    """A number from the exponential distribution of mean 1 (ziggurat)."""
    word = np.int64(_word(stream))
    layer = np.int64(word & 255)
    x = (np.float64(word >> 8) + 0.5) * 2.0**-24 * _EXPONENTIAL_X[layer]
    if x >= _EXPONENTIAL_X[layer + 1]:
        return _exponential_edge(stream, layer, x)
    return float(x)


@linked
def _exponential_edge(stream: Stream, layer: np.int64, x: float) -> float:
    while True:
        if layer == 0:  # the tail is the whole distribution again, moved
            return _EXPONENTIAL_R - math.log(uniform(stream))
        low, high = _EXPONENTIAL_Y[layer], _EXPONENTIAL_Y[layer + 1]
        if low + uniform(stream) * (high - low) < math.exp(-x):
            return x
        word = np.int64(_word(stream))
        layer = word & 255
        x = (np.float64(word >> 8) + 0.5) * 2.0**-24 * _EXPONENTIAL_X[layer]
        if x < _EXPONENTIAL_X[layer + 1]:
            return x


@inlined
def normal(stream: Stream) -> float:
    """A number from the standard normal distribution (ziggurat)."""
    word = np.int64(_word(stream))
    layer = np.int64(word & 255)
    x = (np.float64(word >> 9) + 0.5) * 2.0**-23 * _NORMAL_X[layer]
    if x >= _NORMAL_X[layer + 1]:
        x = _normal_edge(stream, layer, x)
    return float(x) if word & 256 else -float(x)


@linked
def _normal_edge(stream: Stream, layer: np.int64, x: float) -> float:
    while True:
        if layer == 0:  # G. Marsaglia, Technometrics 6 (1964) 101
            while True:
                a = -math.log(uniform(stream)) / _NORMAL_R
                b = -math.log(uniform(stream))
                if b + b > a * a:
                    return _NORMAL_R + a
        low, high = _NORMAL_Y[layer], _NORMAL_Y[layer + 1]
        if low + uniform(stream) * (high - low) < math.exp(-0.5 * x * x):
            return x
        word = np.int64(_word(stream))
        layer = word & 255
        x = (np.float64(word >> 9) + 0.5) * 2.0**-23 * _NORMAL_X[layer]
        if x < _NORMAL_X[layer + 1]:
            return x


@inlined
def azimuth(stream: Stream) -> tuple[float, float, float]:
    """A uniform angle in (-pi, pi), its cosine and its sine.

    The nearest of 256 tabulated angles, turned by what is left (series good to 1e-14).
    """
    word = np.int64(_word(stream))
    step = word >> 24
    left = (np.float64(word & 0xFFFFFF) + 0.5) * 2.0**-24 - 0.5
    d = left * _STEP
    d2 = d * d
    cosine = 1.0 - d2 * (0.5 - d2 * (1.0 / 24.0 - d2 / 720.0))
    sine = d * (1.0 - d2 * (1.0 / 6.0 - d2 / 120.0))
    c, s = _COSINES[step], _SINES[step]
    return _ANGLES[step] + d, c * cosine - s * sine, s * cosine + c * sine
