"""What a run keeps on disk so that it can go on after a kill.

A folder with three things: the journal of answers, the fitted model, and the submission with the
files that `fit` wrote beside it. The journal begins with the key of the run and its seeds,
then names the digests of the fitted model and of the submission; then comes a record for each
answer. What the folder holds is used again only if it has these digests.
"""

import hashlib
import os
import shutil
import time
from pathlib import Path

from ...errors import RunError
from ...experiments.protocol import Experiment
from ...settings import Seeds
from ..contract import Prediction
from .facts import digest_of_folder
from .journal import Journal
from .results import JOURNAL, remove_folder, remove_state

__all__ = ["RunState"]

FORMAT = 3


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
        self.seeds = Seeds(*first["seeds"])
        self.answers = {
            Experiment(*record["experiment"]): Prediction(*record["prediction"])
            for record in records
            if "experiment" in record
        }
        self._before = self.seconds = max((record["seconds"] for record in records), default=0.0)
        digests = next((record["digests"] for record in records if "digests" in record), None)
        self.model = None if digests is None else self._read_model(digests)

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
        self._append(digests=[hashlib.sha256(body).hexdigest(), digest_of_folder(self.submission)])
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

    def _read_model(self, digests: list[str]) -> bytes:
        """The fitted model, if it and the submission are those that the journal names."""
        try:
            body = (self._folder / "model").read_bytes()
            found = [hashlib.sha256(body).hexdigest(), digest_of_folder(self.submission)]
        except OSError:
            found = []
        if found != digests:
            raise RunError(
                "the fitted model or the submission is not the one that the run kept.",
                where=self._folder,
                fix="start anew without --resume.",
            )
        return body


def _write(path: Path, body: bytes) -> None:
    """Write a file under a temporary name, then rename it."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
