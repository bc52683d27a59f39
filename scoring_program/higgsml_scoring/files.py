"""Reading files that are not trusted, and writing files that are never half there."""

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from .errors import ResultsError

__all__ = ["parse_json", "read_bytes", "write_atomically"]


def read_bytes(path: Path, limit: int) -> bytes:
    """Content of a regular file of at most `limit` bytes.

    Raises:
        ResultsError: where the file is missing, a link or device, unreadable, or too large.
    """
    if path.is_symlink() or not path.is_file():
        raise ResultsError("the file is missing (or not a regular file).", where=path.name)
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise ResultsError(
            f"the file cannot be read ({error.strerror}).", where=path.name
        ) from None
    if len(content) > limit:
        raise ResultsError(f"the file is larger than {limit:,} bytes.", where=path.name)
    return content


def parse_json(content: bytes, where: str) -> dict[str, Any]:
    """The JSON object in `content`: UTF-8, only finite numbers, every key once.

    Raises:
        ResultsError: where the content is anything else.
    """
    try:
        value = json.loads(
            content.decode("utf-8"),
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_keys,
        )
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else _reason(error)
        raise ResultsError(f"the file is not valid JSON: {reason}.", where=where) from None
    if not isinstance(value, dict):
        raise ResultsError("the file must hold one JSON object.", where=where)
    return value


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that a reader finds the old file or the new one, never a part."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp keeps the file to its owner
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that JSON knows")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("duplicate key in an object")
    return keys


def _reason(error: ValueError) -> str:
    """Why, and where in the file, without a piece of its content."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    return str(error) if len(str(error)) < 100 else "a number has too many digits"
