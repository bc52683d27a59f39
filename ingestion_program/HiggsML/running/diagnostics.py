"""What a submission tells of its own fit, for the score sheet: numbers under short names, no more.

A `Model` may have a method `diagnostics()`. It is called once, after `fit`, before any
pseudo-experiment is made, and returns a dictionary with any of

    templates: {process: [expected events of each bin]}
    nuisances: {name: (best value, error)}, in units of the priors
    post_fit:  {"counted": [...], "expected": [...]}, events of each bin in an experiment of its own
    goodness:  {"chi2": value, "p_value": probability of a larger one}, of the fit to it

Whoever answers here is not trusted: texts, images and anything else are refused.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import SubmissionError

__all__ = ["check_diagnostics"]

MOST_NAMES, MOST_BINS = 20, 500
LARGEST = 1e9
"""Events of a bin, or prior widths."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,29}", re.ASCII)
_PAIR = 2


def check_diagnostics(value: object) -> dict[str, Any]:
    """The diagnostics, if they are of the form above; numbers come as floats.

    Raises:
        SubmissionError: there is anything else in them.
    """
    parts: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "templates": _templates,
        "nuisances": _nuisances,
        "post_fit": _post_fit,
        "goodness": _goodness,
    }
    if not isinstance(value, dict) or not value or not value.keys() <= parts.keys():
        raise _refused(f"must be a dictionary with some of {', '.join(parts)}")
    return {name: parts[name](_table(part)) for name, part in value.items()}


def _templates(table: Mapping[str, Any]) -> dict[str, list[float]]:
    bins = {name: _numbers(row, None, least=0) for name, row in table.items()}
    if len({len(row) for row in bins.values()}) != 1:
        raise _refused("templates must all have the same number of bins")
    return bins


def _nuisances(table: Mapping[str, Any]) -> dict[str, list[float]]:
    pairs = {name: _numbers(pair, _PAIR) for name, pair in table.items()}
    if any(error < 0 for _, error in pairs.values()):
        raise _refused("errors of nuisance parameters must not be negative")
    return pairs


def _post_fit(table: Mapping[str, Any]) -> dict[str, list[float]]:
    if table.keys() != {"counted", "expected"}:
        raise _refused("post_fit must hold 'counted' and 'expected'")
    counted = _numbers(table["counted"], None, least=0)
    return {"counted": counted, "expected": _numbers(table["expected"], len(counted), least=0)}


def _goodness(table: Mapping[str, Any]) -> dict[str, float]:
    if table.keys() != {"chi2", "p_value"}:
        raise _refused("goodness must hold 'chi2' and 'p_value'")
    chi2, p_value = _numbers([table["chi2"], table["p_value"]], None, least=0)
    if p_value > 1:
        raise _refused("p_value must be a probability")
    return {"chi2": chi2, "p_value": p_value}


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_NAMES:
        raise _refused(f"each part must be a dictionary of 1 to {MOST_NAMES} names")
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
        raise _refused("names must be of up to 30 letters, digits and underscores")
    return value


def _numbers(value: object, length: int | None, least: float = -LARGEST) -> list[float]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_BINS:
        raise _refused(f"must be lists of 1 to {MOST_BINS} numbers")
    if length is not None and len(value) != length:
        raise _refused(f"a list must hold {length} numbers")
    for number in value:
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not (is_number and least <= number <= LARGEST):  # NaN is neither
            raise _refused(f"all numbers must be finite, from {least:g} to {LARGEST:g}")
    return [float(number) for number in value]


def _refused(what: str) -> SubmissionError:
    return SubmissionError(f"{what}.", where="Model.diagnostics")
