"""What several checks of event files say."""

from pathlib import Path

from ..errors import DataError

__all__ = ["unreadable"]


def unreadable(path: Path, error: Exception) -> DataError:
    """The error for a file that pyarrow cannot read."""
    return DataError(
        "the file cannot be read as parquet; it may be truncated or damaged.",
        where=path,
        value=str(error),
        fix="fetch or generate it again.",
    )
