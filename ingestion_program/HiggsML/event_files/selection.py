"""Choosing rows: how many, which, or a seeded draw."""

import logging
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

__all__ = ["Indices", "Seed", "checked_indices", "chosen_rows", "draw_rows", "number_of_rows"]

log = logging.getLogger(__name__)

Indices: TypeAlias = Sequence[int] | NDArray[np.integer]
"""Numbers of rows."""
Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator
"""What a draw may be seeded with."""

MOST_ROWS = 1 << 63
"""No file has so many: a size beyond is a mistake, not a wish for all rows."""

STRETCH = 1 << 17
"""Rows among which a draw happens at a time; another value draws other rows."""


def chosen_rows(
    train_size: Any, selected_indices: Any, available: int, seed: Seed
) -> NDArray[np.int64] | None:
    """The training rows that `load_train_set` is asked for, ascending; None for all of them.

    More rows than there are: all, and a warning.

    Raises:
        DataError: an argument is out of range, or both ways to choose are given.
    """
    if selected_indices is not None:
        if train_size is not None:
            raise DataError(
                "both train_size and selected_indices are given.",
                where="load_train_set",
                fix="give one of them.",
            )
        return checked_indices(selected_indices, available)
    if train_size is None:
        return None
    if _is_whole(train_size) and available < train_size < MOST_ROWS:
        log.warning("train_size=%s: there are %s training events.", train_size, available)
        return None
    size = number_of_rows(train_size, available, "train_size")
    return None if size == available else draw_rows(available, size, np.random.default_rng(seed))


def number_of_rows(size: Any, available: int, name: str) -> int:
    """Rows from a share (float) or a number (int) of the available ones.

    Raises:
        DataError: `size`, which the message calls `name`, is neither, or out of range.
    """
    is_share = isinstance(size, float | np.floating)
    if is_share and 0.0 <= size <= 1.0:
        return int(size * available)
    if _is_whole(size) and 0 <= size <= available:
        return int(size)
    raise DataError(
        "out of range.",
        where=name,
        value=size,
        fix=f"give a share between 0.0 and 1.0 or a number of rows from 0 to {available}.",
    )


def _is_whole(size: Any) -> bool:
    return isinstance(size, int | np.integer) and not isinstance(size, bool)


def checked_indices(selected: Any, available: int) -> NDArray[np.int64]:
    """Row numbers from 0 to available - 1, ascending; at most as many as there are rows.

    Raises:
        DataError: there is none, or more than rows, or they are not whole numbers, or out of range.
    """
    indices = np.asarray(selected)
    if indices.size == 0:
        raise DataError("no row is selected.", where="selected_indices", fix="give at least one.")
    if indices.size > available:
        raise DataError(
            "more rows are selected than there are.",
            where="selected_indices",
            value=f"{indices.size} of {available}",
            fix="select each row once, and repeat rows of the training set that comes.",
        )
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
