"""A submission's folder on its way into a run: copied and looked at, never run."""

import ast
import shutil
import stat
import zipfile
from pathlib import Path

from ...errors import RunError, SubmissionError
from ..contract import MODEL_FILE
from .facts import digest_of_folder

__all__ = ["look_at_submission", "stage_again", "stage_submission"]

MAX_SOURCE = 1_000_000
"""Bytes; a parsed source takes a hundred times as much memory."""


def look_at_submission(source: Path) -> None:
    """Look at a submission where it is, before anything of a run is made.

    Raises:
        SubmissionError: it is no folder, or its `model.py` is missing or does not parse.
    """
    if not source.is_dir():
        what, fix = _instead_of_folder(source)
        raise SubmissionError(what, where=source, fix=fix)
    _check_source(source)


def _instead_of_folder(source: Path) -> tuple[str, str]:
    if not source.exists():
        return (
            "the submission's folder does not exist.",
            f"give the folder that holds {MODEL_FILE}.",
        )
    if zipfile.is_zipfile(source):
        return (
            "is a zip file, not a folder.",
            f"unpack it and give the folder, or try it with: higgsml dry-run --submission {source}",
        )
    if source.suffix == ".ipynb":
        return "is a notebook, not a folder.", _notebook_fix(source.name)
    fix = f"give the folder that it lies in (--submission {source.absolute().parent})."
    return "is a file, not a folder.", fix


def _notebook_fix(name: str) -> str:
    return (
        f"make a folder with a {MODEL_FILE} of it:"
        f" jupyter nbconvert --to script --output model {name}"
    )


def stage_submission(source: Path, target: Path) -> None:
    """Copy a submission's folder into the run, and look at its source without running it.

    Symbolic links, special files and bytecode are left out.

    Raises:
        SubmissionError: the folder does not exist or cannot be copied, or its `model.py` is
            missing or does not parse.
    """
    look_at_submission(source)
    try:
        shutil.copytree(source, target, ignore=_left_out)
    except (OSError, RecursionError) as error:
        raise SubmissionError(
            "the submission cannot be copied.",
            where=source,
            value=error,
            fix="leave out files that cannot be read, and folders in folders without end.",
        ) from error
    _check_source(target)


def stage_again(source: Path, target: Path, digest: str) -> Path:
    """Another copy of a submission that was staged before, which nobody wrote to.

    Raises:
        RunError: it is not what it was; `digest` is that of its first copy.
    """
    stage_submission(source, target)
    if digest_of_folder(target) != digest:
        raise RunError(
            "the submission changed while it ran, so that it cannot be fitted again for the audit.",
            where=source,
            fix="run it again, and leave its files alone meanwhile.",
        )
    return target


def _left_out(folder: str, names: list[str]) -> list[str]:
    def plain(name: str) -> bool:
        mode = (Path(folder) / name).lstat().st_mode
        return name != "__pycache__" and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))

    return [name for name in names if not plain(name)]


def _check_source(folder: Path) -> None:
    path = folder / MODEL_FILE
    if path.is_symlink() or not path.is_file():
        raise _without_model(folder)
    source = path.read_bytes()
    if len(source) > MAX_SOURCE:
        raise SubmissionError(
            f"is larger than {MAX_SOURCE} bytes.",
            where=MODEL_FILE,
            value=len(source),
            fix="keep data in files of their own.",
        )
    try:
        ast.parse(source, MODEL_FILE)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise SubmissionError(
            f"does not parse: {getattr(error, 'msg', error)}.",
            where=MODEL_FILE if line is None else f"{MODEL_FILE}, line {line}",
            value=(getattr(error, "text", None) or "").strip(),
            fix="run it once with python before submitting.",
        ) from error


def _without_model(folder: Path) -> SubmissionError:
    nested = sorted(str(found.relative_to(folder)) for found in folder.glob(f"*/{MODEL_FILE}"))
    names = sorted(found.name for found in folder.iterdir())
    notebooks = [name for name in names if name.endswith(".ipynb")]
    fix = f"put a file {MODEL_FILE} with a class Model there (a link does not count)."
    if nested:
        fix = f"{MODEL_FILE} must stand at the root of the zip, not in a folder of it."
    elif notebooks:
        fix = _notebook_fix(notebooks[0])
    return SubmissionError(
        f"the submission has no {MODEL_FILE}.", where=folder, value=nested or names[:10], fix=fix
    )
