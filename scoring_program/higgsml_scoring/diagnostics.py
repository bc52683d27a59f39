"""What a submission tells of its own fit: numbers under short names, from a hostile hand."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import checks
from .errors import ResultsError

__all__ = ["Diagnostics", "parse_diagnostics"]

Floats = NDArray[np.float64]

_LARGEST = 1e9
_MOST_NAMES, _MOST_BINS = 20, 500
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}", re.ASCII)
_PARTS = {"templates", "nuisances", "post_fit", "goodness"}


@dataclass(frozen=True)
class Diagnostics:
    """What a submission tells of its fit; parts that it does not tell are empty.

    Attributes:
        templates: expected events of each bin, shape (bins,), by process.
        nuisances: best value and error of each nuisance parameter, in units of the priors.
        counted, expected: events of each bin in an experiment of its own, and after the fit to it.
        goodness: chi-squared of that fit, and the probability of a larger one.
    """

    templates: dict[str, Floats]
    nuisances: dict[str, tuple[float, float]]
    counted: Floats
    expected: Floats
    goodness: tuple[float, float] | None


def parse_diagnostics(value: object, where: str) -> Diagnostics:
    """Check what a submission told.

    Raises:
        ResultsError: where there is anything but numbers under short names.
    """
    if not isinstance(value, dict) or not value.keys() <= _PARTS:
        raise ResultsError(f"must be an object with some of {sorted(_PARTS)}.", where=where)
    parts = {name: _table(part, f"{where}.{name}") for name, part in value.items()}
    templates = {
        name: _events(row, f"{where}.templates.{name}")
        for name, row in parts.get("templates", {}).items()
    }
    if len({len(row) for row in templates.values()}) > 1:
        raise ResultsError("must all have the same number of bins.", where=f"{where}.templates")
    nuisances = {}
    for name, pair in parts.get("nuisances", {}).items():
        there = f"{where}.nuisances.{name}"
        best, error = checks.numbers(pair, there, 2, _LARGEST)
        if error < 0:
            raise ResultsError("an error must not be negative.", where=there)
        nuisances[name] = (best, error)
    counted = expected = np.empty(0)
    if "post_fit" in parts:
        there = f"{where}.post_fit"
        counted, expected = (
            _events(checks.member(parts["post_fit"], name, there), f"{there}.{name}")
            for name in ("counted", "expected")
        )
        if len(counted) != len(expected):
            raise ResultsError("must have as many bins counted as expected.", where=there)
    goodness = None
    if "goodness" in parts:
        goodness = _goodness(parts["goodness"], f"{where}.goodness")
    return Diagnostics(templates, nuisances, counted, expected, goodness)


def _goodness(table: dict[str, Any], where: str) -> tuple[float, float]:
    chi2, p_value = (
        checks.number(checks.member(table, name, where), f"{where}.{name}", _LARGEST)
        for name in ("chi2", "p_value")
    )
    if chi2 < 0 or not 0 <= p_value <= 1:
        raise ResultsError("must be a chi-squared and a probability.", where=where)
    return chi2, p_value


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not 1 <= len(value) <= _MOST_NAMES:
        raise ResultsError(f"must be an object of 1 to {_MOST_NAMES} keys.", where=where)
    if not all(_NAME.fullmatch(name) for name in value):
        raise ResultsError("keys must be of up to 30 letters, digits and underscores.", where=where)
    return value


def _events(value: object, where: str) -> Floats:
    """Events of each bin."""
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST_BINS:
        raise ResultsError(f"must be a list of 1 to {_MOST_BINS} numbers.", where=where)
    events = np.array(checks.numbers(value, where, largest=_LARGEST))
    if (events < 0).any():
        raise ResultsError("events must not be negative.", where=where)
    return events
