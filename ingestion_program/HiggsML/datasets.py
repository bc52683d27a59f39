"""The events of the challenge: a training set and a test pool from one parquet file.

The test pool is a share of each process, chosen by a seed and the events themselves
(`event_files.splitting`), so that the order of the file does not matter. What is loaded is rescaled
to the expected events of the full sample, with the processes in the proportions of the file:
weight_i <- weight_i f_p, such that sum(weight) = W and sum_p(weight) is proportional to the sum of
process p over the file. W comes from the metadata, or is the sum over the file where they do not
say.

This module is long because notebooks for HiggsML 0.1.5 find one class with all of its methods here.
"""

from __future__ import annotations  # so that help() shows short names of types

import hashlib
import html
import logging
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .arrays import Array
from .columns import POSITION
from .errors import DataError
from .event_files import (
    BATCH_ROWS,
    MARK_COLUMNS,
    EventBatch,
    Indices,
    Seed,
    Split,
    chosen_rows,
    events_frame,
    number_of_rows,
    open_event_file,
    split_events,
)
from .experiments.pool.event_pool import EventBlock
from .fetching.public_data import DATASETS, fetch_dataset
from .schema import FEATURES, PRI_COLUMNS, PROCESSES
from .systematics import systematics

__all__ = [
    "BLACK_SWAN_DATA_URL",
    "SAMPLE_DATA_URL",
    "ZENODO_URL",
    "BlackSwan_public_dataset",
    "Data",
    "EventSource",
    "Neurips2024_public_dataset",
    "available_datasets",
    "download_dataset",
]

log = logging.getLogger(__name__)

available_datasets = DATASETS
"""The addresses of the public data sets by name."""
ZENODO_URL = DATASETS["neurips2024_data"]
BLACK_SWAN_DATA_URL = DATASETS["blackSwan_data"]
SAMPLE_DATA_URL = DATASETS["sample_data"]

_MARKS = [POSITION[name] for name in MARK_COLUMNS]


class EventSource(Protocol):
    """Where a run gets its events: what `Data` and `generation.GeneratedData` have in common."""

    @property
    def digest(self) -> str:
        """What identifies the test pool."""
        ...

    @property
    def train_rows(self) -> int:
        """How many training events there are."""
        ...

    def load_train_set(
        self,
        train_size: float | None = None,
        selected_indices: Indices | None = None,
        seed: Seed = 0,
    ) -> None:
        """Load the training set, or a part of it.

        Args:
            train_size: a share (float) or number (int) of the training events; None: all.
            selected_indices: rows of the training set, (n,), in place of `train_size`; None: no
                choice.
            seed: seed of the choice, an int or a generator of random numbers.
        """
        ...

    def get_train_set(self) -> pd.DataFrame:
        """The training set; all of it where nothing was loaded yet."""
        ...

    def delete_train_set(self) -> None:
        """Let go of the training set and its memory."""
        ...

    def test_blocks(self) -> Iterable[EventBlock]:
        """The test pool, block by block."""
        ...


