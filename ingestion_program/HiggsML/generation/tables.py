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

from ..definitions.features import derive
from ..errors import DataError
from ..event_files import process_names
from ..experiments.pool.event_pool import EventBlock
from ..progress import progress_bar
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
from .blocks import blocks_of, check_counts
from .slices import Source, sources_of

__all__ = ["DATA_NAME", "generate", "write_dataset"]

DATA_NAME = "FAIR_Universe_HiggsML_data"
"""Stem of the two files of a data set: `.parquet` and `_metadata.json`."""

ROW_GROUP = 1 << 18
"""Rows of a row group: 30 MB, what is in memory at a time."""

PROCESS = "process"
"""Beside the columns of the file: each row's place in `PROCESSES`."""

_ORDER = len(PROCESSES)  # spawn key of the order of the rows, after those of the processes


def generate(
    counts: Mapping[str, int], seed: int, *, luminosity: float = REFERENCE_LUMINOSITY
) -> pd.DataFrame:
    """Simulated events as a frame with the 31 columns of the public file, in random order.

    Args:
        counts: events to generate, by process.
        seed: whole number, not negative; the frame is a function of it and of the counts.
        luminosity: 1/fb; the weights of a process add up to its expected events.

    Returns:
        `schema.FILE_COLUMNS`, all float32 but `detailed_labels`, strings out of `PROCESSES`.

    Raises:
        SettingsError: counts, seed or luminosity cannot be used.

    >>> events = generate({"htautau": 30, "ztautau": 70}, seed=1)
    >>> len(events), events["labels"].sum().item()
    (100, 30.0)
    """
    check_counts(counts, seed, luminosity)
    numbers = [name for name in FILE_COLUMNS if name != DETAILED_LABELS]
    # One array, which the frame takes as it is, filled group by group: the memory of one frame.
    values = np.empty((len(numbers), sum(counts.values())), np.float32)
    process = np.empty(values.shape[1], np.int8)
    start = 0
    with progress_bar(total=process.size, desc="events", unit=" events", unit_scale=True) as bar:
        for columns in _row_groups(counts, seed, luminosity):
            here = slice(start, start + len(columns[PROCESS]))
            process[here] = columns[PROCESS]
            for row, name in zip(values, numbers, strict=True):
                row[here] = columns[name]
            start = here.stop
            bar.update(len(columns[PROCESS]))
    frame = pd.DataFrame(values.T, columns=numbers, copy=False)
    frame.insert(FILE_COLUMNS.index(DETAILED_LABELS), DETAILED_LABELS, process_names(process))
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
        counts: number of events of each process.
        seed: the events are a function of it.
        luminosity: the weights add up to the events expected at it, 1/fb.
        progress: called with the number of rows just written.

    Returns:
        The parquet file.

    Raises:
        SettingsError: counts, seed or luminosity cannot be used.
        DataError: the folder holds a parquet file.
    """
    check_counts(counts, seed, luminosity)
    folder = Path(directory)
    if any(folder.glob("*.parquet")) or (folder / f"{DATA_NAME}_metadata.json").exists():
        raise DataError(
            "the folder holds a parquet file already, or its metadata.",
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


def _row_groups(
    counts: Mapping[str, int], seed: int, luminosity: float
) -> Iterator[dict[str, npt.NDArray[np.generic]]]:
    """The columns of each row group, every source spread evenly over them."""
    groups = max(-(-sum(counts.values()) // ROW_GROUP), 1)
    sources = sources_of(counts, luminosity)
    rows = [_Rows(blocks_of([source], seed)) for source in sources]
    for group in range(groups):
        sizes = [s.events * (group + 1) // groups - s.events * group // groups for s in sources]
        taken = [source.take(size) for source, size in zip(rows, sizes, strict=True)]
        primaries = np.concatenate([np.empty((0, len(PRI_COLUMNS)), np.float32), *taken])
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_ORDER, group)))
        order = rng.permutation(len(primaries))
        yield _columns(primaries[order], np.repeat(np.arange(len(sources)), sizes)[order], sources)


def _columns(
    primaries: npt.NDArray[np.float32], source: npt.NDArray[np.intp], sources: list[Source]
) -> dict[str, npt.NDArray[np.generic]]:
    """The columns of the file but `detailed_labels`, for which `PROCESS` stands, a code.

    Args:
        primaries: (n, 16).
        source: (n,) place of each row's source in `sources`.
        sources: the sources that the rows come from.
    """
    columns = dict(zip(PRI_COLUMNS, np.ascontiguousarray(primaries.T), strict=True))
    derived = derive({key: values.astype(np.float64) for key, values in columns.items()})
    process = np.array([PROCESSES.index(s.process) for s in sources], np.int8)[source]
    return (
        columns
        | {
            WEIGHTS: np.array([s.weight for s in sources], np.float32)[source],
            LABELS: (process == PROCESSES.index(SIGNAL)).astype(np.float32),
            PROCESS: process,
        }
        | {name: derived[name].astype(np.float32) for name in DER_COLUMNS}
    )


class _Rows:
    """Takes rows from blocks, any number at a time."""

    def __init__(self, blocks: Iterator[EventBlock]) -> None:
        self._blocks = blocks
        self._left = np.empty((0, len(PRI_COLUMNS)), np.float32)

    def take(self, count: int) -> npt.NDArray[np.float32]:
        """The next `count` rows, (count, 16)."""
        taken, have = [self._left], len(self._left)
        while have < count:
            taken.append(next(self._blocks).primaries)
            have += len(taken[-1])
        rows = np.concatenate(taken)
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
        for columns in _row_groups(counts, seed, luminosity):
            process = columns[PROCESS]
            labels = pa.DictionaryArray.from_arrays(pa.array(process), names)
            arrays = [
                labels.cast(pa.string()) if name == DETAILED_LABELS else columns[name]
                for name in FILE_COLUMNS
            ]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=len(process))
            if progress is not None:
                progress(len(process))


def _metadata(counts: Mapping[str, int], luminosity: float) -> dict[str, object]:
    present = [name for name in PROCESSES if counts.get(name, 0)]
    return {
        "author": "HiggsML.generation",
        "total_rows": sum(counts.values()),
        "total_columns": len(FILE_COLUMNS),
        "columns": list(FILE_COLUMNS),
        "detailed_labels": present,
        "sum_weights": sum(s.events * s.weight for s in sources_of(counts, luminosity)),
        "luminosity": luminosity,
    }
