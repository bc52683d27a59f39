"""The sources that a compiled function is made of, as one digest.

A compiled function freezes the constants of other modules and contains the functions that it calls.
What is kept of it is stale as soon as any of these sources changes, so all of them are in its key:
the function's own module, those that made the functions it closes over, and whatever these import
of this package, at the top or anywhere else, directly or through others.
"""

import functools
import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from numba.core.serialize import dumps

__all__ = [
    "digest_of_closure",
    "digest_of_package",
    "digest_of_sources",
    "imported_names",
    "sources_of",
]

_ROOT = Path(__file__).parents[2]
"""The folder that this package is imported from."""
_PACKAGE = Path(__file__).parents[1].name

# Parsing all sources would take ten times as long; a test holds that it would find the same.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<dots>\.*)(?P<base>[\w.]*)[ \t]+import[ \t]*"
    r"(?P<names>\([^)]*\)|[^\n]*)|import[ \t]+(?P<modules>[^\n]*))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"#[^\n]*")


def digest_of_sources(function: Callable[..., Any]) -> str:
    """SHA-256 (hex) of the sources of a function.

    Args:
        function: not compiled yet; compiled functions that it closes over count.
    """
    paths = {Path(function.__code__.co_filename)}
    for one in (function, *_functions_in_closure(function)):
        paths |= sources_of(one.__module__)
    return _digest_of_files(paths)


def digest_of_package() -> str:
    """SHA-256 (hex) of all sources of this package."""
    return _digest_of_files((_ROOT / _PACKAGE).rglob("*.py"))


def _digest_of_files(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        body = _read(path)
        digest.update(f"{path.name}\0{len(body)}\0".encode())
        digest.update(body)
    return digest.hexdigest()


def digest_of_closure(function: Callable[..., Any]) -> str | None:
    """SHA-256 (hex) of what a function closes over; None for a function without a closure.

    It tells functions apart that one factory made: functions count by their names and what they
    close over in turn, all else by its value.
    """
    if not function.__closure__:
        return None
    digest = hashlib.sha256()
    for cell in function.__closure__:
        inner = _plain(cell.cell_contents)
        if inner is None:
            digest.update(dumps(cell.cell_contents))  # type: ignore[no-untyped-call]
        else:
            name = f"{inner.__module__}.{inner.__qualname__}\0{digest_of_closure(inner)}\0"
            digest.update(name.encode())
    return digest.hexdigest()


def _functions_in_closure(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """The functions that a function closes over, and those that they do."""
    for cell in function.__closure__ or ():
        inner = _plain(cell.cell_contents)
        if inner is not None:
            yield inner
            yield from _functions_in_closure(inner)


def _plain(value: Any) -> Callable[..., Any] | None:
    """The Python function of a compiled or plain function; None for anything else."""
    function: Callable[..., Any] = getattr(value, "py_func", value)
    return function if hasattr(function, "__code__") else None


@functools.cache
def sources_of(module: str) -> frozenset[Path]:
    """The files of a module and of all modules of this package that it imports, however far."""
    start = getattr(sys.modules.get(module), "__file__", None)
    found: dict[str, Path] = {}
    waiting = [(module, None if start is None else Path(start))]
    while waiting:
        name, path = waiting.pop()
        path = path or _file_of(name)
        if name in found or path is None:
            continue
        found[name] = path
        is_package = path.name == "__init__.py"
        waiting += [(used, None) for used in imported_names(_read(path).decode(), name, is_package)]
    return frozenset(found.values())


def imported_names(source: str, module: str, is_package: bool) -> Iterator[str]:
    """Full names of what a module may import: modules, and names that may be modules.

    Args:
        source: source of the module.
        module: its full name.
        is_package: whether it is the `__init__.py` of a package.
    """
    for match in _IMPORT.finditer(source):
        if match["modules"] is not None:
            yield from (_first_word(part) for part in match["modules"].split(","))
            continue
        above = module.split(".") if match["dots"] else []
        up = len(match["dots"]) - is_package
        parts = [*above[: len(above) - up], *filter(None, match["base"].split("."))]
        base = ".".join(parts)
        yield base
        names = _COMMENT.sub("", match["names"]).strip("()").split(",")
        yield from (f"{base}.{_first_word(name)}" for name in names if name.strip())


def _first_word(text: str) -> str:
    """`name` of `name as other  # comment`."""
    return _COMMENT.sub("", text).split(" as ")[0].strip()


def _file_of(module: str) -> Path | None:
    """The file of a module of this package; None for anything else."""
    if module.split(".")[0] != _PACKAGE:
        return None
    path = _ROOT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


@functools.cache
def _read(path: Path) -> bytes:
    """The content of a file when it was first asked for; empty where there is no such file."""
    try:
        return path.read_bytes()
    except OSError:  # a function typed in at a prompt
        return b""
