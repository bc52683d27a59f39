"""Choosing rows: how many, which, or a seeded draw."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

__all__ = ["checked_indices", "draw_rows", "number_of_rows"]

STRETCH = 1 << 17
"""Rows among which a draw happens at a time; another value draws other rows."""


def number_of_rows(size: Any, available: int, name: str) -> int:
    """Rows from a share (float) or a number (int) of the available ones.

    Raises:
        DataError: `size`, which the message calls `name`, is neither, or out of range.
    """
    is_share = isinstance(size, float | np.floating)
    is_number = isinstance(size, int | np.integer) and not isinstance(size, bool)
    if is_share and 0.0 <= size <= 1.0:
        return int(size * available)
    if is_number and 0 <= size <= available:
        return int(size)
    raise DataError(
        "out of range.",
        where=name,
        value=size,
        fix=f"give a share between 0.0 and 1.0 or a number of rows from 0 to {available}.",
    )


def checked_indices(selected: Any, available: int) -> NDArray[np.int64]:
    """Row numbers from 0 to available - 1, ascending.

    Raises:
        DataError: they are not whole numbers, or out of range.
    """
    indices = np.asarray(selected)
    if indices.ndim != 1 or not np.issubdtype(indices.dtype, np.integer):
        raise DataError(
            "must be whole numbers, in a list or a one-dimensional array.",
            where="selected_indices",
            value=selected,
            fix="for a mask, pass numpy.flatnonzero(mask).",
        )
    outside = np.flatnonzero((indices < 0) | (indices >= available))
    if outside.size:
        raise DataError(
            "a training row that does not exist.",
            where=f"selected_indices[{outside[0]}]",
            value=int(indices[outside[0]]),
            fix=f"the {available} training rows are counted from 0.",
        )
    return np.sort(indices.astype(np.int64))


def draw_rows(available: int, size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`size` of the numbers below `available`, ascending, each set equally likely.

    First how many fall into each stretch of rows (multivariate hypergeometric), then which: to
    draw from an array of all rows would take more memory than the rows that are wanted.
    """
    starts = np.arange(0, available, STRETCH)
    lengths = np.diff(np.append(starts, available))
    counts = rng.multivariate_hypergeometric(lengths, size, method="marginals")
    parts = [
        start + np.sort(rng.choice(length, count, replace=False))
        for start, length, count in zip(starts, lengths, counts, strict=True)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
