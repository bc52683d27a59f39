"""A folder of downloaded results: folders and zip files, each of one run."""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from HiggsML.errors import DataError
from higgsml_scoring.errors import ResultsError

from .saved_runs import MARKER, PREDICTIONS, results_in

__all__ = ["Run", "find_runs", "opened", "runs_below", "saved_score"]

SCORES, SCORE = "scores.json", "quantiles_score"
_LARGEST = 100_000_000
"""Bytes of a file of results in a zip file; those of 1000 experiments have 0.1 MB."""


class Run(NamedTuple):
    """A saved run: its results, and the entry of the folder of downloads that holds them."""

    results: Path
    home: Path


def runs_below(folder: Path) -> dict[str, Run]:
    """The results in a folder of downloads, by label: folders and zip files, each of one run."""
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir():
            inside = [path, path / PREDICTIONS, *sorted(path.glob("*.zip"))]
            results = next((place for place in inside if _holds_results(place)), None)
        else:
            results = path if _holds_results(path) else None
        if results is not None:
            found[path.stem if path.is_file() else path.name] = Run(results, path)
    return found


def find_runs(path: Path) -> dict[str, Run]:
    """The runs that a path names: one, or all of a folder of downloads.

    Raises:
        DataError: there is none.
    """
    if path.is_file() and _holds_results(path):
        return {path.stem: Run(path, path)}
    try:
        return {path.name: Run(results_in(path), path)}
    except DataError:
        if many := runs_below(path):
            return many
        raise


def _holds_results(path: Path) -> bool:
    if path.is_dir():
        return (path / MARKER).is_file()
    return any(PurePosixPath(name).name == MARKER for name in _names(path))


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return []


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """A folder of results; those of a zip file are unpacked, and nothing else of it."""
    if path.is_dir():
        yield path
        return
    with TemporaryDirectory(prefix="higgsml-") as temporary, zipfile.ZipFile(path) as archive:
        [root, *_] = [PurePosixPath(n).parent for n in archive.namelist() if n.endswith(MARKER)]
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.parent == root and name.suffix in (".json", "") and not entry.is_dir():
                if entry.file_size > _LARGEST:
                    raise ResultsError("the file is too large for results.", where=name)
                (Path(temporary) / name.name).write_bytes(archive.read(entry))
        yield Path(temporary)


def saved_score(home: Path) -> float | None:
    """The score that was saved with results: beside them, or in a zip file beside them."""
    if home.is_dir():
        if (home / SCORES).is_file():
            return _parse_score((home / SCORES).read_bytes())
        archives = sorted(home.glob("*.zip"))
    else:
        archives = [home]
    for path in archives:
        if SCORES in _names(path):
            with zipfile.ZipFile(path) as archive:
                return _parse_score(archive.read(SCORES))
    return None


def _parse_score(text: bytes) -> float | None:
    try:
        return float(json.loads(text)[SCORE])
    except (ValueError, KeyError, TypeError):
        return None