class Data:
    """A parquet file of events, split into training set and test pool.

    Nothing is loaded until asked for, and memory does not grow with the file: a set of n rows takes
    about 132 n bytes.

    Args:
        input_dir: folder with one parquet file (the columns of `schema.FILE_COLUMNS`; the DER
            features may be absent and are then computed) and, optionally, `*_metadata.json`.
        test_size: the test pool, as a share of the rows (float) or their number (int); each
            process gives the same share of its rows.
        seed: seed of the split; another one gives another split.

    Attributes:
        input_dir: the folder.
        metadata: the content of the JSON file; empty without one.
        total_rows: rows in the file.
        test_size: rows of the test pool (a few more or less where events come several times: all
            copies of an event are on one side).

    Raises:
        DataError: the folder or the file cannot be used, or test_size is out of range.

    Example::

        data = Data("input_data", test_size=0.3)
        data.describe()  # rows of each process, and what a row stands for
        data.load_train_set(train_size=100_000, seed=1)
        train_set = data.get_train_set()  # a DataFrame: features, weights, labels
    """

    def __init__(
        self, input_dir: str | os.PathLike[str], test_size: float = 0.3, seed: int = 0
    ) -> None:
        self._file = open_event_file(input_dir)
        self.input_dir = str(input_dir)
        self.metadata = self._file.metadata
        self.total_rows = self._file.n_rows
        self.test_size = number_of_rows(test_size, self.total_rows, "test_size")
        self._seed = seed
        self._train_set: pd.DataFrame | None = None
        self._test_set: dict[str, pd.DataFrame] | None = None

    @property
    def digest(self) -> str:
        """What identifies the test pool: SHA-256 (hex) of the split and the file's digest.

        It covers the file's size, footer (columns, types, packed sizes and extreme values of every
        row group) and metadata, not the rows one by one: see `EventFile.digest`.
        """
        facts = f"{self._file.digest} {self.test_size} {self._seed}"
        return hashlib.sha256(facts.encode()).hexdigest()

    @cached_property
    def _split(self) -> Split:
        """Which events are in the test pool: known after one pass over the file."""
        batches = self._file.batches(MARK_COLUMNS)
        return split_events(batches, self.test_size, self.total_rows, self._seed)

    @property
    def train_rows(self) -> int:
        """How many training events there are; asked for the first time, it reads the file once."""
        return int(self._split.train_rows.sum())

    def describe(self) -> pd.DataFrame:
        """Rows of each process in training set and test pool, and what a row stands for.

        Columns: `training_rows`, `test_rows`, `expected_events` (of an experiment before its cuts,
        at mu = 1), `events_per_training_row`, `events_per_test_row` (mean weights). A test row that
        stands for more than one event comes several times in an experiment. Reads the file once.
        """
        split, expected = self._split, self._expected()
        with np.errstate(divide="ignore", invalid="ignore"):  # no rows: NaN or infinite
            return pd.DataFrame(
                {
                    "training_rows": split.train_rows,
                    "test_rows": split.test_rows,
                    "expected_events": expected,
                    "events_per_training_row": expected / split.train_rows,
                    "events_per_test_row": expected / split.test_rows,
                },
                index=pd.Index(PROCESSES, name="process"),
            )

    def __repr__(self) -> str:
        loaded = "not loaded" if self._train_set is None else f"{len(self._train_set):,} loaded"
        return (
            f"Data({self.input_dir!r}): {self.total_rows:,} events; test pool {self.test_size:,}, "
            f"training set {self.total_rows - self.test_size:,} ({loaded})"
        )

    def _repr_html_(self) -> str:
        # To show an object must not take a pass over a file of 220 million rows.
        known = "_split" in self.__dict__
        table = self.describe().to_html(float_format="{:,.5g}".format) if known else ""
        return f"<p>{html.escape(repr(self))}</p>{table}"

    # --- training set ----------------------------------------------------------------------------

    def load_train_set(
        self,
        train_size: float | None = None,
        selected_indices: Indices | None = None,
        seed: Seed = 0,
    ) -> None:
        """Load the training set, or a part of it.

        Args:
            train_size: a share of the training rows (float) or their number (int), drawn without
                replacement; all of them by default, and where more are asked for (with a warning).
            selected_indices: instead of a draw, these rows, counted from the first training row;
                a row given twice comes twice, and no more are given than there are rows. Rows are
                loaded in the order of the file.
            seed: seed of the draw; the same seed draws the same rows.

        Raises:
            DataError: an argument is out of range, or a row of the file cannot be used.
        """
        rows = chosen_rows(train_size, selected_indices, self.train_rows, seed)
        self._train_set = None  # the old one goes before the new one comes
        self._train_set = self._read_train_set(rows)

    def get_train_set(self) -> pd.DataFrame:
        """The training set, with the columns of `schema.FILE_COLUMNS`.

        Features and labels (1 for signal) are float32, weights float64, detailed_labels strings out
        of `schema.PROCESSES`. Where nothing was loaded yet, all training rows are.
        """
        if self._train_set is None:
            self._train_set = self._read_train_set(rows=None)
        return self._train_set.copy(deep=False)

    def delete_train_set(self) -> None:
        """Let go of the training set and its memory."""
        self._train_set = None

    def get_syst_train_set(
        self,
        *,
        tes: float = 1.0,
        jes: float = 1.0,
        soft_met: float = 0.0,
        ttbar_scale: float | None = None,
        diboson_scale: float | None = None,
        bkg_scale: float | None = None,
        dopostprocess: bool = False,
    ) -> pd.DataFrame:
        """The training set with shifted nuisance parameters: `HiggsML.systematics.systematics`.

        Args:
            tes: tau energy scale.
            jes: jet energy scale.
            soft_met: width of each component of the soft momentum, GeV.
            ttbar_scale: factor on the weights of ttbar; None: 1.
            diboson_scale: factor on the weights of diboson; None: 1.
            bkg_scale: factor on the weights of every background; None: 1.
            dopostprocess: whether to apply the cuts of a pseudo-experiment.
        """
        return systematics(
            data_set=self.get_train_set(),
            tes=tes,
            jes=jes,
            soft_met=soft_met,
            ttbar_scale=ttbar_scale,
            diboson_scale=diboson_scale,
            bkg_scale=bkg_scale,
            dopostprocess=dopostprocess,
        )

    def _read_train_set(self, rows: NDArray[np.int64] | None) -> pd.DataFrame:
        """A frame of the given training rows (ascending), or of all."""
        size = self.train_rows if rows is None else len(rows)
        features = np.empty((len(FEATURES), size), dtype=np.float32)
        weights = np.empty(size)
        codes = np.empty(size, dtype=np.int8)
        seen = filled = 0
        for batch in self._file.batches(FEATURES):
            chosen = np.flatnonzero(~self._in_test(batch))
            ends = seen, seen + len(chosen)
            if rows is not None:
                chosen = chosen[rows[slice(*np.searchsorted(rows, ends))] - seen]
            seen = ends[1]
            part = slice(filled, filled + len(chosen))
            features[:, part] = batch.features[:, chosen]
            weights[part], codes[part] = batch.weights[chosen], batch.codes[chosen]
            filled = part.stop
        sums: Array = np.bincount(codes, weights, len(PROCESSES)).astype(np.float64)
        weights *= self._factors(sums, "training set")[codes]
        if not sums.all():
            missing = ", ".join(np.array(PROCESSES)[sums == 0.0])
            log.warning("%s: no %s events in the training set.", self._file.path, missing)
        return events_frame(features, weights, codes)

    # --- test pool -------------------------------------------------------------------------------

    def load_test_set(self) -> None:
        """Load the test pool, all of it (`test_blocks` reads it piece by piece)."""
        self._test_set = None  # the old one goes before the new one comes
        self._test_set = self._read_test_set()

    def get_test_set(self) -> dict[str, pd.DataFrame]:
        """The test pool: for each process, a frame of features and weights (no labels).

        Where nothing was loaded yet, it is loaded.

        Raises:
            DataError: the test pool lacks a process, or a row of the file cannot be used.
        """
        if self._test_set is None:
            self._test_set = self._read_test_set()
        return {process: frame.copy(deep=False) for process, frame in self._test_set.items()}

    def _read_test_set(self) -> dict[str, pd.DataFrame]:
        counts = self._split.test_rows
        features = [np.empty((len(FEATURES), n), dtype=np.float32) for n in counts]
        weights = [np.empty(n) for n in counts]
        filled = np.zeros(len(PROCESSES), dtype=np.int64)
        for code, rows, scaled in self._test_parts(FEATURES):
            part = slice(filled[code], filled[code] + len(scaled))
            features[code][:, part], weights[code][part] = rows, scaled
            filled[code] = part.stop
        return {
            process: events_frame(features[code], weights[code])
            for code, process in enumerate(PROCESSES)
        }

    def test_blocks(self, batch_rows: int = BATCH_ROWS) -> Iterator[EventBlock]:
        """The test pool in blocks of one process, at most `batch_rows` rows in memory at a time.

        The weights are those of `get_test_set`.

        Args:
            batch_rows: rows in memory at a time, at most.

        Raises:
            DataError: the test pool lacks a process, or a row of the file cannot be used.
        """
        for code, rows, scaled in self._test_parts(PRI_COLUMNS, batch_rows):
            yield EventBlock(PROCESSES[code], np.ascontiguousarray(rows.T), scaled)

    def _test_parts(
        self, columns: tuple[str, ...], batch_rows: int = BATCH_ROWS
    ) -> Iterator[tuple[int, NDArray[np.float32], Array]]:
        """Code, features (columns, rows) and scaled weights of the test rows, by process."""
        self._require_all_processes()
        factors = self._factors(self._split.test_weights, "test pool")
        for batch in self._file.batches(columns, batch_rows):
            in_test = self._in_test(batch)
            for code in np.unique(batch.codes[in_test]):
                chosen = np.flatnonzero(in_test & (batch.codes == code))
                yield int(code), batch.features[:, chosen], batch.weights[chosen] * factors[code]

    def _require_all_processes(self) -> None:
        """Without a process, mu would be measured in experiments that cannot happen."""
        missing = {
            process: f"{in_pool} of the file's {in_pool + others} rows"
            for process, in_pool, others, weight in zip(
                PROCESSES,
                self._split.test_rows.tolist(),
                self._split.train_rows.tolist(),
                self._split.test_weights,
                strict=True,
            )
            if weight == 0.0
        }
        if missing:
            raise DataError(
                f"the test pool has no events with a weight above zero of {', '.join(missing)}.",
                where=self._file.path,
                value=missing,
                fix="give a file with events of all four processes, or another test_size.",
            )

    # --- both ------------------------------------------------------------------------------------

    def _in_test(self, batch: EventBatch) -> NDArray[np.bool_]:
        return self._split.in_test(batch.features[_MARKS], batch.codes)

    def _expected(self) -> Array:
        """Expected events of each process."""
        sums = self._split.test_weights + self._split.train_weights
        total = float(self.metadata.get("sum_weights", sums.sum()))
        expected: Array = sums * (total / sums.sum()) if sums.any() else sums
        return expected

    def _factors(self, sums: Array, what: str) -> Array:
        """What the weights of each process are multiplied by, if those loaded sum to `sums`."""
        expected, loaded = self._expected(), sums > 0.0
        if not loaded.any():
            raise DataError(
                f"the weights of the {what} sum to zero.",
                where=self._file.path,
                value=0.0,
                fix="load more rows, or another test_size.",
            )
        wanted = expected * (expected.sum() / expected[loaded].sum())
        factors: Array = np.divide(wanted, sums, out=np.zeros_like(wanted), where=loaded)
        return factors


def download_dataset(
    input_str: str, directory: str | os.PathLike[str] | None = None, *, checksum: str | None = None
) -> Data:
    """Fetch a data set (once) and open it.

    Args:
        input_str: a name in `fetching.public_data.DATASETS`, or the http(s) address of a zip file.
        directory: folder to unpack into; by default one with the data set's name, in the working
            directory. Where it holds a parquet file already, nothing is fetched.
        checksum: "md5:..." or "sha256:..." of the zip file, checked where given or known.

    Returns:
        The data set, opened: nothing of it is loaded.

    Raises:
        DownloadError: unknown name, no connection, wrong size or checksum, unsafe archive.
        DataError: what was unpacked cannot be used.
    """
    return Data(fetch_dataset(input_str, directory, checksum=checksum))


def Neurips2024_public_dataset() -> Data:
    """The public data set of 2024, as in the competition's repository: `download_dataset`."""
    return download_dataset("neurips2024_data")


def BlackSwan_public_dataset() -> Data:
    """The data set of the Black Swan lectures, as in the competition's repository."""
    return download_dataset("blackSwan_data")
