"""Counter-based random bits: Philox4x32 with ten rounds.

J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11 (2011),
doi:10.1145/2063384.2063405. A number is a function of a key and a counter, so that any part of a
stream can be made by any thread.
"""

import numpy as np

from .compiled import inlined

__all__ = ["LOW_WORD", "philox4x32"]

LOW_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)  # multipliers of the two lanes
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)  # increments of the key
_ROUNDS = 10


@inlined
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Four random 32-bit words of a counter (c0..c3) and a key (k0, k1).

    All are 32-bit words in 64-bit variables, which is the form that processors multiply.
    """
    for _ in range(_ROUNDS):
        product0, product1 = _M0 * c0, _M1 * c2
        c0, c1, c2, c3 = (
            (product1 >> _HALF) ^ c1 ^ k0,
            product1 & LOW_WORD,
            (product0 >> _HALF) ^ c3 ^ k1,
            product0 & LOW_WORD,
        )
        k0, k1 = (k0 + _W0) & LOW_WORD, (k1 + _W1) & LOW_WORD
    return c0, c1, c2, c3
