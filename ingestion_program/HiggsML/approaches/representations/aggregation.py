"""Lists of any length as numbers of one event: least, greatest, mean, sum and spread."""

from typing import Any

import numpy as np

from ...arrays import Array, Positions
from ...errors import DataError

__all__ = ["AGGREGATES", "aggregate"]

AGGREGATES = ("min", "max", "mean", "sum", "std")
"""What is said of a list, in this order; std divides by the length of the list."""


def aggregate(values: Any, counts: Any) -> Array:
    """Aggregates of the list of each event, (n, 5), in the order of `AGGREGATES`.

    The order within a list does not matter; those of an empty list are 0. Of objects with a mask,
    `aggregate(objects[present], present.sum(axis=1))`.

    Args:
        values: (N,) or (N, f), the lists of all events one after the other; of f quantities, the
            result is (n, f, 5).
        counts: (n,), the length of each list.

    Raises:
        DataError: the lengths do not sum to N.

    >>> aggregate([1.0, 3.0, 5.0], [2, 0, 1]).tolist()
    [[1.0, 3.0, 2.0, 4.0, 1.0], [0.0, 0.0, 0.0, 0.0, 0.0], [5.0, 5.0, 5.0, 5.0, 0.0]]
    """
    flat, lengths = np.asarray(values, dtype=np.float64), np.asarray(counts, dtype=np.intp)
    if (lengths < 0).any() or lengths.sum() != len(flat):
        raise DataError(
            f"the lengths of the lists must sum to the number of values ({len(flat)}).",
            where="counts",
            value=int(lengths.sum()),
            fix="give the values of all events one after the other.",
        )
    result = np.zeros((len(lengths), *flat.shape[1:], len(AGGREGATES)))
    filled = lengths > 0
    if not filled.any():
        return result
    starts = (np.cumsum(lengths) - lengths)[filled]
    result[filled] = np.moveaxis(_of_filled(flat, starts, lengths[filled]), 0, -1)
    return result


def _of_filled(flat: Array, starts: Positions, lengths: Positions) -> Array:
    length = lengths.reshape(-1, *[1] * (flat.ndim - 1))
    least = np.minimum.reduceat(flat, starts)
    greatest = np.maximum.reduceat(flat, starts)
    total = np.add.reduceat(flat, starts)
    mean = np.clip(total / length, least, greatest)  # equal values have no spread by rounding
    squares = np.add.reduceat((flat - np.repeat(mean, lengths, axis=0)) ** 2, starts)
    return np.array([least, greatest, mean, total, np.sqrt(squares / length)])
