"""What a run keeps on disk so that it can go on after a kill.

A folder with three things: the journal of answers, the fitted model, and the submission with the
files that `fit` wrote beside it. The journal begins with the key of the run and its seeds,
then names the digests of the fitted model and of the submission; then comes a record for each
answer. What the folder holds is used again only if it has these digests, and a record only if it
is of the form that is written here.
"""

import hashlib
import math
import os
import shutil
import stat
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import PredictionError, RunError
from ...experiments.protocol import Experiment
from ...settings import Seeds
from ..contract import Prediction, check_prediction
from .facts import bytes_of_folder, digest_of_folder
from .journal import Journal
from .results import JOURNAL, remove_folder, remove_state

__all__ = ["RunState"]

FORMAT = 4


class RunState:
    """The answers of a run so far, and the fitted model that gave them.

    Args:
        folder: folder of this run alone; made if it is missing.
        key: identifies settings, data and submission.
        seeds: seeds of a run that is new.
        resume: go on with what the folder holds, if it holds anything.

    Attributes:
        seeds: seeds of the run, from the journal if there was one.
        answers: those that are there already.
        seconds: how long the run had taken at the last answer.
        model: the fitted model, if it was kept.

    Raises:
        RunError: the folder belongs to another run, or is damaged.
    """

    def __init__(self, folder: Path, key: str, seeds: Seeds, *, resume: bool) -> None:
        self._folder = folder.absolute()
        self._started = time.monotonic()
        if not resume:
            remove_state(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(self._folder / JOURNAL)
        header = {"format": FORMAT, "key": key, "seeds": list(seeds)}
        if not self._journal.records:
            self._journal.append(header)
        first, *records = self._journal.records
        if first != header | {"seeds": first.get("seeds")}:
            raise RunError(
                "the journal belongs to another run: settings, data or submission differ.",
                where=self._folder,
                fix="resume with what the run was started with, or start anew without --resume.",
            )
        try:
            self.seeds = Seeds(*map(_whole, first["seeds"]))
            self.answers = dict(_answer(record) for record in records if "model" not in record)
            self._before = self.seconds = max(map(_seconds, records), default=0.0)
        except (KeyError, TypeError, ValueError, PredictionError) as error:
            raise self._journal.damaged("a record of no run") from error
        kept = next((record for record in records if "model" in record), None)
        self.model = None if kept is None else self._read_model(kept)

    @property
    def submission(self) -> Path:
        """Where the submission stands during the run."""
        return self._folder / "submission"

    def place(self, staged: Path) -> None:
        """Move a staged submission to its place, unless that of a fitted model stands there."""
        if self.model is None:
            remove_folder(self.submission)
            shutil.move(staged, self.submission)

    def keep_model(self, body: bytes) -> None:
        """Keep the fitted model, and take the submission's folder for what belongs to it."""
        _write(self._folder / "model", body)
        self._append(**self._facts(body))
        self.model = body

    def add(self, experiment: Experiment, prediction: Prediction) -> None:
        """Keep an answer, which is on the disk when this returns."""
        self._append(experiment=experiment, prediction=prediction)
        self.answers[experiment] = prediction

    def remove(self) -> None:
        """Remove the folder: the run is over.

        A kill meanwhile leaves a run that has just begun, which can be resumed.
        """
        self._journal.forget()
        remove_state(self._folder)

    def _append(self, **record: object) -> None:
        self.seconds = self._before + time.monotonic() - self._started
        self._journal.append({**record, "seconds": self.seconds})

    def _facts(self, body: bytes) -> dict[str, Any]:
        """What identifies the fitted model and the submission beside it."""
        return {
            "bytes": [len(body), bytes_of_folder(self.submission)],
            "model": hashlib.sha256(body).hexdigest(),
            "submission": digest_of_folder(self.submission),
        }

    def _read_model(self, kept: Mapping[str, Any]) -> bytes:
        """The fitted model, if it and the submission are those that the journal names."""
        path = self._folder / "model"
        try:
            status = path.lstat()
            sizes = [status.st_size, bytes_of_folder(self.submission)]
            if stat.S_ISREG(status.st_mode) and sizes == kept.get("bytes"):
                body = path.read_bytes()
                if all(kept.get(name) == fact for name, fact in self._facts(body).items()):
                    return body
        except (OSError, RecursionError):
            pass
        raise RunError(
            "the fitted model or the submission is not the one that the run kept.",
            where=self._folder,
            fix="start anew without --resume.",
        )


def _answer(record: Mapping[str, Any]) -> tuple[Experiment, Prediction]:
    numbers = dict(zip(Prediction._fields, record["prediction"], strict=True))
    return Experiment(*map(_whole, record["experiment"])), check_prediction(numbers)


def _whole(value: Any) -> int:
    """A number that is whole and not negative."""
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value


def _seconds(record: Mapping[str, Any]) -> float:
    value = record["seconds"]
    if type(value) is not float or not 0.0 <= value < math.inf:
        raise ValueError(value)
    return value


def _write(path: Path, body: bytes) -> None:
    """Write a file under a temporary name, then rename it."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
