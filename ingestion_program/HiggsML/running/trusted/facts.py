"""Facts of a run that go into its results: versions, digests, the name of the submission."""

import ast
import hashlib
import logging
import os
import platform
import stat
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ... import __version__
from ..contract import MODEL_FILE, Prediction
from .output import printable

__all__ = [
    "bytes_of_folder",
    "digest_of_folder",
    "facts_of_fits",
    "facts_of_machine",
    "name_of_submission",
]

log = logging.getLogger(__name__)

LONGEST_NAME = 100
"""Characters."""

_PACKAGES = ("numpy", "pandas", "scikit-learn", "xgboost", "numba", "iminuit", "torch")


def facts_of_machine() -> dict[str, Any]:
    """The versions of what the run was made with."""
    versions = {"HiggsML": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {"versions": versions}


def facts_of_fits(sets: Sequence[Sequence[Prediction]]) -> dict[str, Any]:
    """How many fits the model calls bad, of those that it tells of; says so if there are any."""
    told = [each.bad_fit for row in sets for each in row if each.bad_fit is not None]
    if sum(told):
        log.warning("WARNING: the model calls %d of its %d fits bad.", sum(told), len(told))
    return {"fits": {"told": len(told), "bad": sum(told)}} if told else {}


def digest_of_folder(folder: Path) -> str:
    """SHA-256 (hex) of the names and contents of all files in a folder, which is not trusted.

    Links count with what they name and are not followed; of special files only the names count.

    Raises:
        OSError: a file or folder cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(_entries(folder)):
        status = path.lstat()
        content = b""
        if stat.S_ISLNK(status.st_mode):
            content = os.fsencode(path.readlink())
        elif stat.S_ISREG(status.st_mode):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
        name = os.fsencode(path.relative_to(folder))
        digest.update(b"%o\0%d\0%b\0" % (stat.S_IFMT(status.st_mode), status.st_size, name))
        digest.update(content)
    return digest.hexdigest()


def bytes_of_folder(folder: Path) -> int:
    """How many bytes `digest_of_folder` would read.

    Raises:
        OSError: a file or folder cannot be looked at.
    """
    return sum(path.lstat().st_size for path in _entries(folder))


def _entries(folder: Path) -> Iterator[Path]:
    """Files, links and special files below a folder."""

    def fail(error: OSError) -> None:
        raise error

    for path, folders, files in os.walk(folder, onerror=fail):
        links = [name for name in folders if Path(path, name).is_symlink()]
        yield from (Path(path, name) for name in (*links, *files))


def name_of_submission(folder: Path) -> str:
    """The first line of the docstring of `model.py`, cut to 100 characters; empty without one.

    A staged source has been parsed before (`stage_submission`), so it can be parsed here.
    """
    text = ast.get_docstring(ast.parse((folder / MODEL_FILE).read_bytes())) or ""
    line = " ".join(printable(text.partition("\n")[0]).split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"
