"""First pass of packing: events become records, thrown into bucket files at random."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import FileIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array, Words
from ...concurrency import map_ahead
from ...errors import DataError
from ...schema import PRI_COLUMNS, PROCESSES
from .row_format import ROW
from .row_packing import pack_rows
from .weight_groups import Weights

__all__ = ["BUCKETS", "RECORD", "EventBlock", "as_bytes", "chosen", "scatter"]

BUCKETS = 128
RECORD = np.dtype([("row", ROW), ("weight", np.float64), ("code", np.int64)])

_PIECE = 1 << 16  # events packed at a time


class EventBlock(NamedTuple):
    """Events of one process."""

    process: str
    """One of `PROCESSES`."""
    primaries: NDArray[np.float32]
    """(n, 16), columns in the order of `PRI_COLUMNS`; GeV, rad."""
    weights: NDArray[np.float64]
    """(n,), the expected events that each stands for."""


def scatter(
    blocks: Iterable[EventBlock], folder: Path, rng: np.random.Generator, key: Words
) -> tuple[list[Path], list[Weights]]:
    """Pack the events, throw them into bucket files at random; the files, and the weights of each
    process. `key` is that of the stream of lost decimals."""
    survey = [Weights() for _ in PROCESSES]
    paths = [folder / f"bucket-{i}" for i in range(BUCKETS)]
    with ExitStack() as stack:
        buckets = [stack.enter_context(path.open("wb", buffering=0)) for path in paths]
        for code, weights, records, ends in map_ahead(_packed, _pieces(blocks, rng, key)):
            survey[code].add(weights)
            _append(records, ends, buckets)
    return paths, survey


class _Piece(NamedTuple):
    """Events that are packed at a time."""

    code: int
    where: str
    key: Words
    """Key of the stream of lost decimals, four words."""
    first: int
    """Place of the first event in that stream: how many events came before."""
    primaries: NDArray[np.float32]
    weights: Array
    drawn: NDArray[np.intp]
    """Which events have a weight: others are never drawn."""
    bucket: NDArray[np.uint8]
    """Bucket of each event that is drawn."""


def _pieces(blocks: Iterable[EventBlock], rng: np.random.Generator, key: Words) -> Iterator[_Piece]:
    before = 0
    for number, block in enumerate(blocks):
        code = _check_block(block, f"block {number} ({block.process})")
        for first in range(0, len(block.weights), _PIECE):
            part = slice(first, first + _PIECE)
            where = f"block {number} ({block.process}), from event {first}"
            weights = np.asarray(block.weights[part], dtype=np.float64)
            drawn = np.flatnonzero(weights > 0.0)
            bucket = (rng.random(len(drawn)) * BUCKETS).astype(np.uint8)
            place = before + first
            yield _Piece(code, where, key, place, block.primaries[part], weights, drawn, bucket)
        before += len(block.weights)


def _packed(piece: _Piece) -> tuple[int, Array, NDArray[np.void], NDArray[np.intp]]:
    """Code of the process, its weights above zero, the records sorted by bucket, and where each
    bucket ends."""
    records = np.zeros(len(piece.weights), dtype=RECORD)
    rows = records["row"]
    pack_rows(piece.primaries, piece.where, rows, key=piece.key, first=piece.first)
    records["weight"], records["code"] = piece.weights, piece.code
    order = piece.drawn[np.argsort(piece.bucket, kind="stable")]
    ends = np.cumsum(np.bincount(piece.bucket, minlength=BUCKETS))
    return piece.code, piece.weights[piece.drawn], chosen(records, order), ends


def _append(records: NDArray[np.void], ends: NDArray[np.intp], buckets: Sequence[FileIO]) -> None:
    """Append the records of each bucket to its file."""
    first = 0
    for end, file in zip(ends.tolist(), buckets, strict=True):
        rest = as_bytes(records[first:end])
        while rest:
            rest = rest[file.write(rest) :]
        first = end


def _check_block(block: EventBlock, where: str) -> int:
    """The code of the process of a block."""
    if block.process not in PROCESSES:
        raise DataError(
            "unknown process.", where=where, value=block.process, fix=f"one of {PROCESSES}."
        )
    expected = (len(block.weights), len(PRI_COLUMNS))
    if block.primaries.shape != expected:
        raise DataError(
            f"the primary features of {expected[0]} weights must have the shape {expected}.",
            where=where,
            value=block.primaries.shape,
        )
    fine = np.isfinite(block.weights) & (block.weights >= 0.0)
    if not fine.all():
        bad = int(np.argmin(fine))
        raise DataError(
            "a weight must be finite and not negative.",
            where=f"{where}, event {bad}",
            value=float(block.weights[bad]),
            fix="correct the event or leave it out.",
        )
    return PROCESSES.index(block.process)


def chosen(values: NDArray[np.void], index: NDArray[np.intp]) -> NDArray[np.void]:
    """`values[index]`, copied as bytes: numpy would copy field by field."""
    return values.view(f"V{values.dtype.itemsize}")[index].view(values.dtype)


def as_bytes(values: NDArray[np.generic]) -> memoryview:
    """The memory of a contiguous array."""
    return values.view(np.uint8).data
