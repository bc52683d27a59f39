"""Pack blocks of events into a pool file: grouped by weight, in random order within a group.

The file, all little-endian::

    header   a magic word, the length of a JSON text, its SHA-256, the text; padded to 4096 bytes
    rows     of type `ROW`, the groups one after another
    had_pt   float32 for each row: what the cut on the tau looks at (0 where the lepton fails)
    weights  float64 for each row, if some group has unequal weights

The order is that of a random permutation, made in two passes for any size (Rao 1961, Sandelius
1962): every event goes to one of `BUCKETS` files at random; then one bucket at a time is shuffled
in memory. It does not depend on how the events are cut into blocks.
"""

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..concurrency import map_ahead
from ..errors import DataError
from ..schema import LEP_PT_MIN, PRI_COLUMNS, PROCESSES
from .row_format import ROW, pack_rows

__all__ = ["MAGIC", "EventBlock", "Layout", "pack"]

MAGIC = b"HiggsML pool 1\n\0"
"""First bytes of a pool file; the number is that of the format."""

BUCKETS = 128
FEW_WEIGHTS = 16
"""Up to so many different weights, a process has a group for each."""

_PIECE = 1 << 16  # events packed at a time
_PAGE = 4096
_RECORD = np.dtype([("row", ROW), ("weight", np.float64), ("code", np.int64)])
_SHUFFLE_KEY = 0x706F6F6C  # any constant: the same events shall always make the same pool


Doubles = NDArray[np.float64]


class EventBlock(NamedTuple):
    """Events of one process."""

    process: str
    """One of `PROCESSES`."""
    primaries: NDArray[np.float32]
    """(n, 16), columns in the order of `PRI_COLUMNS`; GeV, rad."""
    weights: NDArray[np.float64]
    """(n,), the expected events that each stands for."""


