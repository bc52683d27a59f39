"""Events to compare: generated here, or read from files, in the same shape."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from HiggsML.arrays import Array, Floats, Mask, Positions
from HiggsML.definitions.features import derive
from HiggsML.definitions.shifts import select, shift
from HiggsML.errors import DataError
from HiggsML.generation import generate_blocks
from HiggsML.schema import (
    DETAILED_LABELS,
    EXPECTED_EVENTS,
    FEATURES,
    PRI_COLUMNS,
    PROCESSES,
    WEIGHTS,
)

from .regions import region_of

__all__ = [
    "COUNTS",
    "EARLIER",
    "PUBLIC",
    "SIMULATED",
    "SOURCES",
    "Sample",
    "after_cuts",
    "best_rows",
    "generated",
    "read_references",
]

COUNTS = {"htautau": 400_000, "ztautau": 1_000_000, "ttbar": 250_000, "diboson": 150_000}
"""Events to generate, before the cuts."""

SIMULATED, EARLIER, PUBLIC = "full simulation", "earlier full simulation", "public rows"
SOURCES = {"htautau": SIMULATED, "ztautau": SIMULATED, "ttbar": PUBLIC, "diboson": EARLIER}
"""What is the best reference for the shapes of each process, where rows are needed: the earlier
simulation has no single tops, and of dibosons there are few public rows."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Events of one process after the cuts of an experiment.

    Attributes:
        primaries: (m, 16) before the cuts.
        weights_before: (m,) their weights: expected events at 10/fb.
        groups_before: (m,) equal for rows that stem from one parton-level event.
        columns: the 28 features, (n,) each.
        weights: (n,).
        groups: (n,).
        region: (n,) positions in `regions.REGIONS`.
    """

    primaries: Floats
    weights_before: Array
    groups_before: Positions
    columns: Mapping[str, Array]
    weights: Array
    groups: Positions
    region: Array

    @classmethod
    def of(cls, primaries: Floats, weights: Array, groups: Positions | None = None) -> "Sample":
        """Events (m, 16) before the cuts, with weights (m,) and, if rows are related, groups."""
        if groups is None:
            groups = np.arange(len(primaries))
        columns, kept = after_cuts(primaries)
        return cls(
            primaries, weights, groups, columns, weights[kept], groups[kept], region_of(columns)
        )

    def where(self, chosen: Mask) -> "Sample":
        """The chosen ones of the events that passed the cuts; those before the cuts stay."""
        columns = {name: values[chosen] for name, values in self.columns.items()}
        return replace(
            self,
            columns=columns,
            weights=self.weights[chosen],
            groups=self.groups[chosen],
            region=self.region[chosen],
        )

    def part(self, most: int) -> "Sample":
        """At most so many rows before the cuts, evenly spread, that stand for all of them."""
        some = slice(None, None, -(-len(self.primaries) // most))
        weights = self.weights_before[some]
        scale = self.weights_before.sum() / weights.sum()
        return Sample.of(self.primaries[some], weights * scale, self.groups_before[some])

    def matrix(self, chosen: Mask | Positions | slice = slice(None)) -> Floats:
        """The 28 features of the chosen events, (n, 28)."""
        return np.column_stack([self.columns[name][chosen].astype(np.float32) for name in FEATURES])


def after_cuts(
    primaries: Floats, tes: float = 1.0, jes: float = 1.0
) -> tuple[dict[str, Array], Mask]:
    """The features of the events that pass the cuts under a shift, and which these are."""
    columns = dict(zip(PRI_COLUMNS, primaries.T.astype(np.float64), strict=True))
    cut, kept = select(shift(columns, tes, jes))
    return cut | derive(cut), kept


def generated(counts: Mapping[str, int], seed: int) -> dict[str, Sample]:
    """Generated events of each process, weights and all."""
    parts: dict[str, list[tuple[Floats, Array]]] = {process: [] for process in PROCESSES}
    for block in generate_blocks(counts, seed):
        parts[block.process].append((block.primaries, block.weights))
    return {
        process: Sample.of(*(np.concatenate(arrays) for arrays in zip(*blocks, strict=True)))
        for process, blocks in parts.items()
        if blocks
    }


def read_references(folder: Path) -> dict[str, dict[str, Sample]]:
    """Rows by source and process, from the files of a folder, whichever are there.

    `pythia_hard_rows.parquet`, `pythia_rows.parquet`: rows of a full simulation, `weights` that
    must be used, `event_id` equal for rows of one parton-level event. `real/*.parquet` and
    `real_more_rows.parquet`: rows of the public sample; their weights differ little, and add up to
    the expected events of no process in a sample so small: all of a process get the same.
    """
    files = {
        SIMULATED: [folder / "pythia_hard_rows.parquet"],
        EARLIER: [folder / "pythia_rows.parquet"],
        PUBLIC: [*sorted((folder / "real").glob("*.parquet")), folder / "real_more_rows.parquet"],
    }
    found = {}
    for source, paths in files.items():
        frames = [pd.read_parquet(path) for path in paths if path.is_file()]
        if frames:
            frame = pd.concat(frames, ignore_index=True)
            if source == PUBLIC:
                frame[WEIGHTS] = 1.0
            found[source] = _by_process(frame)
    return found


def best_rows(
    references: Mapping[str, Mapping[str, Sample]], sources: Mapping[str, str] = SOURCES
) -> dict[str, Sample]:
    """The rows of each process from the source that is the best reference.

    Raises:
        DataError: there are no such rows.
    """
    for process, source in sources.items():
        if process not in references.get(source, {}):
            raise DataError(
                f"there are no {process} rows of the source '{source}'.",
                where="--data",
                fix="give a folder with the files that `read_references` names.",
            )
    return {process: references[source][process] for process, source in sources.items()}


def _by_process(frame: pd.DataFrame) -> dict[str, Sample]:
    """Samples of rows; their weights are made to add up to the expected events."""
    found = {}
    for process, rows in frame.groupby(DETAILED_LABELS):
        groups = pd.factorize(rows["event_id"])[0] if "event_id" in rows else None
        weights = rows[WEIGHTS].to_numpy(np.float64)
        weights = weights * (EXPECTED_EVENTS[str(process)] / weights.sum())
        found[str(process)] = Sample.of(
            rows[list(PRI_COLUMNS)].to_numpy(np.float32), weights, groups
        )
    return found
