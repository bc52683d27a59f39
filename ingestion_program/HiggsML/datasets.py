"""The events of the challenge: a training set and a test pool from one parquet file.

The first rows of the file are the test pool, the others the training set. Whatever is loaded is
rescaled as a whole to the expected events of the full sample: weight_i <- weight_i W / sum(weight),
with W from the metadata, or the sum over the file where the metadata do not say.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .errors import DataError
from .event_files import (
    BATCH_ROWS,
    checked_indices,
    draw_rows,
    events_frame,
    number_of_rows,
    open_event_file,
)
from .experiments.pool.event_pool import EventBlock
from .fetching.public_data import fetch_dataset
from .schema import FEATURES, PRI_COLUMNS, PROCESSES
from .systematics import systematics

__all__ = ["Data", "download_dataset"]


class Data:
    """A parquet file of events, split into training set and test pool.

    Nothing is loaded until asked for, and memory does not grow with the file: a set of n rows takes
    about 125 n bytes.

    Args:
        input_dir: folder with one parquet file (the columns of `schema.FILE_COLUMNS`; the DER
            features may be absent and are then computed) and, optionally, `*_metadata.json`.
        test_size: the test pool, as a share of the rows (float) or their number (int).

    Attributes:
        input_dir: the folder.
        metadata: the content of the JSON file; empty without one.
        total_rows: rows in the file.
        test_size: rows of the test pool.

    Raises:
        DataError: the folder or the file cannot be used, or test_size is out of range.

    Example::

        data = Data("input_data", test_size=0.3)
        data.load_train_set(train_size=100_000, seed=1)
        train_set = data.get_train_set()  # a DataFrame: features, weights, labels
    """

    def __init__(self, input_dir: str | os.PathLike[str], test_size: float = 0.3) -> None:
        self._file = open_event_file(input_dir)
        self.input_dir = str(input_dir)
        self.metadata = self._file.metadata
        self.total_rows = self._file.n_rows
        self.test_size = number_of_rows(test_size, self.total_rows, "test_size")
        self._train_set: pd.DataFrame | None = None
        self._test_set: dict[str, pd.DataFrame] | None = None

    @property
    def digest(self) -> str:
        """What identifies the test pool: SHA-256 (hex) of `test_size` and the file's digest.

        It covers the file's size, footer (columns, types, packed sizes and extreme values of every
        row group) and metadata, not the rows one by one: see `EventFile.digest`.
        """
        return hashlib.sha256(f"{self._file.digest} {self.test_size}".encode()).hexdigest()

    # --- training set ----------------------------------------------------------------------------

    def load_train_set(
        self,
        train_size: float | None = None,
        selected_indices: Sequence[int] | NDArray[np.integer] | None = None,
        seed: int | np.random.SeedSequence | np.random.Generator = 0,
    ) -> None:
        """Load the training set, or a part of it.

        Args:
            train_size: a share of the training rows (float) or their number (int), drawn without
                replacement; all of them by default.
            selected_indices: instead of a draw, these rows, counted from the first training row;
                a row given twice comes twice. Rows are loaded in the order of the file.
            seed: of the draw; the same seed draws the same rows.

        Raises:
            DataError: an argument is out of range, or a row of the file cannot be used.
        """
        available = self.total_rows - self.test_size
        if selected_indices is not None:
            if train_size is not None:
                raise DataError(
                    "both train_size and selected_indices are given.",
                    where="load_train_set",
                    fix="give one of them.",
                )
            rows = checked_indices(selected_indices, available)
        elif train_size is not None:
            size = number_of_rows(train_size, available, "train_size")
            rows = draw_rows(available, size, np.random.default_rng(seed))
        else:
            rows = None
        self._train_set = None  # the old one goes before the new one comes
        self._train_set = self._read_train_set(rows)

    def get_train_set(self) -> pd.DataFrame:
        """The training set, with the columns of `schema.FILE_COLUMNS`.

        Features and labels (1 for signal) are float32, weights float64, detailed_labels categorical
        over `schema.PROCESSES`. Where nothing was loaded yet, all training rows are.
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
        """The training set with shifted nuisance parameters: `HiggsML.systematics.systematics`."""
        shifted: pd.DataFrame = systematics(
            data_set=self.get_train_set(),
            tes=tes,
            jes=jes,
            soft_met=soft_met,
            ttbar_scale=ttbar_scale,
            diboson_scale=diboson_scale,
            bkg_scale=bkg_scale,
            dopostprocess=dopostprocess,
        )
        return shifted

    def _read_train_set(self, rows: NDArray[np.int64] | None) -> pd.DataFrame:
        """A frame of the given training rows (ascending), or of all."""
        start, stop = self.test_size, self.total_rows
        size = stop - start if rows is None else len(rows)
        if rows is not None and size:
            rows = rows + self.test_size
            start, stop = int(rows[0]), int(rows[-1]) + 1
        features = np.empty((len(FEATURES), size), dtype=np.float32)
        weights = np.empty(size)
        codes = np.empty(size, dtype=np.int8)
        filled = 0
        for batch in self._file.batches(start, stop, FEATURES):
            chosen: slice | NDArray[np.int64] = slice(None)
            if rows is not None:
                ends = (batch.first_row, batch.first_row + len(batch.codes))
                chosen = rows[slice(*np.searchsorted(rows, ends))] - batch.first_row
            part = slice(filled, filled + len(batch.codes[chosen]))
            features[:, part] = batch.features[:, chosen]
            weights[part], codes[part] = batch.weights[chosen], batch.codes[chosen]
            filled = part.stop
        weights *= self._scale(weights.sum(), "training set")
        return events_frame(features, weights, codes)

    # --- test pool -------------------------------------------------------------------------------

    def load_test_set(self) -> None:
        """Load the test pool, all of it (`test_blocks` reads it piece by piece)."""
        self._test_set = None  # the old one goes before the new one comes
        self._test_set = self._read_test_set()

    def get_test_set(self) -> dict[str, pd.DataFrame]:
        """The test pool: for each process, a frame of features and weights (no labels).

        Where nothing was loaded yet, it is loaded.
        """
        if self._test_set is None:
            self._test_set = self._read_test_set()
        return {process: frame.copy(deep=False) for process, frame in self._test_set.items()}

    def _read_test_set(self) -> dict[str, pd.DataFrame]:
        scale, counts = self._survey_test_rows()
        features = [np.empty((len(FEATURES), n), dtype=np.float32) for n in counts]
        weights = [np.empty(n) for n in counts]
        filled = np.zeros(len(PROCESSES), dtype=np.int64)
        for batch in self._file.batches(0, self.test_size, FEATURES):
            for code in np.unique(batch.codes):
                chosen = np.flatnonzero(batch.codes == code)
                part = slice(filled[code], filled[code] + len(chosen))
                features[code][:, part] = batch.features[:, chosen]
                weights[code][part] = batch.weights[chosen] * scale
                filled[code] = part.stop
        return {
            process: events_frame(features[code], weights[code])
            for code, process in enumerate(PROCESSES)
        }

    def test_blocks(self, batch_rows: int = BATCH_ROWS) -> Iterator[EventBlock]:
        """The test pool in blocks of one process, at most `batch_rows` rows in memory at a time.

        The weights are those of `get_test_set`; the file is read twice, first for their sum.
        """
        scale, _ = self._survey_test_rows()
        for batch in self._file.batches(0, self.test_size, PRI_COLUMNS, batch_rows):
            for code in np.unique(batch.codes):
                chosen = np.flatnonzero(batch.codes == code)
                primaries = np.ascontiguousarray(batch.features[:, chosen].T)
                yield EventBlock(PROCESSES[code], primaries, batch.weights[chosen] * scale)

    def _survey_test_rows(self) -> tuple[float, NDArray[np.int64]]:
        """What the weights of the test rows are multiplied by, and the events per process."""
        total, counts = 0.0, np.zeros(len(PROCESSES), dtype=np.int64)
        for batch in self._file.batches(0, self.test_size):
            total += float(batch.weights.sum())
            counts += np.bincount(batch.codes, minlength=len(PROCESSES))
        return self._scale(total, "test pool"), counts

    def _scale(self, loaded: float, what: str) -> float:
        """The factor that brings weights which sum to `loaded` to the full sample."""
        if not loaded > 0.0:
            raise DataError(
                f"the weights of the {what} sum to zero.",
                where=self._file.path,
                value=float(loaded),
                fix="load more rows, or another test_size.",
            )
        return self._file.sum_weights / float(loaded)


def download_dataset(
    input_str: str, directory: str | os.PathLike[str] | None = None, *, checksum: str | None = None
) -> Data:
    """Fetch a data set (once) and open it.

    Args:
        input_str: a name in `fetching.public_data.DATASETS`, or the http(s) address of a zip file.
        directory: folder to unpack into; by default one with the data set's name, in the working
            directory. Where it holds a parquet file already, nothing is fetched.
        checksum: "md5:..." or "sha256:..." of the zip file, checked where given or known.

    Raises:
        DownloadError: unknown name, no connection, wrong size or checksum, unsafe archive.
        DataError: what was unpacked cannot be used.
    """
    return Data(fetch_dataset(input_str, directory, checksum=checksum))
