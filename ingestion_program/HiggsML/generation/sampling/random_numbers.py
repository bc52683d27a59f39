"""Streams of random numbers for compiled code, one number at a time.

Each function here takes its words from a stream. For loops that compile to vector instructions,
which must not branch, the same laws come in `batches` as functions of words: `uniform(stream)` and
`uniform_of(word)`, and so on. Physics that both need takes the numbers themselves.

The n-th word of a stream is a function of (key, counter) (`HiggsML.numerics.philox`), so a block of
events needs nothing of the blocks before it, and does not depend on how blocks are shared out to
threads.
"""

import math
from collections.abc import Callable

import numpy as np

from ...arrays import Array, Words
from ...numerics.philox import LOW_WORD, philox4x32
from ...numerics.without_arrays import inlined, linked

__all__ = [
    "BATCHED",
    "Stream",
    "cosine_and_sine",
    "direction",
    "exponential",
    "normal",
    "open_stream",
    "top_up",
    "uniform",
]

_HALF = 512
_COUNTERS = _HALF // 4
_SHIFT, _RING, _ONE = np.uint64(32), np.uint64(2 * _HALF - 1), np.uint64(1)
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
) -> tuple[Array, Array]:
    """Edges x and heights y of the 256 layers under a density, which begins its tail at r."""
    x = [area / density(r), r]
    while len(x) < 256:
        x.append(inverse(density(x[-1]) + area / x[-1]))
    y = [0.0, *(density(value) for value in x[1:])]
    return np.array([*x, 0.0]), np.array([*y, 1.0])


_normal_layers = _layers(
    _NORMAL_R,
    _NORMAL_AREA,
    lambda x: math.exp(-0.5 * x * x),
    lambda y: math.sqrt(-2.0 * math.log(y)),
)
_exponential_layers = _layers(
    _EXPONENTIAL_R, _EXPONENTIAL_AREA, lambda x: math.exp(-x), lambda y: -math.log(y)
)
_NORMAL, _EXPONENTIAL = 0, 1
_X, _Y = (np.stack(pair) for pair in zip(_normal_layers, _exponential_layers, strict=True))


Stream = Words
"""An open stream: two key words, two block words, how many words were drawn and how many of them
used, the next counter for batches, and a ring of words. One array, because that passes cheaply."""

_DRAWN, _USED, BATCHED, _FIRST = 4, 5, 6, np.uint64(7)
_BATCHES = 1 << 63  # counters from here on are for batches (batches.py)


def open_stream(seed: int, process: int, block: int, slice_index: int | None = None) -> Stream:
    """The stream of one block: key from (seed, process, slice), counter from the block.

    The key of Philox4x32 has 64 bits. What a wider seed adds goes into the words of the counter
    that name the block: 128 bits of the seed enter each stream.
    """
    stream = np.zeros(int(_FIRST) + 2 * _HALF, dtype=np.uint64)
    place = (process,) if slice_index is None else (process, slice_index)
    words = np.random.SeedSequence(seed, spawn_key=place).generate_state(4, np.uint32)
    wide = words[2:].tolist() if seed >= 1 << 64 else (0, 0)
    stream[:2] = words[:2]
    stream[2:4] = (block & 0xFFFFFFFF) ^ wide[0], (block >> 32) ^ wide[1]
    stream[BATCHED] = _BATCHES
    return stream


@linked
def top_up(stream: Stream) -> None:
    """Have at least 512 words ready; to be called before each event.

    One event takes some fifty. Rejection could make it more, with a probability beyond 512 that is
    below 1e-50 (and then words come twice), so that numbers need not look whether words are left.
    """
    drawn = stream[_DRAWN]
    if drawn >= stream[_USED] + np.uint64(_HALF):
        return
    k0, k1 = stream[0] & LOW_WORD, stream[1] & LOW_WORD
    block_low, block_high = stream[2] & LOW_WORD, stream[3] & LOW_WORD
    first = drawn // np.uint64(4)
    start = _FIRST + (drawn & _RING)
    for i in range(np.uint64(_COUNTERS)):
        c = first + i
        words = philox4x32(c & LOW_WORD, c >> _SHIFT, block_low, block_high, k0, k1)
        for k in range(4):  # not side by side: whole vectors are written
            stream[start + i + np.uint64(k * _COUNTERS)] = words[k]
    stream[_DRAWN] = drawn + np.uint64(_HALF)


