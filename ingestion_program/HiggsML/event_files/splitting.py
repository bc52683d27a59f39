"""Which events of a file are the test pool: a seeded share of each process.

Each event has a mark, 64 bits that mix the seed with its momenta. The events of a process with the
smallest marks are the test pool, as many as its share. So the split follows from the events alone:
the order of the file does not matter, and copies of an event are never on both sides. One pass
over four columns finds where the marks are cut, in memory that does not grow with the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Mask, Words
from ..schema import PROCESSES
from ..streams import stream
from .reading import EventBatch

__all__ = ["MARK_COLUMNS", "Split", "split_events"]

MARK_COLUMNS = ("PRI_lep_pt", "PRI_had_pt", "PRI_had_eta", "PRI_met")
"""What the mark of an event is made of; other columns split the events in another way."""

_BITS = 18
"""Marks are told apart by so many leading bits: the share is exact to about 2^-18 of the rows."""


@dataclass(frozen=True)
class Split:
    """A split of an event file into test pool and training set.

    Attributes:
        seed: seed of the marks.
        cuts: (processes,), the leading bits of the first mark that is not in the test pool.
        test_rows: (processes,), events in the test pool, in the order of `schema.PROCESSES`.
        train_rows: (processes,), events in the training set.
        test_weights: (processes,), sums of the weights as in the file.
        train_weights: (processes,), the same for the training set.
    """

    seed: int
    cuts: NDArray[np.int64]
    test_rows: NDArray[np.int64]
    train_rows: NDArray[np.int64]
    test_weights: Array
    train_weights: Array

    def in_test(self, features: NDArray[np.float32], codes: NDArray[np.int8]) -> Mask:
        """Whether each event is in the test pool.

        Args:
            features: (4, n), in the order of `MARK_COLUMNS`.
            codes: (n,), the positions of their processes.
        """
        return _leading_bits(features, self.seed) < self.cuts[codes]


def split_events(batches: Iterable[EventBatch], test_rows: int, n_rows: int, seed: int) -> Split:
    """Find the split that gives each process the same share of its events to the test pool.

    Args:
        batches: all events, with the features `MARK_COLUMNS`.
        test_rows: size of the test pool.
        n_rows: number of all events.
        seed: another one gives another split.
    """
    shape = (len(PROCESSES), 1 << _BITS)
    rows, weights = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    for batch in batches:
        place = (batch.codes.astype(np.int64) << _BITS) + _leading_bits(batch.features, seed)
        rows += np.bincount(place, minlength=rows.size).reshape(shape)
        weights += np.bincount(place, batch.weights, minlength=rows.size).reshape(shape)
    rows_below = np.hstack([np.zeros((len(rows), 1), np.int64), np.cumsum(rows, axis=1)])
    weights_below = np.hstack([np.zeros((len(rows), 1)), np.cumsum(weights, axis=1)])
    every = np.arange(len(rows))
    wanted = _shares(rows_below[:, -1], test_rows, n_rows)
    cuts = np.array([_nearest(below, n) for below, n in zip(rows_below, wanted, strict=True)])
    return Split(
        seed=seed,
        cuts=cuts,
        test_rows=rows_below[every, cuts],
        train_rows=rows_below[:, -1] - rows_below[every, cuts],
        test_weights=weights_below[every, cuts],
        train_weights=weights_below[:, -1] - weights_below[every, cuts],
    )


def _shares(rows: NDArray[np.int64], test_rows: int, n_rows: int) -> NDArray[np.int64]:
    """Test rows of each process: the whole parts of their shares, the rest to the largest rests."""
    exact = rows * (test_rows / max(n_rows, 1))
    wanted = np.floor(exact).astype(np.int64)
    by_rest = np.argsort(wanted - exact, kind="stable")
    wanted[by_rest[: test_rows - wanted.sum()]] += 1
    shares: NDArray[np.int64] = np.minimum(wanted, rows)
    return shares


def _nearest(below: NDArray[np.int64], wanted: int) -> int:
    """Where a rising sequence comes nearest to a number."""
    after = int(np.searchsorted(below, wanted))
    before = max(after - 1, 0)
    return after if below[after] - wanted <= wanted - below[before] else before


def _leading_bits(features: NDArray[np.float32], seed: int) -> NDArray[np.int64]:
    """The leading bits of the mark of each event."""
    mark: Words = np.full(features.shape[1], stream(seed).generate_state(1, np.uint64)[0])
    for values in features:
        bits = (values + np.float32(0.0)).view(np.uint32)  # the two zeros are one
        mark = _mixed(mark ^ bits.astype(np.uint64))
    return (mark >> np.uint64(64 - _BITS)).astype(np.int64)


def _mixed(words: Words) -> Words:
    """The words with all their bits mixed (the last step of the generator SplitMix64)."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