class Layout(NamedTuple):
    """Where the parts of a pool file begin, in bytes."""

    rows: int
    had_pt: int
    weights: int
    end: int

    @staticmethod
    def header_size(text_size: int) -> int:
        """The size of a header whose text has so many bytes."""
        return -(-(len(MAGIC) + 8 + 32 + text_size) // _PAGE) * _PAGE

    @classmethod
    def of(cls, header_size: int, n_rows: int, has_weights: bool) -> "Layout":
        """The layout that follows from the header."""
        had_pt = header_size + n_rows * ROW.itemsize
        weights = -(-(had_pt + 4 * n_rows) // _PAGE) * _PAGE
        return cls(header_size, had_pt, weights, weights + 8 * n_rows * has_weights)


@dataclass
class _Weights:
    """The weights of one process, collected while its events pass."""

    total: float = 0.0
    few: Counter[float] = field(default_factory=Counter)
    """How often each weight comes; not kept up beyond `FEW_WEIGHTS` different ones."""
    octaves: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Number and largest of the weights that have the same binary exponent."""

    def add(self, weights: Doubles) -> None:
        self.total += float(weights.sum())
        values, counts = np.unique(weights, return_counts=True)
        if len(self.few) <= FEW_WEIGHTS:
            self.few.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        exponents = np.frexp(values)[1]
        for exponent in np.unique(exponents).tolist():
            chosen = exponents == exponent
            count, largest = self.octaves.get(exponent, (0, 0.0))
            here = float(values[chosen].max())
            self.octaves[exponent] = count + int(counts[chosen].sum()), max(largest, here)

    @property
    def is_equal(self) -> bool:
        """Whether each group has one weight."""
        return len(self.few) <= FEW_WEIGHTS

    def groups(self) -> list[tuple[int, float]]:
        """Number of events and largest weight of each group, in the order of `group_of`."""
        if self.is_equal:
            return [(self.few[weight], weight) for weight in sorted(self.few)]
        return [self.octaves[exponent] for exponent in sorted(self.octaves)]

    def group_of(self, weights: Doubles) -> NDArray[np.int64]:
        """The group of each weight, counted from 0."""
        if self.is_equal:
            return np.searchsorted(sorted(self.few), weights)
        return np.searchsorted(sorted(self.octaves), np.frexp(weights)[1])


def pack(blocks: Iterable[EventBlock], path: Path, source_digest: str) -> None:
    """Write a pool file; it appears under its name when it is complete.

    Args:
        blocks: the events, at most one block in memory at a time.
        path: of the file; its folder is made where it does not exist.
        source_digest: what identifies the source, kept in the header.

    Raises:
        DataError: an event cannot be used, or there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        rng = np.random.Generator(np.random.Philox(key=_SHUFFLE_KEY))
        buckets = [Path(folder) / f"bucket-{i}" for i in range(BUCKETS)]
        survey = _scatter(blocks, buckets, rng)
        if not any(weights.groups() for weights in survey):
            raise DataError(
                "no event with a weight above zero.", where=path, fix="give at least one event."
            )
        complete = Path(folder) / "pool"
        with complete.open("wb") as file:
            _write(file, buckets, survey, source_digest, rng)
            file.flush()
            os.fsync(file.fileno())
        complete.replace(path)


# --- first pass ----------------------------------------------------------------------------------


def _scatter(
    blocks: Iterable[EventBlock], buckets: Sequence[Path], rng: np.random.Generator
) -> list[_Weights]:
    """Pack the events, throw them into the buckets at random; the weights of each process."""
    survey = [_Weights() for _ in PROCESSES]
    for code, records in map_ahead(_packed, _pieces(blocks)):
        survey[code].add(records["weight"])
        _append(records, (rng.random(len(records)) * BUCKETS).astype(np.uint8), buckets)
    return survey


class _Piece(NamedTuple):
    """Events that are packed at a time."""

    code: int
    where: str
    primaries: NDArray[np.float32]
    weights: Doubles


def _pieces(blocks: Iterable[EventBlock]) -> Iterator[_Piece]:
    for number, block in enumerate(blocks):
        code = _check_block(block, f"block {number} ({block.process})")
        for first in range(0, len(block.weights), _PIECE):
            part = slice(first, first + _PIECE)
            where = f"block {number} ({block.process}), from event {first}"
            weights = np.asarray(block.weights[part], dtype=np.float64)
            yield _Piece(code, where, block.primaries[part], weights)


def _packed(piece: _Piece) -> tuple[int, NDArray[np.void]]:
    """Code of the process, and the records of the events with a weight: others are never drawn."""
    records = np.zeros(len(piece.weights), dtype=_RECORD)
    pack_rows(piece.primaries, piece.where, records["row"])
    records["weight"], records["code"] = piece.weights, piece.code
    return piece.code, _chosen(records, np.flatnonzero(piece.weights))


def _append(records: NDArray[np.void], bucket: NDArray[np.uint8], buckets: Sequence[Path]) -> None:
    order = np.argsort(bucket, kind="stable")
    ends = np.searchsorted(bucket[order], np.arange(len(buckets) + 1))
    records = _chosen(records, order)
    for i, path in enumerate(buckets):
        with path.open("ab") as file:
            file.write(_bytes(records[ends[i] : ends[i + 1]]))


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


# --- second pass ---------------------------------------------------------------------------------


def _write(
    file: BinaryIO, buckets: Sequence[Path], survey: Sequence[_Weights], source_digest: str,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Write the file from the buckets, each shuffled and sorted by group."""
    groups = [
        (code, size, weight, weights.is_equal)
        for code, weights in enumerate(survey)
        for size, weight in weights.groups()
    ]
    first_group = np.cumsum([0] + [len(weights.groups()) for weights in survey])
    sizes = [size for _, size, _, _ in groups]
    has_weights = not all(weights.is_equal for weights in survey)
    text = json.dumps(
        {
            "n_rows": sum(sizes),
            "sum_weights": {p: w.total for p, w in zip(PROCESSES, survey, strict=True)},
            "groups": groups,
            "has_weights": has_weights,
            "source_digest": source_digest,
        }
    ).encode()
    layout = Layout.of(_write_header(file, text), sum(sizes), has_weights)
    next_row = np.cumsum([0, *sizes[:-1]])

    def shuffled(job: tuple[Path, NDArray[np.intp]]) -> list[_Part]:
        path, order = job
        records = _chosen(np.fromfile(path, dtype=_RECORD), order)
        return [_part_of(group, part) for group, part in _by_group(records, survey, first_group)]

    jobs = ((path, rng.permutation(path.stat().st_size // _RECORD.itemsize)) for path in buckets)
    for parts in map_ahead(shuffled, jobs):
        for part in parts:
            row = int(next_row[part.group])
            _write_at(file, layout.rows + row * ROW.itemsize, part.rows)
            _write_at(file, layout.had_pt + row * 4, part.had_pt)
            if has_weights:
                _write_at(file, layout.weights + row * 8, part.weights)
            next_row[part.group] += len(part.rows)
    file.truncate(layout.end)


class _Part(NamedTuple):
    """What one bucket adds to a group."""

    group: int
    rows: NDArray[np.void]
    had_pt: NDArray[np.float32]
    weights: Doubles


def _part_of(group: int, records: NDArray[np.void]) -> _Part:
    rows = np.ascontiguousarray(records["row"])
    had_pt = np.where(rows["lep_pt"] >= LEP_PT_MIN, rows["had_pt"], np.float32(0.0))
    return _Part(group, rows, had_pt, np.ascontiguousarray(records["weight"]))


def _write_header(file: BinaryIO, text: bytes) -> int:
    """Write the header; its size."""
    header = MAGIC + len(text).to_bytes(8, "little") + hashlib.sha256(text).digest() + text
    size = Layout.header_size(len(text))
    file.write(header.ljust(size, b"\0"))
    return size


def _by_group(
    records: NDArray[np.void], survey: Sequence[_Weights], first_group: NDArray[np.int64]
) -> Iterator[tuple[int, NDArray[np.void]]]:
    """The records of each group, in the order in which they come."""
    group = np.empty(len(records), dtype=np.int64)
    for code, weights in enumerate(survey):
        chosen = records["code"] == code
        group[chosen] = first_group[code] + weights.group_of(records["weight"][chosen])
    for number in np.unique(group).tolist():
        yield number, _chosen(records, np.flatnonzero(group == number))


def _chosen(records: NDArray[np.void], index: NDArray[np.intp]) -> NDArray[np.void]:
    """`records[index]`, copied as bytes: numpy would copy field by field."""
    return records.view(f"V{_RECORD.itemsize}")[index].view(_RECORD)


def _write_at(file: BinaryIO, place: int, values: NDArray[np.generic]) -> None:
    file.seek(place)
    file.write(_bytes(values))


def _bytes(values: NDArray[np.generic]) -> memoryview:
    """The memory of a contiguous array."""
    return values.view(np.uint8).data