@inlined
def _word(stream: Stream) -> np.int64:
    """The next 32 random bits."""
    used = stream[_USED]
    stream[_USED] = used + _ONE
    return np.int64(stream[_FIRST + (used & _RING)])


@inlined
def uniform(stream: Stream) -> float:
    """A number in the open interval (0, 1), from 32 bits."""
    return (np.float64(_word(stream)) + 0.5) * _TO_UNIT


@inlined
def exponential(stream: Stream) -> float:
    """A number from the exponential distribution of mean 1 (ziggurat)."""
    word = _word(stream)
    layer = np.uint64(word & 255)
    x = (np.float64(word >> 8) + 0.5) * 2.0**-24 * _X[_EXPONENTIAL, layer]
    if x >= _X[_EXPONENTIAL, layer + _ONE]:
        x = _edge(stream, _EXPONENTIAL, layer, x)
    return float(x)


@inlined
def normal(stream: Stream) -> float:
    """A number from the standard normal distribution (ziggurat)."""
    word = _word(stream)
    layer = np.uint64(word & 255)
    x = (np.float64(word >> 9) + 0.5) * 2.0**-23 * _X[_NORMAL, layer]
    if x >= _X[_NORMAL, layer + _ONE]:
        x = _edge(stream, _NORMAL, layer, x)
    return float(x * (np.float64((word >> 7) & 2) - 1.0))  # a sign, without a branch


@linked
def _edge(stream: Stream, law: int, layer: np.uint64, x: float) -> float:
    """The number that a ziggurat gives for a point x that is not below the whole next layer."""
    while True:
        if layer == 0:
            return _normal_tail(stream) if law == _NORMAL else _EXPONENTIAL_R + _waiting(stream)
        low, high = _Y[law, layer], _Y[law, layer + _ONE]
        exponent = -0.5 * x * x if law == _NORMAL else -x
        if low + uniform(stream) * (high - low) < math.exp(exponent):
            return x
        word = _word(stream)
        layer = np.uint64(word & 255)
        x = (np.float64(word >> 9) + 0.5) * 2.0**-23 * _X[law, layer]
        if x < _X[law, layer + _ONE]:
            return x


@inlined
def _waiting(stream: Stream) -> float:
    """An exponential number, by its logarithm."""
    return -math.log(uniform(stream))


@inlined
def _normal_tail(stream: Stream) -> float:
    """A normal number beyond the base layer: G. Marsaglia, Technometrics 6 (1964) 101."""
    while True:
        a, b = _waiting(stream) / _NORMAL_R, _waiting(stream)
        if b + b > a * a:
            return _NORMAL_R + a


@inlined
def direction(stream: Stream) -> tuple[float, float, float]:
    """A uniform angle in (-pi, pi), its cosine and its sine.

    The nearest of 256 tabulated angles, turned by what is left (series good to 1e-14).
    """
    word = _word(stream)
    step = np.uint64(word >> 24)
    left = (np.float64(word & 0xFFFFFF) + 0.5) * 2.0**-24 - 0.5
    cosine, sine = _turned(step, left * _STEP)
    return _ANGLES[step] + left * _STEP, cosine, sine


@inlined
def cosine_and_sine(phi: float) -> tuple[float, float]:
    """Cosine and sine of an angle in [-pi, pi], computed as in `direction`."""
    step = np.uint64(min((phi + math.pi) * (1.0 / _STEP), 255.0))
    return _turned(step, phi - _ANGLES[step])


@inlined
def _turned(step: np.uint64, d: float) -> tuple[float, float]:
    """Cosine and sine of a tabulated angle plus a small one."""
    d2 = d * d
    cosine = 1.0 - d2 * (0.5 - d2 * (1.0 / 24.0 - d2 / 720.0))
    sine = d * (1.0 - d2 * (1.0 / 6.0 - d2 / 120.0))
    c, s = _COSINES[step], _SINES[step]
    return c * cosine - s * sine, s * cosine + c * sine
