"""The approaches by name: how each is built, what it sees, what it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from ..arrays import Floats, Positions

__all__ = ["APPROACHES", "Entry"]


@dataclass(frozen=True)
class Entry:
    """How an approach is used.

    Attributes:
        build: makes the classifier, not fitted. Its classes are codes, 0 that of the signal.
        summary: what it is, in a few words.
        inputs: makes what the classifier sees out of all features (n, 28) and the rows that it
            shall see; None: the 27 inputs of `HiggsML.inference`.
        extra: what `pip install 'HiggsML[...]'` must name for it; None: nothing.
        submission: whether a measurement with it keeps the limits of a run.
    """

    build: Callable[[], Any]
    summary: str
    inputs: Callable[[Floats, Positions], Any] | None = None
    extra: str | None = None
    submission: bool = True


APPROACHES: Mapping[str, Entry] = MappingProxyType({})
