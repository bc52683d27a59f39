"""The journal of a run: every answer as it comes, so that a killed run can go on.

Beside it in its folder: the fitted model, and the submission with the files that `fit` wrote.

A text file that only grows. A line is a checksum (CRC-32, hex) and a JSON record: first the key of
the run and its random seed, then one record for each answer. Only the last line can have been torn
by a kill, and it is dropped; anything else that does not fit is an error.
"""

import json
import os
import shutil
import time
import zlib
from pathlib import Path
from typing import Any

from ...errors import RunError
from ...experiments.protocol import Experiment
from ..contract import Prediction
from .results import parse_record, remove_folder

__all__ = ["Journal"]

FORMAT = 1


class Journal:
    """The answers of a run, and the fitted model that gave them, in a folder of their own.

    Args:
        folder: of this run alone; made if it is missing.
        key: identifies settings, data and submission.
        random_seed: of a run that is new.
        resume: go on with what the folder holds, if it holds anything.

    Attributes:
        random_seed: of the run, from the journal if there was one.
        answers: that are there already.
        seconds: that the run had taken at the last answer.

    Raises:
        RunError: the journal belongs to another run, or is damaged.
    """

    def __init__(self, folder: Path, key: str, random_seed: int, *, resume: bool) -> None:
        self._folder = folder.absolute()
        self._file = self._folder / "journal"
        self.answers: dict[Experiment, Prediction] = {}
        self.seconds = 0.0
        self._started = time.monotonic()
        if not resume:
            remove_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        records = self._read()
        header = {"format": FORMAT, "key": key, "random_seed": random_seed}
        if not records:
            records = [header]
            self._append(header)
        self.random_seed = int(records[0].get("random_seed", random_seed))
        if records[0] != header | {"random_seed": self.random_seed}:
            raise RunError(
                "the journal belongs to another run: settings, data or submission differ.",
                where=self._file,
                fix="resume with what the run was started with, or start anew without --resume.",
            )
        for record in records[1:]:
            self.answers[Experiment(*record["experiment"])] = Prediction(*record["prediction"])
            self.seconds = record["seconds"]
        self._before = self.seconds

    def add(self, experiment: Experiment, prediction: Prediction) -> None:
        """Write an answer down, on the disk when this returns."""
        self.answers[experiment] = prediction
        self.seconds = self._before + time.monotonic() - self._started
        self._append({"experiment": experiment, "prediction": prediction, "seconds": self.seconds})

    @property
    def model(self) -> bytes | None:
        """The fitted model, if it was kept."""
        path = self._folder / "model"
        return path.read_bytes() if path.exists() else None

    def keep_model(self, body: bytes) -> None:
        """Keep the fitted model."""
        temporary = self._folder / "model.part"
        with temporary.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._folder / "model")

    def place(self, staged: Path) -> Path:
        """Move a submission to where it stands during the run, and return that folder.

        Where a fitted model was kept, the submission that belongs to it stands there already.
        """
        place = self._folder / "submission"
        if self.model is None:
            remove_folder(place)
            shutil.move(staged, place)
        return place

    def remove(self) -> None:
        """Remove the folder: the run is complete."""
        remove_folder(self._folder)

    def _append(self, record: dict[str, Any]) -> None:
        body = json.dumps(record).encode()
        with self._file.open("ab") as file:
            file.write(b"%08x %s\n" % (zlib.crc32(body), body))
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> list[dict[str, Any]]:
        if not self._file.exists():
            return []
        records, whole = [], 0
        lines = self._file.read_bytes().splitlines(keepends=True)
        for number, line in enumerate(lines, start=1):
            record = parse_record(line)
            if record is None and number < len(lines):
                raise RunError(
                    "the journal is damaged.",
                    where=f"{self._file}, line {number}",
                    fix="start anew without --resume.",
                )
            if record is not None:
                records.append(record)
                whole += len(line)
        os.truncate(self._file, whole)
        return records
