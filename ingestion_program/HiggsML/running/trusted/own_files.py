"""What in an output folder a run of ours wrote, told by content.

A finished ingestion is told by the digests in its completion marker, an unfinished one by its
journal; what the platform copied from the submission by being equal to it; what a command of the
toolkit wrote by the digests in its manifest. A file that was changed since is not ours any more.
"""

import filecmp
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from .journal import parse_record
from .results import JOURNAL, MARKER, STATE

__all__ = [
    "MANIFEST",
    "Owner",
    "kept_state",
    "remove_listed",
    "write_manifest",
    "written_by_command",
    "written_by_ingestion",
]

Owner = Callable[[Path], bool]
"""Whether a run of ours wrote a file, or a folder with all that it holds."""

MANIFEST = ".higgsml.json"
"""What a command of the toolkit wrote into a folder: names and SHA-256 (hex)."""

_EMPTY_FOLDER = "empty folder"

_RESULTS = re.compile(
    r"\.?(result_\d+|ingestion_duration|run|test_settings|completed)\.json(\.\w+)?"
)
_STATE_NAMES = {JOURNAL, "model", "model.part", "submission"}


def written_by_ingestion(folder: Path, submission: Path) -> list[Owner]:
    """What the ingestion program wrote into a folder, and what the platform put there for it."""
    marker = _read_json(folder / MARKER)
    digests = marker.get("files") if marker.get("format") == 1 else None
    owners = [_copied(folder, submission)]
    known = _listed(folder, digests if isinstance(digests, dict) else {})
    if isinstance(digests, dict) and any(known(folder / str(name)) for name in digests):
        owners += [known, lambda path: path == folder / MARKER and not path.is_symlink()]
    unfinished = kept_state(folder)
    if unfinished:  # it may have been killed while it wrote its results
        owners += [*unfinished, lambda path: path.parent == folder and _is_result(path)]
    return owners


def kept_state(folder: Path) -> list[Owner]:
    """What a run that did not end keeps in a folder to go on."""
    return [lambda path: path == folder / STATE] if _is_state(folder / STATE) else []


def _is_result(path: Path) -> bool:
    return bool(_RESULTS.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


def _is_state(folder: Path) -> bool:
    """Whether a folder is what a run keeps to go on after a kill."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    journal = folder / JOURNAL
    if journal.is_symlink() or not journal.is_file():
        return not names  # a run that was killed as it began
    with journal.open("rb") as file:
        line = file.readline(1 << 16)
    if not line:
        return names == {JOURNAL}
    record = parse_record(line)
    return names <= _STATE_NAMES and record is not None and "key" in record


def _copied(folder: Path, source: Path) -> Owner:
    """What is equal to a file of the submission, if its `model.py` is there."""

    def equal(path: Path) -> bool:
        other = source / path.relative_to(folder)
        try:
            if path.is_symlink() or other.is_symlink():
                return path.readlink() == other.readlink()
            if path.is_dir():
                return other.is_dir() and not any(path.iterdir())
            return path.is_file() and other.is_file() and filecmp.cmp(path, other, shallow=False)
        except OSError:
            return False

    there = equal(folder / "model.py")
    return lambda path: there and equal(path)


def _listed(folder: Path, digests: Mapping[str, Any]) -> Owner:
    """What is listed with its digest, and was not changed since."""

    def known(path: Path) -> bool:
        digest = digests.get(path.relative_to(folder).as_posix())
        try:
            if digest is None or path.is_symlink():
                return False
            if path.is_dir():
                return str(digest) == _EMPTY_FOLDER and not any(path.iterdir())
            return _digest(path) == str(digest)
        except OSError:
            return False

    return known


# --- what commands of the toolkit wrote ----------------------------------------------------------


def written_by_command(folder: Path) -> list[Owner]:
    """What a command of the toolkit wrote into a folder, by the manifest that it left there."""
    digests = _read_manifest(folder)
    if not digests:
        return []
    return [_listed(folder, digests), lambda path: path == folder / MANIFEST]


def write_manifest(folder: Path, names: Iterable[str], keep: bool = False) -> None:
    """Note that the files and folders of these names are ours.

    Args:
        folder: which they lie in.
        names: of what was just written.
        keep: go on knowing what the manifest knew before.
    """
    digests = _read_manifest(folder) if keep else {}
    for name in names:
        top = folder / name
        for path in [top, *sorted(top.rglob("*"))]:
            relative = path.relative_to(folder).as_posix()
            if path.is_file() and not path.is_symlink():
                digests[relative] = _digest(path)
            elif path.is_dir() and not any(path.iterdir()):
                digests[relative] = _EMPTY_FOLDER
    body = json.dumps({"format": 1, "files": digests}, indent=1) + "\n"
    (folder / MANIFEST).write_text(body, "utf-8")


def remove_listed(folder: Path, inside: str = "") -> None:
    """Remove what the manifest of a folder lists (and lies in a folder of it), nothing else."""
    digests = _read_manifest(folder)
    known = _listed(folder, digests)
    parents: set[Path] = set()
    for path in (folder / name for name in digests):
        if path.is_relative_to(folder / inside) and known(path):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
            parents.update(parent for parent in path.parents if folder in parent.parents)
    for parent in sorted(parents, key=lambda path: len(path.parts), reverse=True):
        with suppress(OSError):  # something else is in it
            parent.rmdir()


def _read_manifest(folder: Path) -> dict[str, str]:
    content = _read_json(folder / MANIFEST)
    files = content.get("files") if content.get("format") == 1 else None
    if not isinstance(files, dict):
        return {}
    inside = {name: digest for name, digest in files.items() if ".." not in Path(name).parts}
    return {name: digest for name, digest in inside.items() if not Path(name).is_absolute()}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
