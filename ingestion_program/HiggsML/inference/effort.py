"""What a fit leaves out in a trial, and how long its parts took (`fit_seconds` of a model)."""

import functools
import time
from collections.abc import Callable
from math import ceil, sqrt
from typing import Any, TypeVar

__all__ = ["in_trial", "timed"]

Method = TypeVar("Method", bound=Callable[..., Any])


SHIFTED_ROWS = 1_000_000
"""Of a process, of which a trial shifts its share to the base points."""


def in_trial(effort: float, shifted_rows: int, n_toys: int) -> tuple[int, int]:
    """The rows that are shifted and the toys of a fit that is asked for a share of its work.

    Shifted rows and toys are left out first: all training events still train the classifier and
    make the nominal templates, without which the interval would widen. Toys go with the square
    root, since too few of them scale all intervals by a wrong factor.

    Args:
        effort: 1, or less in a trial: `get_train_set.effort`.
        shifted_rows, n_toys: of the whole work.

    >>> in_trial(1.0, 12_000_000, 2_000), in_trial(0.25, 12_000_000, 2_000)
    ((12000000, 2000), (250000, 1000))
    """
    if effort >= 1.0:
        return shifted_rows, n_toys
    return min(shifted_rows, ceil(effort * SHIFTED_ROWS)), ceil(sqrt(effort) * n_toys)


def timed(part: str) -> Callable[[Method], Method]:
    """Add the seconds of a method to `self.fit_seconds[part]`.

    >>> class Model:
    ...     def __init__(self):
    ...         self.fit_seconds = {}
    ...     @timed("training")
    ...     def fit(self): ...
    >>> model = Model()
    >>> model.fit()
    >>> list(model.fit_seconds)
    ['training']
    """

    def decorated(method: Method) -> Method:
        @functools.wraps(method)
        def called(self: Any, *args: Any, **kwargs: Any) -> Any:
            started = time.monotonic()
            try:
                return method(self, *args, **kwargs)
            finally:
                took = time.monotonic() - started
                self.fit_seconds[part] = self.fit_seconds.get(part, 0.0) + took

        timed_method: Any = called
        result: Method = timed_method
        return result

    return decorated
