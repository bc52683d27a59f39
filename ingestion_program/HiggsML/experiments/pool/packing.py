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
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array, Words
from ...concurrency import map_ahead
from ...errors import DataError
from ...schema import LEP_PT_MIN, PROCESSES
from .row_format import ROW
from .scattering import RECORD, EventBlock, as_bytes, chosen, scatter
from .weight_groups import Weights

__all__ = ["MAGIC", "EventBlock", "Layout", "decimals_key", "pack"]

MAGIC = b"HiggsML pool 2\n\0"
"""First bytes of a pool file; the number is that of the format."""

_PAGE = 4096
_SHUFFLE_KEY = 0x706F6F6C  # any constant: the same events shall always make the same pool


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


def pack(blocks: Iterable[EventBlock], path: Path, source_digest: str) -> None:
    """Write a pool file; it appears under its name when it is complete.

    Args:
        blocks: the events, at most one block in memory at a time.
        path: path of the file; its folder is made where it does not exist.
        source_digest: what identifies the source, kept in the header.

    Raises:
        DataError: an event cannot be used, or there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        rng = np.random.Generator(np.random.Philox(key=_SHUFFLE_KEY))
        buckets, survey = scatter(blocks, Path(folder), rng, decimals_key(source_digest))
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


def decimals_key(source_digest: str) -> Words:
    """The key of the stream of lost decimals: as secret as the source of the events."""
    body = hashlib.sha256(f"lost decimals {source_digest}".encode()).digest()
    return np.frombuffer(body, "<u4", 4).astype(np.uint64)


def _write(
    file: BinaryIO, buckets: Sequence[Path], survey: Sequence[Weights], source_digest: str,
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
        return list(_parts(np.fromfile(path, dtype=RECORD), order, survey, first_group))

    jobs = ((path, rng.permutation(path.stat().st_size // RECORD.itemsize)) for path in buckets)
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
    weights: Array


def _write_header(file: BinaryIO, text: bytes) -> int:
    """Write the header; its size."""
    header = MAGIC + len(text).to_bytes(8, "little") + hashlib.sha256(text).digest() + text
    size = Layout.header_size(len(text))
    file.write(header.ljust(size, b"\0"))
    return size


def _parts(
    records: NDArray[np.void],
    order: NDArray[np.intp],
    survey: Sequence[Weights],
    first_group: NDArray[np.int64],
) -> Iterator[_Part]:
    """The records of each group, in this order; each is copied once."""
    code, weight = records["code"], records["weight"]
    group = np.empty(len(records), dtype=np.uint16)
    for number, weights in enumerate(survey):
        mine = np.flatnonzero(code == number)
        group[mine] = first_group[number] + weights.group_of(weight[mine])
    sorted_group = group[order]
    order = order[np.argsort(sorted_group, kind="stable")]
    sizes = np.bincount(sorted_group)
    for number, (size, end) in enumerate(zip(sizes, np.cumsum(sizes), strict=True)):
        if size:
            index = order[end - size : end]
            rows = chosen(records["row"], index)
            had_pt = np.where(rows["lep_pt"] >= LEP_PT_MIN, rows["had_pt"], np.float32(0.0))
            yield _Part(number, rows, had_pt, weight[index])


def _write_at(file: BinaryIO, place: int, values: NDArray[np.generic]) -> None:
    file.seek(place)
    file.write(as_bytes(values))
