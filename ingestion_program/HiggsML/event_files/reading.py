"""Reading a parquet file of events in batches, so that memory stays flat."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ..definitions.features import derive
from ..errors import DataError, did_you_mean
from ..progress import progress_bar
from ..schema import DER_COLUMNS, DETAILED_LABELS, LABELS, PRI_COLUMNS, PROCESSES, SIGNAL, WEIGHTS
from .problems import unreadable

__all__ = ["BATCH_ROWS", "EventBatch", "EventFile"]

BATCH_ROWS = 1 << 17
"""Rows in memory at a time: 14 MB of features."""

STREAM_BUFFER = 1 << 20
"""Bytes read ahead per column, so that a file of one huge row group is not read whole."""


class EventBatch(NamedTuple):
    """Consecutive rows of an event file.

    Attributes:
        first_row: number of its first row in the file, from 0.
        features: float32 (columns, rows), in the order of the columns that were asked for.
        weights: float64 (rows,), as in the file.
        codes: int8 (rows,), position of the process in `schema.PROCESSES`.
    """

    first_row: int
    features: NDArray[np.float32]
    weights: NDArray[np.float64]
    codes: NDArray[np.int8]


@dataclass(frozen=True)
class EventFile:
    """A parquet file of events whose columns and types have been checked (`event_files.opening`).

    Attributes:
        path: the parquet file.
        footer: its footer, with the row groups and their statistics.
        metadata: what the JSON file beside it says; empty where there is none.
    """

    path: Path
    footer: pq.FileMetaData
    metadata: Mapping[str, Any]

    @property
    def n_rows(self) -> int:
        """Events in the file."""
        return int(self.footer.num_rows)

    @cached_property
    def has_derived(self) -> bool:
        """Whether the file stores the DER features (they are computed where it does not)."""
        return set(DER_COLUMNS) <= set(self.footer.schema.to_arrow_schema().names)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of the file's size, its footer and the metadata.

        The footer holds the columns, their types and, per row group and column, the number of
        values, the packed sizes and (from most writers) the extreme values. The rows themselves
        are not read: a change that keeps all of these goes unseen.
        """
        with self.path.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(size - self.footer.serialized_size - 8)  # then its length and "PAR1"
            footer = stream.read()
        facts = json.dumps({"size": size, "metadata": dict(self.metadata)}, sort_keys=True)
        return hashlib.sha256(facts.encode() + footer).hexdigest()

    def batches(self, columns: Sequence[str], batch_rows: int = BATCH_ROWS) -> Iterator[EventBatch]:
        """All rows in the order of the file, checked, at most `batch_rows` at a time.

        Args:
            columns: features to read; DER features that the file lacks are computed.

        Raises:
            DataError: a row holds an unknown process, a weight that is negative or not finite, a
                feature that is not finite or a label that contradicts its process; or the file
                is damaged.
        """
        stored = [*(columns if self.has_derived else _primary(columns)), *_ROW_COLUMNS]
        row = 0
        try:
            with (
                pq.ParquetFile(
                    self.path,
                    metadata=self.footer,
                    pre_buffer=False,  # else the row groups to come are read whole, and kept
                    buffer_size=STREAM_BUFFER,
                    read_dictionary=[DETAILED_LABELS],
                ) as file,
                progress_bar(
                    total=self.n_rows, desc="reading", unit=" events", unit_scale=True
                ) as bar,
            ):
                for raw in file.iter_batches(batch_rows, columns=stored):
                    yield self._checked(raw, row, columns)
                    bar.update(raw.num_rows)
                    row += raw.num_rows
        except (pa.ArrowException, OSError) as error:
            raise unreadable(self.path, error) from error

    def _checked(self, raw: pa.RecordBatch, first_row: int, columns: Sequence[str]) -> EventBatch:
        features = np.empty((len(columns), raw.num_rows), dtype=np.float32)
        derived = self._derive(raw, columns)
        for name, values in zip(columns, features, strict=True):
            with np.errstate(over="ignore"):  # what float32 cannot hold is infinite: caught here
                values[:] = derived[name] if name in derived else _numbers(raw, name)
            self._require(np.isfinite(values), name, first_row, values, "must be a finite number.")
        weights = _numbers(raw, WEIGHTS).astype(np.float64)
        fit = np.isfinite(weights) & (weights >= 0.0)
        self._require(fit, WEIGHTS, first_row, weights, "must be finite and not negative.")
        codes = self._codes(raw.column(DETAILED_LABELS), first_row)
        labels = _numbers(raw, LABELS)
        agree = labels == (codes == PROCESSES.index(SIGNAL))
        self._require(agree, LABELS, first_row, labels, f"must be 1 for {SIGNAL}, else 0.")
        return EventBatch(first_row, features, weights, codes)

    def _derive(self, raw: pa.RecordBatch, columns: Sequence[str]) -> Mapping[str, Any]:
        if self.has_derived or not set(columns) & set(DER_COLUMNS):
            return {}
        return derive({name: _numbers(raw, name).astype(np.float64) for name in PRI_COLUMNS})

    def _codes(self, labels: pa.Array, first_row: int) -> NDArray[np.int8]:
        words = labels.dictionary_encode()
        names = [None if word is None else str(word) for word in words.dictionary.to_pylist()]
        code_of = [PROCESSES.index(name) if name in PROCESSES else -1 for name in names]
        # The last place is for undefined labels: their index is -1.
        code_table = np.array([*code_of, -1], dtype=np.int8)
        codes: NDArray[np.int8] = code_table[words.indices.fill_null(-1).to_numpy()]
        unknown = np.flatnonzero(codes < 0)
        if unknown.size:
            value = labels[int(unknown[0])].as_py()
            raise DataError(
                "unknown process.",
                where=self._place(DETAILED_LABELS, first_row + int(unknown[0])),
                value=value,
                fix=did_you_mean(value, PROCESSES),
            )
        return codes

    def _require(
        self, fit: NDArray[np.bool_], column: str, first_row: int, values: NDArray[Any], rule: str
    ) -> None:
        if not fit.all():
            worst = int(np.argmin(fit))
            raise DataError(
                f"a value of this column {rule}",
                where=self._place(column, first_row + worst),
                value=values[worst].item(),
                fix="correct or remove the row.",
            )

    def _place(self, column: str, row: int) -> str:
        return f"{self.path}, column {column}, row {row} (from 0)"


_ROW_COLUMNS = (WEIGHTS, DETAILED_LABELS, LABELS)


def _primary(columns: Sequence[str]) -> list[str]:
    return [*PRI_COLUMNS] if set(columns) & set(DER_COLUMNS) else [*columns]


def _numbers(raw: pa.RecordBatch, name: str) -> NDArray[Any]:
    """A column as an array; what is undefined (null) becomes NaN."""
    values: NDArray[Any] = raw.column(name).to_numpy(zero_copy_only=False)
    return values
