"""A text file that only grows, and that a kill can harm in its last line only.

A line is a checksum (CRC-32, hex) and a JSON record. A torn last line is dropped when the file is
opened again; anything else that does not fit is an error.
"""

import json
import os
import zlib
from pathlib import Path
from typing import Any

from ...errors import RunError

__all__ = ["Journal", "parse_record"]

LONGEST = 1 << 16
"""Bytes of a line; no record comes near."""


class Journal:
    """The records of a file, and where further ones are appended.

    Args:
        path: the file; it need not exist yet.

    Attributes:
        records: all that the file holds, in their order.

    Raises:
        RunError: the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.records: list[dict[str, Any]] = self._read()

    def append(self, record: dict[str, Any]) -> None:
        """Write a record, which is on the disk when this returns."""
        body = json.dumps(record).encode()
        with self._path.open("ab") as file:
            file.write(b"%08x %s\n" % (zlib.crc32(body), body))
            file.flush()
            os.fsync(file.fileno())
        self.records.append(record)

    def forget(self) -> None:
        """Drop all records but the first one."""
        with self._path.open("r+b") as file:
            file.truncate(len(file.readline()))
            os.fsync(file.fileno())
        del self.records[1:]

    def _read(self) -> list[dict[str, Any]]:
        if self._path.is_symlink() or (self._path.exists() and not self._path.is_file()):
            raise self.damaged("not a file")
        if not self._path.exists():
            return []
        records: list[dict[str, Any]] = []
        with self._path.open("rb") as file:
            whole = 0
            while line := file.readline(LONGEST):
                record = parse_record(line)
                if record is None and file.read(1):
                    raise self.damaged(f"line {len(records) + 1}")
                if record is not None:
                    records.append(record)
                    whole = file.tell()
        os.truncate(self._path, whole)
        return records

    def damaged(self, where: str) -> RunError:
        """The error to raise where the journal is not what a run writes."""
        return RunError(
            "the journal is damaged.",
            where=f"{self._path}, {where}",
            fix="start anew without --resume.",
        )


def parse_record(line: bytes) -> dict[str, Any] | None:
    """The record of a line; None if it is torn, or was never a record."""
    checksum, _, body = line.partition(b" ")
    body = body.rstrip(b"\n")
    if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
        return None
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
