"""The pool: all events that pseudo-experiments are drawn from, packed and memory-mapped."""

import hashlib
import json
import logging
import mmap
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...errors import DataError
from ...schema import PRI_COLUMNS, WEIGHTS
from ..drawing import Groups
from .packing import MAGIC, EventBlock, Layout, pack
from .row_format import ROW

__all__ = ["EventBlock", "EventPool"]

_log = logging.getLogger(__name__)


class EventPool:
    """All events that pseudo-experiments are drawn from, in one memory-mapped file.

    68 bytes an event (76 with unequal weights), read only where events are drawn, and shared by all
    processes that open the same file. Make one with `from_frames`, `from_blocks`, `open`
    or `cached`. A pickled pool is its path.

    Attributes:
        path: the file.
        n_rows: events with a weight above zero.
        sum_weights: sum of the weights of each process, that is its expected events.
        source_digest: what identifies the events that the pool was packed from.
        groups: the groups of equal or similar weights.
        rows: the events, of type `row_format.ROW`, those of a group together, in random order.
        had_pt: float32, tau pT in GeV; 0 where the lepton fails its cut.
        weights: float64; empty where all groups have equal weights.
    """

    def __init__(self, path: Path, header: Mapping[str, Any], header_size: int) -> None:
        self.path = path
        self.n_rows = int(header["n_rows"])
        self.sum_weights = dict(header["sum_weights"])
        self.source_digest = str(header["source_digest"])
        self.groups = _groups(header["groups"])
        layout = Layout.of(header_size, self.n_rows, header["has_weights"])
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        n_weights = self.n_rows if header["has_weights"] else 0
        self.rows = np.frombuffer(mapped, ROW, self.n_rows, layout.rows)
        self.had_pt = np.frombuffer(mapped, np.float32, self.n_rows, layout.had_pt)
        self.weights = np.frombuffer(mapped, np.float64, n_weights, layout.weights)

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> "EventPool":
        """A pool of what `Data.get_test_set` returns: for each process a frame with `weights`.

        Raises:
            DataError: a process is unknown, a column is missing, or a value cannot be used.
        """
        for process, frame in frames.items():
            missing = [name for name in (*PRI_COLUMNS, WEIGHTS) if name not in frame.columns]
            if missing:
                raise DataError("columns are missing.", where=f"frame {process}", value=missing)
        return cls.from_blocks(
            EventBlock(
                process,
                frame[list(PRI_COLUMNS)].to_numpy(np.float32),
                frame[WEIGHTS].to_numpy(np.float64),
            )
            for process, frame in frames.items()
        )

    @classmethod
    def from_blocks(
        cls,
        blocks: Iterable[EventBlock],
        path: str | os.PathLike[str] | None = None,
        source_digest: str = "",
    ) -> "EventPool":
        """Pack blocks of events into a file and open it.

        Values are rounded to three decimals (as they are in the public file); what shifts change
        gets further decimals (`row_packing`). The pool does not depend on how the events are cut
        into blocks.

        Args:
            blocks: read once; one block at a time is in memory.
            path: path of the file; by default a temporary one, removed with the pool.
            source_digest: what identifies the events, for `cached` and for the further decimals.

        Raises:
            DataError: an event cannot be used, or there is none. No file is left then.
        """
        if path is not None:
            pack(blocks, Path(path), source_digest)
            return cls.open(path)
        folder = tempfile.mkdtemp(prefix="higgsml-pool-")
        try:
            pack(blocks, Path(folder) / "pool", source_digest)
            pool = cls.open(Path(folder) / "pool")
        except BaseException:
            shutil.rmtree(folder)
            raise
        weakref.finalize(pool, _remove, folder, os.getpid())
        return pool

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "EventPool":
        """Open a packed pool.

        Raises:
            DataError: there is no such file, or it is no pool, of another format, or truncated.
        """
        header, header_size = _read_header(Path(path))
        return cls(Path(path), header, header_size)

    @classmethod
    def cached(
        cls,
        path: str | os.PathLike[str],
        source_digest: str,
        blocks_factory: Callable[[], Iterable[EventBlock]],
    ) -> "EventPool":
        """The pool at `path`, packed first where it is absent, damaged or of another source.

        Several processes may do this at once: each packs for itself, and the last one stays.
        """
        if Path(path).exists():
            try:
                pool = cls.open(path)
            except DataError as error:
                _log.warning("Packing the pool again: %s", error)
            else:
                if pool.source_digest == source_digest:
                    return pool
                _log.info("Packing the pool again, since its source has changed: %s", path)
        return cls.from_blocks(blocks_factory(), path, source_digest)

    def process_of(self, rows: NDArray[np.integer]) -> NDArray[np.int64]:
        """The code of the process (its place in `PROCESSES`) of each row.

        Args:
            rows: (n,) positions in the pool.
        """
        group = np.searchsorted(self.groups.start, rows, side="right") - 1
        return self.groups.process[group]

    def __reduce__(self) -> tuple[Callable[..., "EventPool"], tuple[Path]]:
        return EventPool.open, (self.path.absolute(),)

    def __repr__(self) -> str:
        return f"EventPool({str(self.path)!r}, n_rows={self.n_rows})"


def _groups(table: Iterable[tuple[int, int, float, bool]]) -> Groups:
    process, size, weight, is_equal = (np.array(column) for column in zip(*table, strict=True))
    return Groups(
        process=process.astype(np.int64),
        start=np.cumsum(size) - size,
        size=size.astype(np.int64),
        weight=weight.astype(np.float64),
        is_equal=is_equal.astype(np.bool_),
    )


def _read_header(path: Path) -> tuple[dict[str, Any], int]:
    """The header of a pool file, checked, and its size."""

    def refuse(what: str, value: object) -> DataError:
        return DataError(what, where=path, value=value, fix="remove the file; it is packed again.")

    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
            length, digest = int.from_bytes(file.read(8), "little"), file.read(32)
            if magic != MAGIC:
                raise refuse("not a pool file of this format.", magic)
            text = file.read(min(length, path.stat().st_size))
    except OSError as error:
        raise refuse("the pool file cannot be read.", str(error)) from error
    if hashlib.sha256(text).digest() != digest:
        raise refuse("the header of the pool file is damaged.", text[:40])
    header: dict[str, Any] = json.loads(text)
    size = Layout.header_size(len(text))
    expected = Layout.of(size, header["n_rows"], header["has_weights"]).end
    if path.stat().st_size != expected:
        raise refuse(f"the pool file should have {expected} bytes.", path.stat().st_size)
    return header, size


def _remove(folder: str, owner: int) -> None:
    """Remove a temporary folder, in the process that made it (not in a fork of it)."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
