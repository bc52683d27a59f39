"""Training events by process: some train the classifier, the others make the templates."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..arrays import Array, Floats, Positions
from ..concurrency import map_ahead
from ..errors import DataError
from ..schema import DETAILED_LABELS, WEIGHTS
from ..task import HIGGSML, Task
from ..weights import scale_to_whole

__all__ = [
    "Sample",
    "ShiftedEvents",
    "Systematics",
    "concatenated",
    "feature_matrix",
    "samples_of",
    "split_events",
    "under_shift",
]

Systematics = Callable[..., Any]
"""Shifts a frame of events: gets the frame, a keyword for each moving parameter, and a seed.

Columns that it does not know, as the weights, stay beside the events that are left."""

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_PLACE = "place"  # column of positions of events in their sample
_CHUNK = 100_000  # rows shifted at once: bounds the memory
_FEWEST_ROWS = 2  # of a process: without any it has no templates
_SPLIT_FROM = 100  # rows of a process; fewer serve both the classifier and the templates


class Sample(NamedTuple):
    """Some events of a process; the columns are those of all events, which are not copied."""

    columns: Mapping[str, Floats]
    """Features that a shift starts from, and weights, of all training events."""
    rows: NDArray[np.int32]
    """Rows of the sample's events; tens of millions, so that half the memory counts."""
    scale: float = 1.0
    """Factor on the weights, by which the sample stands for all events of its process."""

    def some(self, first: int, step: int) -> "Sample":
        """Every `step`-th event from `first` on."""
        return self._replace(rows=self.rows[first::step])

    def part(self, most: int) -> "Sample":
        """At most `most` events, evenly spread over the sample, that stand for all of it."""
        some = self.some(0, -(-len(self.rows) // most))
        return some._replace(scale=self.scale * scale_to_whole(len(self.rows), len(some.rows)))

    def chunks(self) -> Iterator[tuple[int, "Sample"]]:
        """The sample in pieces, and the position of the first event of each."""
        for start in range(0, len(self.rows), _CHUNK):
            yield start, self._replace(rows=self.rows[start : start + _CHUNK])

    def frame(self) -> pd.DataFrame:
        """The columns of the sample's events as a frame."""
        frame = pd.DataFrame({name: values[self.rows] for name, values in self.columns.items()})
        frame[WEIGHTS] *= np.float32(self.scale)
        return frame


class ShiftedEvents(NamedTuple):
    """Events of a sample that a shift has left."""

    features: Floats
    """Shifted features, (n, F)."""
    weights: Array
    """Expected events that each stands for, (n,)."""
    places: Positions
    """Position of each event in its sample, (n,)."""


def samples_of(events: pd.DataFrame, task: Task = HIGGSML) -> list[Sample]:
    """All events of each process, with their weights.

    Args:
        events: with `detailed_labels`, physical weights and the columns of the task.
        task: processes and columns.
    """
    columns = {name: events[name].to_numpy(np.float32) for name in (*task.columns, WEIGHTS)}
    process = events[DETAILED_LABELS]
    return [
        Sample(columns, np.flatnonzero((process == name).to_numpy()).astype(np.int32))
        for name in task.processes
    ]


def split_events(
    events: pd.DataFrame, training_rows: int, rng: np.random.Generator, task: Task = HIGGSML
) -> tuple[list[Sample], list[Sample]]:
    """Samples for the classifier and for the templates, of each process.

    Args:
        events: the training set, with `detailed_labels` and physical weights.
        training_rows: largest number of rows of a process that train the classifier; it is at
            most half of them.
        rng: chooses the rows.
        task: processes and columns.

    Raises:
        DataError: a process has too few events to build templates.
    """
    for_training, for_templates = [], []
    for process, sample in zip(task.processes, samples_of(events, task), strict=True):
        rows = sample.rows
        if len(rows) < _FEWEST_ROWS:
            raise DataError(
                "too few training events to build templates.",
                where=process,
                value=len(rows),
                fix=f"give at least {_FEWEST_ROWS}, better thousands, of each process.",
            )
        if len(rows) < _SPLIT_FROM:
            _log.warning(
                "Only %d %s events: they train the classifier and make the templates,"
                " so that the interval is a rough one.",
                len(rows),
                process,
            )
            for_training.append(sample)
            for_templates.append(sample)
            continue
        chosen = np.zeros(len(rows), dtype=np.bool_)
        chosen[rng.choice(len(rows), min(len(rows) // 2, training_rows), replace=False)] = True
        weights = sample.columns[WEIGHTS][rows]
        total = weights.sum(dtype=np.float64)
        rest = total - weights[chosen].sum(dtype=np.float64)
        scale = scale_to_whole(total, rest, where=process)
        for_training.append(sample._replace(rows=rng.permutation(rows[chosen])))
        for_templates.append(sample._replace(rows=rows[~chosen], scale=scale))
    return for_training, for_templates


def under_shift(
    samples: list[Sample],
    values: Mapping[str, float],
    systematics: Systematics,
    seed: int,
    use: Callable[[ShiftedEvents], Result],
    task: Task = HIGGSML,
) -> Iterator[tuple[int, Result]]:
    """Shift samples, piece by piece and with all cores, and make something of each piece.

    Args:
        samples: events of each process.
        values: nuisance parameters, by name; those that are not given are nominal.
        systematics: function of the Model contract that shifts events.
        seed: source of the noise; the same one gives the same noise at all shifts.
        use: gets the events of a piece that are left.
        task: parameters that move events, and features.

    Yields:
        The place of the sample in `samples`, and what `use` returned.
    """
    shift = task.shift(values)

    def work(job: tuple[int, int, int, Sample]) -> tuple[int, Result]:
        number, code, first, piece = job
        frame = piece.frame()
        frame[_PLACE] = np.arange(first, first + len(frame))
        shifted = systematics(frame, **shift, seed=seed + number)
        if missing := {WEIGHTS, _PLACE}.difference(shifted):
            raise DataError(
                "the systematics drop columns that they do not know.",
                where="under_shift",
                value=sorted(missing),
                fix="keep all columns of the frame for the events that are left.",
            )
        left = ShiftedEvents(
            feature_matrix(shifted, task),
            shifted[WEIGHTS].to_numpy(dtype=np.float64),
            shifted[_PLACE].to_numpy(dtype=np.intp),
        )
        return code, use(left)

    pieces = ((code, *piece) for code, sample in enumerate(samples) for piece in sample.chunks())
    return map_ahead(work, ((number, *piece) for number, piece in enumerate(pieces)))


def concatenated(
    pieces: Iterator[tuple[int, tuple[Floats, Array]]],
) -> tuple[Floats, Array, Positions]:
    """Rows, weights and process codes of what `under_shift` yields."""
    codes, rows, weights = [], [], []
    for code, (some, their_weights) in pieces:
        codes.append(np.full(len(their_weights), code))
        rows.append(some)
        weights.append(their_weights)
    return np.concatenate(rows), np.concatenate(weights), np.concatenate(codes)


def feature_matrix(data: pd.DataFrame, task: Task = HIGGSML) -> Floats:
    """The features of events, float32 (n, F).

    There is no copy where the frame wraps a column-major buffer.
    """
    if tuple(data.columns) != task.features:
        data = data[list(task.features)]
    matrix: Floats = data.to_numpy(dtype=np.float32)
    return matrix
