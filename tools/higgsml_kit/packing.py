"""What of a bundle is uploaded: files of known kinds in the folders that competition.yaml names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from HiggsML.errors import SettingsError

from .archives import files_of
from .bundle import COMPETITION, read_competition
from .codabench import TASK_PARTS

__all__ = ["Part", "bundle_files", "bundle_parts", "submission_part"]

_PROGRAM = "*.py py.typed metadata.yaml metadata *.sh *.html *.css *.js *.json *.md *.txt"
_EVENTS = "settings.yaml *.parquet *_metadata.json README.md LICENSE*"
_PATTERNS: Mapping[str, tuple[str, ...]] = {
    kind: tuple(patterns.split())
    for kind, patterns in {
        "page": "*",
        "ingestion_program": _PROGRAM,
        "scoring_program": _PROGRAM,
        "input_data": _EVENTS,
        "reference_data": "settings.yaml README.md",
        "public_data": f"{_EVENTS} *.csv *.md *.txt",
        "starting_kit": f"{_PROGRAM} *.ipynb *.toml *.yaml *.whl *.zip *.png *.svg LICENSE*",
        "solution": "*",
    }.items()
}
"""Names of the files that go up, by the kind of the part."""

CONTENTS = "contents.txt"
"""Names, in a starting kit, what else of the bundle's folder goes into it."""

_REMAINS = ("*~", "*.bak", "*.orig", "*.rej", "*.swp", "*.swo", "*.tmp", "#*#", "Thumbs.db")
"""What editors leave behind; a name that begins with a dot is never packed."""


@dataclass(frozen=True)
class Part:
    """A part of a bundle, which the platform keeps as a data set or a page.

    Attributes:
        name: as competition.yaml names it.
        kind: a key of `codabench.READERS`.
        files: what goes up, by the name inside of the part.
        left_out: names of the files that stay behind.
    """

    name: str
    kind: str
    files: Mapping[str, Path]
    left_out: tuple[str, ...] = field(default=())

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        return sum(path.stat().st_size for path in self.files.values())


def bundle_parts(root: Path) -> list[Part]:
    """The parts that competition.yaml names, in its order, each once.

    Raises:
        SettingsError: competition.yaml, or the list of what is in the kit, cannot be used.
        DataError: a folder that it names is missing or holds a link to a folder.
    """
    parts = {COMPETITION: Part(COMPETITION, "page", {COMPETITION: root / COMPETITION})}
    for kind, name in _named(read_competition(root)):
        path = root / name
        if path.is_dir():
            part = _part(name, kind, path)
            if CONTENTS in part.files and kind == "starting_kit":
                part = _with_contents(part, root)
            parts.setdefault(name, part)
        elif path.is_file():
            parts.setdefault(name, Part(name, kind, {name: path}))
    return list(parts.values())


def bundle_files(root: Path) -> dict[str, Path]:
    """The files of all parts by their name in the bundle's zip file; raises as `bundle_parts`."""
    return {
        name if part.files.keys() == {part.name} else f"{part.name}/{name}": path
        for part in bundle_parts(root)
        for name, path in part.files.items()
    }


def submission_part(folder: Path) -> Part:
    """A submission: every file but what editors and systems leave behind."""
    return _part(folder.name, "solution", folder)


def _part(name: str, kind: str, folder: Path) -> Part:
    everything = files_of(folder)
    files = {inner: path for inner, path in everything.items() if _goes_up(inner, kind)}
    return Part(name, kind, files, tuple(sorted(everything.keys() - files.keys())))


def _with_contents(part: Part, root: Path) -> Part:
    """A starting kit with what its list of contents names; its own files come first."""
    files = dict(part.files)
    listed = files.pop(CONTENTS).read_text("utf-8").splitlines()
    for line in (line.strip() for line in listed if line.strip() and not line.startswith("#")):
        path = root / line
        if not path.exists():
            where, fix = f"{part.name}/{CONTENTS}", "correct the path, or remove the line."
            raise SettingsError(
                "there is no such file or folder.", where=where, value=line, fix=fix
            )
        found = files_of(path) if path.is_dir() else {"": path}
        for inner, file in found.items():
            name = f"{line}/{inner}" if inner else line
            if _goes_up(name, part.kind):
                files.setdefault(name, file)
    return Part(part.name, part.kind, files, part.left_out)


def _goes_up(name: str, kind: str) -> bool:
    path = PurePosixPath(name)
    if any(part.startswith(".") for part in path.parts):
        return False
    if any(fnmatchcase(path.name, pattern) for pattern in _REMAINS):
        return False
    return any(fnmatchcase(path.name, pattern) for pattern in _PATTERNS[kind])


def _named(competition: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Kinds and paths; a key of the platform in place of a path is nothing of the bundle."""
    yield "page", competition["image"]
    yield "page", competition["terms"]
    for page in competition["pages"]:
        yield "page", page["file"]
    for task in competition["tasks"]:
        yield from ((key, str(task[key]).rstrip("/")) for key in TASK_PARTS if task.get(key))
    for phase in competition["phases"]:
        keys = ("public_data", "starting_kit")
        yield from ((key, str(phase[key]).rstrip("/")) for key in keys if phase.get(key))
    for solution in competition.get("solutions") or ():
        if solution.get("path"):
            yield "solution", str(solution["path"]).rstrip("/")
