"""Facts of a run that go into its results: versions, digests, the name of the submission."""

import ast
import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .. import __version__
from .submission import MODEL_FILE
from .watch import printable

__all__ = ["digest_of_folder", "facts_of_machine", "name_of_submission"]

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


def digest_of_folder(folder: Path) -> str:
    """SHA-256 (hex) of the names and contents of all files in a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def name_of_submission(folder: Path) -> str:
    """The first line of the docstring of `model.py`, cut to 100 characters; empty without one.

    A staged source has been parsed before (`stage_submission`), so it can be parsed here.
    """
    text = ast.get_docstring(ast.parse((folder / MODEL_FILE).read_bytes())) or ""
    line = printable(text.partition("\n")[0]).strip()
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"
