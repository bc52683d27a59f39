"""One finding of a check, in plain words."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Problem", "unknown_name"]


class Problem(NamedTuple):
    """Something that the platform would refuse, misread or silently ignore."""

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} Fix: {self.fix}"


def unknown_name(where: str, name: object, known: Iterable[str], what: str) -> Problem:
    """A name that is not among the known ones, with the one that was probably meant."""
    choices = list(known)
    near = difflib.get_close_matches(str(name), choices, n=1)
    fix = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(choices)}."
    return Problem(where, what, fix)
