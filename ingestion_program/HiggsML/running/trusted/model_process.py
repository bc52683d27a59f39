"""The trusted side of a model's process: starts it, asks it, ends it.

Whatever goes wrong in there comes out as a `SubmissionError`, in words for the participant.
"""

import dataclasses
import logging
import os
import pickle
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from ...errors import PredictionError, SubmissionError
from ..contract import Prediction, check_prediction
from ..isolation.policy import Policy
from ..messages import Buffer, Closed, MessageError, nameless_file, receive, send
from .launch import environment, interpreter
from .watch import Watch, printable

__all__ = ["ModelProcess", "TrainSource"]

log = logging.getLogger("submission")

TrainSource = Callable[[Any, Any], pd.DataFrame]
"""(train_size, selected_indices) -> training events."""

START_SECONDS = 60.0
EVENT_BYTES = 128
"""Of a training event in memory; no more are given than fit into the process."""


class Limit(NamedTuple):
    """How long something may take, and when that is over on the clock of `time.monotonic`."""

    seconds: float
    ends: float

    @classmethod
    def of(cls, seconds: float) -> "Limit":
        """A limit from now on."""
        return cls(seconds, time.monotonic() + seconds)


class ModelProcess:
    """A sandboxed process that holds a participant's model; a context manager.

    Args:
        submission: the run's copy of the submission.
        scratch: a folder for this process alone.
        policy: what it may use.
        threads: how many threads the libraries in it may start.
    """

    def __init__(self, submission: Path, scratch: Path, policy: Policy, threads: int) -> None:
        self._submission, self._policy = submission, policy
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                interpreter("HiggsML.running.sandboxed.host", [str(theirs.fileno())]),
                cwd=submission,
                env=environment(scratch, threads),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._watch = Watch(self._process, policy)
        self._predicting = Limit.of(START_SECONDS)
        self._ask(dataclasses.asdict(policy))
        self._answer("the start of the model's process", Limit.of(START_SECONDS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._watch.close()
        self._connection.close()

    def interrupt(self) -> None:
        """Kill the process from another thread: whoever waits for its answer gets an error."""
        self._watch.kill()

    # --- what it is asked ------------------------------------------------------------------------

    def build_and_fit(self, train_source: TrainSource, seconds: float) -> None:
        """Import the submission, make its model and fit it; the events come from `train_source`."""
        limit = Limit.of(seconds)
        self._ask({"do": "build", "folder": str(self._submission)})
        self._answer("Model(get_train_set, systematics)", limit, train_source)
        self._ask({"do": "fit"})
        self._answer("fit", limit, train_source)

    def save(self, seconds: float) -> bytes | str:
        """The fitted model as opaque bytes, or, where it cannot be serialised, the reason why."""
        with os.fdopen(nameless_file(), "rb") as file:
            self._ask({"do": "save"}, file.fileno())
            answer = self._answer("serialising the model", Limit.of(seconds))
            if "cannot" in answer:
                return printable(answer["cannot"])
            size = os.fstat(file.fileno()).st_size
            if size > self._policy.memory_bytes:
                return f"it takes {size} bytes, and would not fit into its memory again"
            if self._watch.look() is not None:  # what fit left on the disk is used from now on
                raise self._fault("fit", self._how_it_ended(), None)
            file.seek(0)  # the other side shared the position
            return file.read(size)

    def load(self, body: bytes, seconds: float) -> None:
        """Load a fitted model."""
        buffer = Buffer()
        try:
            file = buffer.fill(lambda target: target.write(body))
            self._ask({"do": "load", "folder": str(self._submission)}, file)
            self._answer("loading the fitted model", Limit.of(seconds))
        finally:
            buffer.close()

    def start_predict(self, buffer: Buffer, rows: int, seconds: float) -> None:
        """Hand over a pseudo-experiment, whose features stand in the buffer."""
        self._predicting = Limit.of(seconds)
        self._ask({"do": "predict", "rows": rows}, buffer.file)

    def finish_predict(self, where: object) -> Prediction:
        """The checked answer for the pseudo-experiment that was handed over last.

        Raises:
            SubmissionError: naming the experiment, `where`.
        """
        answer = self._answer("predict", self._predicting, where=where)
        numbers = answer.get("prediction")
        if not isinstance(numbers, list) or len(numbers) != len(Prediction._fields):
            raise self._fault("predict", "sent no prediction", where)
        try:
            return check_prediction(dict(zip(Prediction._fields, numbers, strict=True)))
        except PredictionError as error:  # our own check in there was tampered with
            raise self._fault("predict", f"failed: {error}", where) from error

    # --- asking and answering --------------------------------------------------------------------

    def _ask(self, message: dict[str, Any], file: int | None = None) -> None:
        try:
            self._connection.settimeout(START_SECONDS)
            send(self._connection, message, [] if file is None else [file])
        except (Closed, TimeoutError) as error:
            raise self._fault("the model's process", self._how_it_ended(), None) from error

    def _answer(
        self,
        doing: str,
        limit: Limit,
        train_source: TrainSource | None = None,
        where: object | None = None,
    ) -> dict[str, Any]:
        most_indices = 0 if train_source is None else self._policy.memory_bytes // EVENT_BYTES
        while True:
            try:
                answer, indices = receive(self._connection, limit.ends, 8 * most_indices)
            except TimeoutError as error:
                what = f"took longer than its limit of {limit.seconds:.0f} s"
                raise self._fault(doing, what, where) from error
            except Closed as error:
                raise self._fault(doing, self._how_it_ended(), where) from error
            except MessageError as error:
                raise self._fault(doing, f"disturbed the protocol ({error})", where) from error
            if "error" in answer:
                if answer.get("traceback"):
                    log.error("%s", printable(answer["traceback"]))
                raise self._fault(doing, f"failed: {printable(answer['error'])}", where)
            if "ask" not in answer:
                return answer
            if train_source is None or answer["ask"] != "train_set":
                raise self._fault(doing, f"asked out of turn for {answer['ask']!r:.100}", where)
            self._give_train_set(answer, indices, train_source)

    def _give_train_set(
        self, question: dict[str, Any], indices: bytearray, train_source: TrainSource
    ) -> None:
        buffer = Buffer()
        try:
            try:
                selected = np.frombuffer(indices, "<i8") if question.get("selected") else None
                frame = train_source(question.get("train_size"), selected)
                file = buffer.fill(lambda target: pickle.dump(frame, target, protocol=5))
            except Exception as error:  # a bad question, whatever it leads to, is the asker's fault
                self._ask({"error": f"get_train_set: {error}"})
                return
            self._ask({}, file)
        finally:
            buffer.close()

    def _fault(self, doing: str, what: str, where: object | None) -> SubmissionError:
        """The error to raise; the process is ended with it."""
        self.close()
        return SubmissionError(f"{doing} {what}", where=where)

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            return "closed its connection"
        if self._watch.reason:
            return f"was ended: {self._watch.reason}"
        if code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended its process with exit code {code}"
