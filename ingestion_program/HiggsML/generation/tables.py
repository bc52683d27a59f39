"""Generated events as a table: a frame in memory, or a data set on disk."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..derived_quantities import derive
from ..errors import DataError
from ..experiments.pool import EventBlock
from ..schema import (
    DER_COLUMNS,
    DETAILED_LABELS,
    FILE_COLUMNS,
    LABELS,
    PRI_COLUMNS,
    PROCESSES,
    REFERENCE_LUMINOSITY,
    SIGNAL,
    WEIGHTS,
)
from .blocks import check_counts, event_weight, generate_blocks

__all__ = ["DATA_NAME", "generate", "write_dataset"]

DATA_NAME = "FAIR_Universe_HiggsML_data"
"""Stem of the two files of a data set: `.parquet` and `_metadata.json`."""

ROW_GROUP = 1 << 18
"""Rows of a row group: 30 MB, what is in memory at a time."""

_ORDER_STREAM = len(PROCESSES)  # spawn key of the row order, after those of the processes


def generate(
    counts: Mapping[str, int], seed: int, *, luminosity: float = REFERENCE_LUMINOSITY
) -> pd.DataFrame:
    """Simulated events as a frame with the 31 columns of the public file, in random order.

    Args:
        counts: events to generate, by process.
        seed: whole number, not negative; the frame is a function of it and of the counts.
        luminosity: 1/fb; the weights of a process add up to its expected events.

    Returns:
        `schema.FILE_COLUMNS`, all float32 but `detailed_labels`, a categorical of process names.

    Raises:
        SettingsError: counts, seed or luminosity cannot be used.

    >>> events = generate({"htautau": 30, "ztautau": 70}, seed=1)
    >>> len(events), events["labels"].sum().item()
    (100, 30.0)
    """
    check_counts(counts, seed, luminosity)
    primaries, codes = [np.empty((0, len(PRI_COLUMNS)), np.float32)], [np.empty(0, np.int8)]
    for block in generate_blocks(counts, seed, luminosity=luminosity):
        primaries.append(block.primaries)
        codes.append(np.full(len(block.weights), PROCESSES.index(block.process), np.int8))
    columns = _columns(
        np.concatenate(primaries), np.concatenate(codes), counts, luminosity, _order(seed, 0)
    )
    code = columns.pop("code")
    frame = pd.DataFrame(columns)
    labels = pd.Categorical.from_codes(code, categories=list(PROCESSES))
    frame.insert(FILE_COLUMNS.index(DETAILED_LABELS), DETAILED_LABELS, labels)
    return frame


def write_dataset(
    directory: str | os.PathLike[str],
    counts: Mapping[str, int],
    seed: int,
    *,
    luminosity: float = REFERENCE_LUMINOSITY,
    progress: Callable[[int], object] | None = None,
) -> Path:
    """Write simulated events as a data set like the public one: parquet and metadata.

    Every row group holds the processes in their proportions, in random order, so that any run of
    rows is a fair sample. Memory does not grow with the counts. Files appear when complete.

    Args:
        directory: created where it is missing; must not hold a parquet file yet.
        counts, seed, luminosity: as for `generate`.
        progress: called with the number of rows just written.

    Returns:
        The parquet file.

    Raises:
        SettingsError: counts, seed or luminosity cannot be used.
        DataError: the folder holds a parquet file.
    """
    check_counts(counts, seed, luminosity)
    folder = Path(directory)
    if any(folder.glob("*.parquet")):
        raise DataError(
            "the folder holds a parquet file already.",
            where=folder,
            fix="choose an empty folder, or remove the old data set.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as name:
        hidden = Path(name)
        _write_parquet(hidden / "rows", counts, seed, luminosity, progress)
        metadata = json.dumps(_metadata(counts, luminosity), indent=4)
        (hidden / "metadata").write_text(metadata + "\n", encoding="utf-8")
        (hidden / "metadata").replace(folder / f"{DATA_NAME}_metadata.json")
        return (hidden / "rows").replace(folder / f"{DATA_NAME}.parquet")


def _order(seed: int, part: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_ORDER_STREAM, part)))


def _columns(
    primaries: npt.NDArray[np.float32],
    codes: npt.NDArray[np.int8],
    counts: Mapping[str, int],
    luminosity: float,
    rng: np.random.Generator,
) -> dict[str, npt.NDArray[np.generic]]:
    """The columns of the file but `detailed_labels`, for which `code` stands; rows shuffled."""
    order = rng.permutation(len(codes))
    codes = codes[order]
    columns = dict(zip(PRI_COLUMNS, np.ascontiguousarray(primaries[order].T), strict=True))
    derived = derive({key: values.astype(np.float64) for key, values in columns.items()})
    weights = [event_weight(name, counts.get(name, 0), luminosity) for name in PROCESSES]
    return (
        columns
        | {
            WEIGHTS: np.array(weights, np.float32)[codes],
            LABELS: (codes == PROCESSES.index(SIGNAL)).astype(np.float32),
            "code": codes,
        }
        | {name: derived[name].astype(np.float32) for name in DER_COLUMNS}
    )


def _row_groups(
    counts: Mapping[str, int], seed: int
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int8]]]:
    """Primaries and process codes of each row group, every process spread evenly over them."""
    groups = max(-(-sum(counts.values()) // ROW_GROUP), 1)
    sources = {
        name: _Rows(generate_blocks({name: counts[name]}, seed))
        for name in PROCESSES
        if counts.get(name, 0)
    }
    for group in range(groups):
        parts, codes = [], []
        for name, source in sources.items():
            n = counts[name] * (group + 1) // groups - counts[name] * group // groups
            parts.append(source.take(n))
            codes.append(np.full(n, PROCESSES.index(name), np.int8))
        yield np.concatenate(parts), np.concatenate(codes)


class _Rows:
    """Takes rows from blocks, any number at a time."""

    def __init__(self, blocks: Iterator[EventBlock]) -> None:
        self._blocks = blocks
        self._left = np.empty((0, len(PRI_COLUMNS)), np.float32)

    def take(self, count: int) -> npt.NDArray[np.float32]:
        parts, have = [self._left], len(self._left)
        while have < count:
            parts.append(next(self._blocks).primaries)
            have += len(parts[-1])
        rows = np.concatenate(parts)
        self._left = rows[count:].copy()
        return rows[:count]


def _schema() -> pa.Schema:
    return pa.schema(
        [(name, pa.string() if name == DETAILED_LABELS else pa.float32()) for name in FILE_COLUMNS]
    )


def _write_parquet(
    path: Path,
    counts: Mapping[str, int],
    seed: int,
    luminosity: float,
    progress: Callable[[int], object] | None,
) -> None:
    schema = _schema()
    names = pa.array(PROCESSES)
    with pq.ParquetWriter(path, schema) as writer:
        for part, (primaries, codes) in enumerate(_row_groups(counts, seed)):
            columns = _columns(primaries, codes, counts, luminosity, _order(seed, part))
            labels = pa.DictionaryArray.from_arrays(pa.array(columns["code"]), names)
            arrays = [
                labels.cast(pa.string()) if name == DETAILED_LABELS else columns[name]
                for name in FILE_COLUMNS
            ]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=len(codes))
            if progress is not None:
                progress(len(codes))


def _metadata(counts: Mapping[str, int], luminosity: float) -> dict[str, object]:
    present = [name for name in PROCESSES if counts.get(name, 0)]
    return {
        "author": "HiggsML.generation",
        "total_rows": sum(counts.values()),
        "total_columns": len(FILE_COLUMNS),
        "columns": list(FILE_COLUMNS),
        "detailed_labels": present,
        "sum_weights": sum(
            counts[name] * event_weight(name, counts[name], luminosity) for name in present
        ),
        "luminosity": luminosity,
    }
