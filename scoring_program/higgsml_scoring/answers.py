"""What a submission answered: the files `result_0.json`, `result_1.json` ..., one for each set."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import checks
from .errors import ResultsError
from .files import parse_json, read_bytes

__all__ = [
    "LARGEST_RESULT",
    "MOST_SETS",
    "Answers",
    "check_names",
    "parse_answers",
    "read_answers",
    "result_name",
]

LARGEST_RESULT = 64 * 1024**2
"""Bytes that the results of one set may have."""

MOST_SETS = 1000
"""Sets that one run may have."""

_KEYS = {"mu_hats": "mu_hats", "delta_mu_hats": "delta_mu_hats", "p16": "p16s", "p84": "p84s"}
"""Keys of the lists, in the order of the fields of `Answers`, and as HiggsML 0.1.5 spells them."""


@dataclass(frozen=True)
class Answers:
    """What a submission answered: arrays of shape (sets, experiments per set), dimensionless."""

    mu_hat: NDArray[np.float64]
    delta_mu_hat: NDArray[np.float64]
    p16: NDArray[np.float64]
    p84: NDArray[np.float64]


def read_answers(folder: Path) -> Answers:
    """Read `result_0.json`, `result_1.json` ... without the other files of a finished run.

    For notebooks, in which nobody writes a completion marker. The set numbers must start at 0 and
    have no gap, and all sets must have as many experiments as the first.

    Raises:
        ResultsError: where there is no result, a gap, or a malformed file.
    """
    folder = Path(folder)
    num_of_sets = len(list(folder.glob("result_*.json")))
    if not 1 <= num_of_sets <= MOST_SETS:
        raise ResultsError(
            f"must hold 1 to {MOST_SETS} files result_<i>.json, not {num_of_sets}.",
            where=folder,
        )
    check_names(folder, num_of_sets)
    names = [result_name(number) for number in range(num_of_sets)]
    contents = [parse_json(read_bytes(folder / name, LARGEST_RESULT), name) for name in names]
    return parse_answers(contents, experiments=None)


def result_name(number: int) -> str:
    """Name of the file of a set."""
    return f"result_{number}.json"


def check_names(folder: Path, num_of_sets: int) -> None:
    """Demand exactly the sets 0 to num_of_sets - 1: a gap would give a set another's truth.

    Raises:
        ResultsError: where a set is missing, there twice, or not of the run.
    """
    found = {path.name for path in folder.glob("result_*.json")}
    wanted = {result_name(number) for number in range(num_of_sets)}
    if missing := wanted - found:
        raise ResultsError(
            f"the file is missing: {len(missing)} of {num_of_sets} sets have no results.",
            where=min(missing),
        )
    for name in sorted(found - wanted):
        stem = re.fullmatch(r"result_0*(\d{1,6})\.json", name)
        what = f"no set of this run: its sets are 0 to {num_of_sets - 1}."
        if stem is not None and int(stem[1]) < num_of_sets:
            what = f"a second file for set {int(stem[1])}."
        raise ResultsError(what, where=name[:80])


def parse_answers(contents: Sequence[dict[str, Any]], experiments: int | None) -> Answers:
    """Put the content of the files of all sets into arrays.

    Args:
        contents: content of each file, in the order of the sets.
        experiments: length that every list must have (None: that of the first).

    Raises:
        ResultsError: where a list is missing, malformed or of another length, or an interval
            inverted.
    """
    columns: dict[str, list[list[float]]] = {key: [] for key in _KEYS}
    for number, content in enumerate(contents):
        name = result_name(number)
        for key, rows in columns.items():
            given = _KEYS[key] if key not in content and _KEYS[key] in content else key
            values = checks.member(content, given, name)
            rows.append(checks.numbers(values, f"{name}: {given}", experiments))
            experiments = len(rows[-1])
    if experiments == 0:
        raise ResultsError("holds no pseudo-experiment.", where=result_name(0))
    answers = Answers(*(np.asarray(rows) for rows in columns.values()))
    for set_number, experiment in np.argwhere(answers.p16 > answers.p84)[:1]:
        raise ResultsError(
            "the interval is inverted: p16 is above p84.",
            where=f"{result_name(set_number)}: pseudo-experiment {experiment}",
        )
    return answers
