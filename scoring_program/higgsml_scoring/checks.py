"""Checks of single values out of files that are not trusted: the type, the range, nothing else.

A failed check says where the value stands, what it should be, and of which type it was, but never
the value itself.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from .errors import ResultsError

__all__ = ["LARGEST", "count", "digest", "flags", "member", "number", "numbers", "seconds", "text"]

LARGEST = 1e4
"""Largest size of an estimate: far beyond any mu, and small enough that every score, squares of
squares included, fits into the ten digits that the platform stores."""

_LONGEST_TEXT = 200
_LARGEST_COUNT = 10**9


def member(mapping: Mapping[str, Any], key: str, where: str) -> Any:
    """The value of a key that must be there."""
    if key not in mapping:
        raise ResultsError(f"the key {key!r} is missing.", where=where)
    return mapping[key]


def number(value: object, where: str, largest: float = LARGEST) -> float:
    """A finite number of at most `largest` in size (a bool is no number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ResultsError(f"must be a number, not {_type(value)}.", where=where)
    if isinstance(value, float) and not math.isfinite(value):
        raise ResultsError("must be a finite number (no NaN, no infinity).", where=where)
    if abs(value) > largest:
        raise ResultsError(f"must not be larger than {largest:g} in size.", where=where)
    return float(value)


def numbers(
    value: object, where: str, length: int | None = None, largest: float = LARGEST
) -> list[float]:
    """A list of finite numbers; `length`, if given, is how many there must be."""
    if not isinstance(value, list):
        raise ResultsError(f"must be a list of numbers, not {_type(value)}.", where=where)
    if length is not None and len(value) != length:
        raise ResultsError(f"must hold {length} numbers, not {len(value)}.", where=where)
    return [number(item, f"{where}[{position}]", largest) for position, item in enumerate(value)]


def seconds(value: object, where: str) -> float:
    """A time span in seconds, not negative."""
    span = number(value, where, largest=1e9)
    if span < 0:
        raise ResultsError("a duration must not be negative.", where=where)
    return span


def count(value: object, where: str, least: int = 1, largest: int = _LARGEST_COUNT) -> int:
    """A whole number from `least` to `largest`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ResultsError(f"must be a whole number, not {_type(value)}.", where=where)
    if not least <= value <= largest:
        raise ResultsError(f"must lie between {least:,} and {largest:,}.", where=where)
    return value


def text(value: object, where: str) -> str:
    """A short string."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise ResultsError(f"must be a text of at most {_LONGEST_TEXT} letters.", where=where)
    return value


def digest(value: object, where: str) -> str:
    """A digest in lower-case hexadecimal digits."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{8,128}", value):
        raise ResultsError("must be a digest in hexadecimal digits.", where=where)
    return value


def flags(value: object, where: str) -> dict[str, bool]:
    """An object whose values are all true or false."""
    if not isinstance(value, dict) or not all(isinstance(flag, bool) for flag in value.values()):
        raise ResultsError("must be an object of true and false values.", where=where)
    return {text(name, where): flag for name, flag in value.items()}


def _type(value: object) -> str:
    """What JSON or YAML calls the type of a value."""
    if isinstance(value, bool):
        return "true or false"
    names = {
        int: "a number",
        float: "a decimal number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return "null" if value is None else names.get(type(value), "a value of another type")
