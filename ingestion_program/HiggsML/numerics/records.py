"""Tables of constants as numpy records, which compiled functions take as one pointer."""

from typing import Any

import numpy as np

__all__ = ["as_record"]


def as_record(table: tuple[Any, ...]) -> np.void:
    """A named tuple of numbers and named tuples as a numpy record, nested as it is.

    A named tuple would be passed number by number, which takes the compiler ten times as long.
    """
    record: np.void = np.array([_values(table)], dtype=_layout(table))[0]
    return record


def _layout(table: Any) -> np.dtype[np.void]:
    fields = table._asdict().items()
    return np.dtype(
        [(key, _layout(x) if isinstance(x, tuple) else np.float64) for key, x in fields]
    )


def _values(table: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_values(x) if isinstance(x, tuple) else x for x in table)
