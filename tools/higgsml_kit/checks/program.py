"""What a program must look like: its metadata.yaml, its command, its sources."""

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from HiggsML.errors import SettingsError

from ..bundle import METADATA, program_command
from ..codabench import MOUNTS, PROGRAM
from .problems import Problem, unknown_name

__all__ = ["Script", "check_program", "script_of"]

OURS = ("HiggsML", "higgsml_scoring")
"""Packages that a program brings along: no image has them."""

_WITH_VALUE = ("-W", "-X")
"""Options of Python that are followed by a word of their own."""


def check_program(folder: Path, container: str) -> list[Problem]:
    """Everything wrong with a program that can be read off its files.

    Args:
        folder: folder of the program.
        container: `ingestion` or `scoring`, which have different mounts.
    """
    where = f"{folder.name}/{METADATA}"
    try:
        words = program_command(folder)
    except SettingsError as error:
        fix = error.fix or f"write {METADATA} with: command: python3 program.py"
        return [Problem(where, error.what, fix)]
    return [*_check_words(where, words, folder, container), *_check_sources(folder, words)]


class Script(NamedTuple):
    """The file of a program that its command runs, and the words that are its arguments."""

    path: Path
    arguments: list[str]


def script_of(words: list[str], folder: Path) -> Script | None:
    """What a command runs with Python or a shell; None: no file of the folder."""
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option == "-m" and rest:
            module = folder / rest[0].replace(".", "/")
            files = (module.with_suffix(".py"), module / "__main__.py")
            return next((Script(file, rest[1:]) for file in files if file.is_file()), None)
        if option in _WITH_VALUE and rest:
            rest.pop(0)
    path = folder / rest[0].removeprefix(f"{PROGRAM}/") if rest else folder
    return Script(path, rest[1:]) if path.is_file() else None


def _check_words(where: str, words: list[str], folder: Path, container: str) -> Iterator[Problem]:
    for word in words:
        if set(word) & set("'\"$&|;<>`"):
            what = f"'{word}' needs a shell; the platform splits at spaces and starts the program."
            yield Problem(where, what, "write one plain command with paths like /app/output.")
        path = PurePosixPath(word)
        mounts = [mount.path for mount in MOUNTS[container]]
        if path.is_relative_to("/app") and not any(path.is_relative_to(m) for m in mounts):
            what = f"nothing is mounted at {word} in the {container} container."
            yield unknown_name(where, word, mounts, what)
    if "/" in words[0] and not words[0].startswith(("/usr/", "/bin/", "/opt/")):
        what = f"'{words[0]}' cannot be started: files arrive without the right to be executed."
        yield Problem(where, what, "write: python3 FILE, or sh FILE")
    elif re.fullmatch(r"python2(\.\d+)?", words[0]):
        what = f"the image has no '{words[0]}'."
        yield Problem(where, what, "write: python3")
    elif re.fullmatch(r"python3?|sh|bash", words[0]) and script_of(words, folder) is None:
        named = next((word for word in words[1:] if not word.startswith("-")), "")
        what = f"the program '{named}' is not in the folder."
        yield Problem(where, what, "name a file of the program's folder.")


def _check_sources(folder: Path, words: list[str]) -> Iterator[Problem]:
    script = script_of(words, folder)
    for path in sorted(folder.rglob("*.py")):
        where = path.relative_to(folder.parent).as_posix()
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError, OSError) as error:
            line = getattr(error, "lineno", None)
            what = f"is not valid Python: {getattr(error, 'msg', error)}."
            yield Problem(f"{where}, line {line}" if line else where, what, "mend the line.")
            continue
        if script is not None and path == script.path:
            for package in sorted(_imported(tree) & set(OURS)):
                if not (folder / package / "__init__.py").is_file():
                    what = f"imports {package}, which is not in the folder."
                    yield Problem(where, what, f"put the folder {package} there.")


def _imported(tree: ast.AST) -> set[str]:
    nodes = list(ast.walk(tree))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}
