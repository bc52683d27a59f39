"""From files of ROOT to one table of the events that passed, with flat memory.

Each file has a thread; its events go through in batches, and what passes is appended to a parquet
file of its own, so that memory does not grow with the number of events. A file stands under its
name only when it is whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from HiggsML.arrays import Array, Floats, Positions
from HiggsML.concurrency import available_cores, map_ahead
from HiggsML.errors import DataError
from HiggsML.progress import progress_bar

from .event_table import BRANCHES, COLUMNS, event_table
from .mini_trees import (
    BATCH,
    MODES,
    SCALE_FACTORS,
    Events,
    batches,
    check_file,
    event_weights,
)
from .selection import SELECTION, Cutflow

__all__ = ["NEEDED", "Sample", "SelectedEvents", "process", "read_selected"]

NEEDED = (
    *("channelNumber", "mcWeight", *SCALE_FACTORS, "XSection", "SumWeights"),
    *("trigP", "photon_isTightID", *BRANCHES),
)
"""Branches that weights, selection and table are made from."""

_WEIGHT, _MODE = "weight", "mode"


@dataclass(frozen=True)
class Sample:
    """What came of one file.

    Attributes:
        mode: position in `MODES`.
        cutflow: events and expected events after each cut.
        path: table of the events that passed.
    """

    mode: int
    cutflow: Cutflow
    path: Path


@dataclass(frozen=True)
class SelectedEvents:
    """Events that passed.

    Attributes:
        x: (n, columns) table, in the order of `COLUMNS`.
        mode: (n,) positions in `MODES`.
        weights: (n,) expected events that each stands for; some are negative.
    """

    x: Floats
    mode: Positions
    weights: Array

    def columns(self, names: Sequence[str]) -> Floats:
        """Some columns of the table, (n, names)."""
        return self.x[:, [COLUMNS.index(name) for name in names]]

    def part(self, chosen: Positions) -> "SelectedEvents":
        """Some of the events."""
        return SelectedEvents(self.x[chosen], self.mode[chosen], self.weights[chosen])


def process(
    paths: Sequence[Path], output: Path, batch: int = BATCH, threads: int | None = None
) -> list[Sample]:
    """Select the events of files, and write their tables.

    Args:
        paths: files of ROOT, one for each mode.
        output: folder for the tables, named as the modes.
        batch: events that are read at a time.
        threads: all cores by default.

    Raises:
        DataError: a file cannot be read, has no events or lacks a branch, is of no mode, or two
            are of the same.
        RunError: uproot is not installed.
    """
    numbers, modes = zip(*(check_file(path, NEEDED) for path in paths), strict=True)
    if len(set(modes)) < len(modes):
        raise DataError(
            "two files are of the same mode, and each has all of its cross section.",
            where="files",
            value=[f"{path} ({MODES[m].name})" for path, m in zip(paths, modes, strict=True)],
            fix="give one of each.",
        )
    output.mkdir(parents=True, exist_ok=True)
    with progress_bar(total=sum(numbers), desc="events", unit_scale=True) as bar:

        def work(job: tuple[Path, int]) -> Sample:
            path, mode = job
            return _process_one(path, mode, output / f"{MODES[mode].name}.parquet", batch, bar)

        threads = min(len(paths), threads or available_cores())
        return list(map_ahead(work, zip(paths, modes, strict=True), threads))


def _process_one(path: Path, mode: int, table: Path, batch: int, bar: Any) -> Sample:
    """Select the events of one file, and write their table."""
    unfinished = table.with_suffix(".unfinished")
    flows = []
    try:
        with pq.ParquetWriter(unfinished, _SCHEMA) as writer:
            for events in batches(path, batch):
                flows.append(SELECTION.apply(events))
                writer.write_table(_rows(events, mode))
                bar.update(len(events.passed))
        unfinished.replace(table)
    finally:
        unfinished.unlink(missing_ok=True)
    return Sample(mode, reduce(add, flows), table)


_SCHEMA = pa.schema(
    [
        *((name, pa.float32()) for name in COLUMNS),
        (_WEIGHT, pa.float64()),
        (_MODE, pa.int8()),
    ]
)


def _rows(events: Events, mode: int) -> pa.Table:
    """The table of the events that are left."""
    columns = [*event_table(events).T, event_weights(events), np.full(len(events), mode, np.int8)]
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=_SCHEMA)


def read_selected(samples: Sequence[Sample]) -> SelectedEvents:
    """The events of all samples that passed.

    Raises:
        DataError: no event of a mode passed.
    """
    table = pa.concat_tables(pq.read_table(sample.path) for sample in samples)
    mode = table[_MODE].to_numpy().astype(np.intp)
    found = np.bincount(mode, minlength=len(MODES))
    if not found.all():
        raise DataError(
            "the measurement needs events of each mode.",
            where="samples",
            value=[MODES[k].name for k in np.flatnonzero(found == 0)],
            fix="give a file of each, with more events if none passes the selection.",
        )
    x = np.empty((len(table), len(COLUMNS)), dtype=np.float32)
    for place, name in enumerate(COLUMNS):
        x[:, place] = table[name].to_numpy()
    return SelectedEvents(x, mode, table[_WEIGHT].to_numpy())
