"""Independent streams of random numbers out of one seed.

A stream is a `numpy.random.SeedSequence`; its key says what it is for. Streams of different keys
are independent, and a key's stream is the same whatever other streams were made before it.
"""

import numpy as np

__all__ = ["child", "children", "stream"]


def stream(seed: int, *key: int) -> np.random.SeedSequence:
    """The stream of a seed under a key of whole numbers.

    >>> stream(5, 1, 2).generate_state(1) == stream(5, 1, 2).generate_state(1)
    array([ True])
    """
    return np.random.SeedSequence(seed, spawn_key=key)


def child(parent: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    """The stream of a number below another stream.

    `SeedSequence.spawn` counts the children in the parent, so that a second call gives others; this
    does not.
    """
    return np.random.SeedSequence(parent.entropy, spawn_key=(*parent.spawn_key, number))


def children(parent: np.random.SeedSequence, count: int) -> list[np.random.SeedSequence]:
    """The first `count` children of a stream."""
    return [child(parent, number) for number in range(count)]
