"""How long the parts of a fit took, for the table of a run: `fit_seconds` of a model."""

import functools
import time
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["timed"]

Method = TypeVar("Method", bound=Callable[..., Any])


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
