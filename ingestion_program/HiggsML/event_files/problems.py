"""What several checks of event files say."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from ..errors import DataError

__all__ = ["suggest", "unreadable"]


def unreadable(path: Path, error: Exception) -> DataError:
    """The error for a file that pyarrow cannot read."""
    return DataError(
        "the file cannot be read as parquet; it may be truncated or damaged.",
        where=path,
        value=str(error),
        fix="fetch or generate it again.",
    )


def suggest(name: str, known: Sequence[str], prefix: str = "") -> str:
    """A guess of what was meant by a misspelt name, or nothing."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"{prefix}did you mean {near[0]}? " if near else ""
