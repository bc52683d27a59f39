"""One finding of a check, in plain words."""

from collections.abc import Iterable
from typing import NamedTuple

from HiggsML.errors import did_you_mean

__all__ = ["Problem", "describe", "unknown_name"]


class Problem(NamedTuple):
    """Something that the platform would refuse, misread or silently ignore."""

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} Fix: {self.fix}"


def unknown_name(where: str, name: object, known: Iterable[str], what: str) -> Problem:
    """A name that is not among the known ones, with the one that was probably meant."""
    return Problem(where, what, did_you_mean(name, known))


def describe(problems: Iterable[Problem], subject: object) -> str:
    """Problems as one text; what is said of the subject as a whole does not name it again."""
    whole = (str(subject), "submission")
    return " ".join(
        f"{each.what} Fix: {each.fix}" if each.where in whole else str(each) for each in problems
    )
