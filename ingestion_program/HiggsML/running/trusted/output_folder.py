"""Where a program may write: decided by one function, before anything is touched.

A program writes into a folder that does not exist, that is empty, or whose whole content a run of
ours wrote. Anything else is refused with the names of what stands there. Whatever it holds, refused
is an output that is, holds or lies in a folder which the run reads (input, submission, programs);
that is or holds the user's home folder or the repository of the working folder; that lies in `.git`;
or that git keeps files of. A new folder in a repository is welcome in the working folder and above
it, and wherever git ignores it or tracks nothing (so `results/` is).

How content is told to be ours: a finished ingestion by the digests in its completion marker, an
unfinished one by its journal; what the platform copied from the submission by being equal to it;
what a command of the toolkit wrote by the digests in its manifest.
"""

import filecmp
import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...errors import RunError
from .results import MARKER, STATE, parse_record

__all__ = [
    "MANIFEST",
    "Owner",
    "check_output",
    "make_folder",
    "remove_listed",
    "write_manifest",
    "written_by_command",
    "written_by_ingestion",
]

Owner = Callable[[Path], bool]
"""Whether a run of ours wrote a file, or a folder with all that it holds."""

MANIFEST = ".higgsml.json"
"""What a command of the toolkit wrote into a folder: names and SHA-256 (hex)."""

_NAMES_SHOWN = 5
_FIX = "name a folder that is new or empty (--output)."
_RESULTS = re.compile(r"\.?(result_\d+|ingestion_duration|run|test_settings)\.json(\.\w+)?")
_STATE_NAMES = {"journal", "model", "model.part", "submission"}


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
        value=[*shown[:_NAMES_SHOWN], *more],
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
    for path in (folder, *folder.parents):
        if path == repository or (path != folder and here.is_relative_to(path)):
            return None
        if path == folder and _git(repository, "check-ignore", "--", str(path)):
            return str(path) if _git(repository, "ls-files", "--", str(path)) else None
        if _git(repository, "ls-files", "--", str(path)):
            return str(path)
    return None


def _git(repository: Path, *words: str) -> bool:
    """Whether git has anything to say; without git, it has not."""
    program = shutil.which("git")
    if program is None:
        return False
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    command = [program, "-C", str(repository), "--literal-pathspecs", *words]
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


def written_by_ingestion(folder: Path, submission: Path) -> list[Owner]:
    """What the ingestion program wrote into a folder, and what the platform put there for it."""
    marker = _read_json(folder / MARKER)
    digests = marker.get("files") if marker.get("format") == 1 else None
    owners = [_copied(folder, submission)]
    known = _listed(folder, digests if isinstance(digests, dict) else {})
    if isinstance(digests, dict) and any(known(folder / str(name)) for name in digests):
        owners += [known, lambda path: path == folder / MARKER and not path.is_symlink()]
    if _is_state(folder / STATE):
        owners.append(lambda path: path == folder / STATE)
        # A run that was killed while it wrote its results.
        owners.append(lambda path: path.parent == folder and _is_result(path))
    return owners


def _is_result(path: Path) -> bool:
    return bool(_RESULTS.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


def _is_state(folder: Path) -> bool:
    """Whether a folder is what a run keeps to go on after a kill."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    try:
        with (folder / "journal").open("rb") as file:
            record = parse_record(file.readline(1 << 16))
    except OSError:
        return not names  # a run that was killed as it began
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
            return digest is not None and not path.is_symlink() and _digest(path) == digest
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
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not path.is_symlink():
                digests[path.relative_to(folder).as_posix()] = _digest(path)
    body = json.dumps({"format": 1, "files": digests}, indent=1) + "\n"
    (folder / MANIFEST).write_text(body, "utf-8")


def remove_listed(folder: Path, keep: Iterable[str] = ()) -> None:
    """Remove what the manifest of a folder lists, but for the names in `keep`, and nothing else."""
    digests = _read_manifest(folder)
    known, parents = _listed(folder, digests), set()
    for name in digests:
        path = folder / name
        if Path(name).parts[0] not in keep and known(path):
            path.unlink()
            parents.update(path.relative_to(folder).parents)
    for parent in sorted(parents, key=lambda path: len(path.parts), reverse=True):
        with suppress(OSError):  # something else is in it
            if parent.parts:
                (folder / parent).rmdir()


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
