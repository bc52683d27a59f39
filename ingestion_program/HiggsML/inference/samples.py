"""Training events by process: some train the classifier, the others make the templates."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..concurrency import map_ahead
from ..errors import DataError
from ..schema import DETAILED_LABELS, FEATURES, PRI_COLUMNS, PROCESSES, WEIGHTS
from .templates import Shift

__all__ = ["Sample", "concatenated", "feature_matrix", "samples_of", "split_events", "under_shift"]

Array = NDArray[np.float64]
Features = NDArray[np.float32]
Systematics = Callable[..., Any]
Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_CHUNK = 100_000  # rows shifted at once: bounds the memory
_FEWEST_ROWS = 2  # of a process: without any it has no templates
_SPLIT_FROM = 100  # rows of a process; fewer serve both the classifier and the templates


class Sample(NamedTuple):
    """Some events of a process; the columns are those of all events, which are not copied."""

    columns: Mapping[str, NDArray[np.float32]]
    """Primary features and weights of all training events."""
    rows: NDArray[np.int32]
    """Which of them; tens of millions, so that half the memory counts."""
    scale: float = 1.0
    """Of the weights: the sample stands for all events of its process."""

    def some(self, first: int, step: int) -> "Sample":
        """Every `step`-th event from `first` on."""
        return self._replace(rows=self.rows[first::step])

    def part(self, most: int) -> "Sample":
        """At most so many events, evenly spread over the sample, that stand for all of it."""
        some = self.some(0, -(-len(self.rows) // most))
        return some._replace(scale=self.scale * len(self.rows) / len(some.rows))

    def chunks(self) -> Iterator["Sample"]:
        """The sample in pieces."""
        for start in range(0, len(self.rows), _CHUNK):
            yield self._replace(rows=self.rows[start : start + _CHUNK])

    def frame(self) -> pd.DataFrame:
        """Primary features and weights as a frame."""
        frame = pd.DataFrame({name: values[self.rows] for name, values in self.columns.items()})
        frame[WEIGHTS] *= np.float32(self.scale)
        return frame


def samples_of(events: pd.DataFrame) -> list[Sample]:
    """All events of each process, with their weights.

    Args:
        events: with `detailed_labels`, physical weights and the primary features.
    """
    columns = {name: events[name].to_numpy(np.float32) for name in (*PRI_COLUMNS, WEIGHTS)}
    process = events[DETAILED_LABELS]
    return [
        Sample(columns, np.flatnonzero((process == name).to_numpy()).astype(np.int32))
        for name in PROCESSES
    ]


def split_events(
    events: pd.DataFrame, training_rows: int, rng: np.random.Generator
) -> tuple[list[Sample], list[Sample]]:
    """Samples for the classifier and for the templates, of each process.

    Args:
        events: the training set, with `detailed_labels` and physical weights.
        training_rows: at most so many rows of a process train the classifier, and at most half.
        rng: which ones.

    Raises:
        DataError: a process has too few events to build templates.
    """
    for_training, for_templates = [], []
    for process, sample in zip(PROCESSES, samples_of(events), strict=True):
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
        scale = float(total / (total - weights[chosen].sum(dtype=np.float64)))
        for_training.append(sample._replace(rows=rng.permutation(rows[chosen])))
        for_templates.append(sample._replace(rows=rows[~chosen], scale=scale))
    return for_training, for_templates


def under_shift(
    samples: list[Sample],
    shift: Shift,
    systematics: Systematics,
    seed: int,
    use: Callable[[Features, Array], Result],
) -> Iterator[tuple[int, Result]]:
    """Shift samples, piece by piece and with all cores, and make something of each piece.

    Args:
        samples: of each process.
        shift: where to.
        systematics: `HiggsML.systematics.systematics`.
        seed: of the soft momentum; the same one gives the same noise at all shifts.
        use: gets the 28 features (n, 28) and the weights (n,) of the events that are left.

    Yields:
        The place of the sample in `samples`, and what `use` returned.
    """

    def work(job: tuple[int, int, Sample]) -> tuple[int, Result]:
        number, code, piece = job
        shifted = systematics(piece.frame(), **shift._asdict(), seed=seed + number)
        return code, use(feature_matrix(shifted), shifted[WEIGHTS].to_numpy(dtype=np.float64))

    pieces = ((code, piece) for code, sample in enumerate(samples) for piece in sample.chunks())
    return map_ahead(work, ((number, *piece) for number, piece in enumerate(pieces)))


def concatenated(
    pieces: Iterator[tuple[int, tuple[Features, Array]]],
) -> tuple[Features, Array, NDArray[np.intp]]:
    """Rows, weights and process codes of what `under_shift` yields."""
    codes, rows, weights = [], [], []
    for code, (some, their_weights) in pieces:
        codes.append(np.full(len(their_weights), code))
        rows.append(some)
        weights.append(their_weights)
    return np.concatenate(rows), np.concatenate(weights), np.concatenate(codes)


def feature_matrix(data: pd.DataFrame) -> Features:
    """The 28 features, float32 (n, 28); no copy of a frame that wraps a column-major buffer."""
    if tuple(data.columns) != FEATURES:
        data = data[list(FEATURES)]
    matrix: Features = data.to_numpy(dtype=np.float32)
    return matrix
