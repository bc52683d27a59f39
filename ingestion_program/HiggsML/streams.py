"""Independent streams of random numbers out of one seed.

A stream is a `numpy.random.SeedSequence`; its key says what it is for. Streams of different keys
are independent, and a key's stream is the same whatever other streams were made before it.

From a stream to one below it leads a one-way function (SHA-256): whoever knew all numbers of one
stream would know nothing of the stream above it or beside it. The spawn keys of numpy do not have
this property: its state under one key can be computed from that under another.
"""

import hashlib
import secrets
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Seed", "child", "children", "drawn", "seed_below", "stream", "words"]

Seed = int | Literal["fresh"]
"""A whole number, or `fresh`: to be drawn when it is needed."""

BITS = 128
"""Of a seed that is drawn, and of the state of a stream."""


def drawn(seed: Seed) -> int:
    """The seed itself, or 128 bits from the operating system where it shall be fresh."""
    return secrets.randbits(BITS) if seed == "fresh" else seed


def stream(seed: int, *key: int) -> np.random.SeedSequence:
    """The stream of a seed (all of it, however long) under a key of whole numbers.

    >>> words(stream(5, 1, 2)) == words(stream(5, 1, 2))
    array([ True,  True,  True,  True])
    """
    found = np.random.SeedSequence(seed)
    for number in key:
        found = child(found, number)
    return found


def child(parent: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    """The stream of a number (below 2^64) below another stream, which stays as it is."""
    body = words(parent).astype("<u4").tobytes() + number.to_bytes(8, "little")
    return np.random.SeedSequence(int.from_bytes(hashlib.sha256(body).digest()[: BITS // 8]))


def children(parent: np.random.SeedSequence, count: int) -> list[np.random.SeedSequence]:
    """The first `count` children of a stream."""
    return [child(parent, number) for number in range(count)]


def seed_below(seed: int, *key: int) -> int:
    """A seed of 128 bits out of another, for what takes a whole number as its seed."""
    return int.from_bytes(words(stream(seed, *key)).astype("<u4").tobytes(), "little")


def words(parent: np.random.SeedSequence) -> NDArray[np.uint32]:
    """The state of a stream: four 32-bit words, on which each of its 128 bits has an influence."""
    return parent.generate_state(BITS // 32, np.uint32).astype(np.uint32)
