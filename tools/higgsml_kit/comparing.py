"""A dry run held against another result of the same experiments, pair by pair."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from HiggsML.errors import DataError
from HiggsML.running.contract import MODEL_FILE
from higgsml_scoring.comparison import compare
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.results import Results, read_results
from higgsml_scoring.settings import ReferenceSettings

from .commands.compare import describe
from .saved_runs import results_in

__all__ = ["LAST", "Other", "describe_difference", "other_results"]

LAST = "LAST"
"""Names the results that a dry run is about to replace."""
THIS = "this run"


class Other(NamedTuple):
    """Results to compare with."""

    label: str
    results: Path


@contextmanager
def other_results(
    named: str, output: Path, root: Path, measure: Callable[[Path, Path], object]
) -> Iterator[Other]:
    """The results that a name stands for, in a folder that lasts as long as the block.

    Args:
        named: `LAST`, a folder of results, or a submission: a folder or zip file, here or in the
            bundle.
        output: where the last run wrote.
        root: folder of the bundle.
        measure: (submission, output) measures a submission as the dry run is to be.

    Raises:
        DataError: there is no such thing, or nothing was measured there.
    """
    with TemporaryDirectory(prefix="higgsml-") as temporary:
        folder = Path(temporary) / "other"
        if named.upper() == LAST:
            shutil.copytree(results_in(output), folder)
            yield Other("the last run", folder)
            return
        path = next((each for each in (Path(named), root / named) if each.exists()), None)
        if path is None:
            fix = f"give {LAST}, a folder of results, or a submission such as sample_submission."
            raise DataError(
                "there is nothing of this name.", where="--compare-with", value=named, fix=fix
            )
        if path.is_file() or (path / MODEL_FILE).is_file():
            print(f"First {path.name}, to compare with.", flush=True)
            measure(path, folder)
        else:
            shutil.copytree(results_in(path), folder)
        yield Other(path.name, results_in(folder))


def describe_difference(other: Other, results: Path) -> str:
    """The scores of both, their difference and its significance, and that of the widths."""
    try:
        pair = [_read(other.results), _read(results)]
        comparison = compare([other.label, THIS], pair)
    except ScoringError as error:
        return f"Nothing to compare: {error}"
    change = _widths(pair[1]) - _widths(pair[0])
    spread = change.std(ddof=1) / np.sqrt(change.size) if change.size > 1 else np.nan
    sentence = f"Mean width: {change.mean():+.4f} ± {spread:.4f} against {other.label}."
    return f"{describe(comparison)}\n{sentence}"


def _read(folder: Path) -> Results:
    return read_results(folder, ReferenceSettings(show_truth=True))


def _widths(results: Results) -> np.ndarray:
    answers = results.answers
    widths: np.ndarray = (answers.p84 - answers.p16).ravel()
    return widths
