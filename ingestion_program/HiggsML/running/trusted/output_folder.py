"""Where a program may write: decided by one function, before anything is touched.

A program writes into a folder that does not exist, that is empty, or whose whole content a run of
ours wrote (see `own_files`). Anything else is refused with the names of what stands there.

Always refused is an output that is, holds or lies in what the run reads (input, submission,
programs); that is or holds the home folder or the repository of the working folder; that lies in
a `.git`, or where git keeps files. A new folder in a repository is welcome in the working folder
and above it, where git tracks nothing, and wherever git ignores it (so `results/` is).
"""

import itertools
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ...errors import RunError
from .own_files import Owner

__all__ = ["check_output", "make_folder"]

_NAMES_SHOWN = 5
_FIX = "name a folder that is new or empty (--output)."


def check_output(
    output: Path, read: Mapping[str, Path], owners: Callable[[Path], Iterable[Owner]] | None = None
) -> Path:
    """The output folder with all links followed, if a program may write there.

    Args:
        output: as the user named it.
        read: what the run reads, by what it is ("the submission").
        owners: tell, for the folder, what in it is ours; nothing is by default.

    Raises:
        RunError: naming the folder, what is wrong with it, and what stands there.
    """
    folder = Path(os.path.realpath(output))
    if folder.exists() and not folder.is_dir():
        raise RunError("the output is a file.", where=output, value=str(folder), fix=_FIX)
    for how in _forbidden(folder, read):
        raise _refusal(output, f"the output {how}.", _strangers(folder, []))
    strangers = _strangers(folder, list(owners(folder)) if owners else [])
    for first in strangers:
        what = "the output holds what no earlier run wrote there."
        raise _refusal(output, what, itertools.chain([first], strangers))
    return folder


def _refusal(output: Path, what: str, names: Iterator[str]) -> RunError:
    shown = list(itertools.islice(names, _NAMES_SHOWN + 1))
    more = shown[_NAMES_SHOWN:] and ["..."]
    return RunError(
        f"{what} Nothing was touched.",
        where=output,
        value=[*shown[:_NAMES_SHOWN], *more] or os.path.realpath(output),
        fix=_FIX,
    )


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where they are missing.

    Raises:
        RunError: that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"the output cannot be made: {error.strerror}.",
            where=folder,
            value=str(folder),
            fix=_FIX,
        ) from error


# --- where it lies -------------------------------------------------------------------------------


def _forbidden(folder: Path, read: Mapping[str, Path]) -> Iterator[str]:
    """How the output lies to folders in which nothing is written."""
    for what, path in read.items():
        if relation := _relation(folder, Path(os.path.realpath(path))):
            yield f"{relation} {what}"
    for what, top in (
        ("the home folder", _home()),
        ("the repository of the working folder", _repository(_working_folder())),
    ):
        relation = None if top is None else _relation(folder, top)
        if relation in ("is", "holds"):
            yield f"{relation} {what}"
    repository = _repository(folder)
    if repository is not None:
        if _relation(folder, repository / ".git") in ("is", "lies in"):
            yield "lies in the repository's .git"
        elif tracked := _tracked(folder, repository):
            yield f"lies in the repository, where git keeps files of {tracked}"


def _relation(folder: Path, other: Path) -> str | None:
    """How two folders lie to each other: files of one file system are told by their numbers."""
    ours, theirs = _identity(folder), _identity(other)
    if ours == theirs:
        return "is"
    if ours in map(_identity, other.parents):
        return "holds"
    return "lies in" if theirs in map(_identity, folder.parents) else None


def _identity(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return str(path)
    return found.st_dev, found.st_ino


def _home() -> Path | None:
    try:
        return Path(os.path.realpath(Path.home()))
    except RuntimeError:  # nobody knows
        return None


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was removed
        return Path("/")


def _repository(folder: Path) -> Path | None:
    return next((path for path in (folder, *folder.parents) if (path / ".git").exists()), None)


def _tracked(folder: Path, repository: Path) -> str | None:
    """The folder, from the output upwards, that git keeps files of; None where git has no say."""
    here = _working_folder()

    def keeps(path: Path) -> bool:
        return _git(repository, "--literal-pathspecs", "ls-files", "--", str(path))

    if _git(repository, "check-ignore", "--", f"{folder}/"):
        return str(folder) if keeps(folder) else None
    for path in (folder, *folder.parents):
        if path == repository or (path != folder and here.is_relative_to(path)):
            return None
        if keeps(path):
            return str(path)
    return None


def _git(repository: Path, *words: str) -> bool:
    """Whether git has anything to say; without git, it has not."""
    program = shutil.which("git")
    if program is None:
        return False
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = [program, "-C", str(repository), *words]
    with suppress(OSError, subprocess.SubprocessError):
        found = subprocess.run(  # noqa: S603  no shell, a program of the machine
            command, env=environment, capture_output=True, timeout=20, check=False
        )
        return found.returncode == 0 and bool(found.stdout)
    return False


# --- what it holds -------------------------------------------------------------------------------


def _strangers(folder: Path, owners: Sequence[Owner], inside: str = "") -> Iterator[str]:
    """The names of what no owner knows; a folder is looked into where none knows all of it."""
    try:
        entries = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except OSError:
        yield inside
        return
    for path in entries:
        name = f"{inside}{path.name}"
        if any(owner(path) for owner in owners):
            continue
        looked_into = owners and path.is_dir() and not path.is_symlink()
        if looked_into and any(_children(path)):
            yield from _strangers(path, owners, f"{name}/")
        else:
            yield name


def _children(folder: Path) -> Iterator[object]:
    try:
        yield from folder.iterdir()
    except OSError:
        yield folder  # looking into it says why
