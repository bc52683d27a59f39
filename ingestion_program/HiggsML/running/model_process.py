"""The trusted side of a model's process: starts it, asks it, ends it.

Whatever goes wrong in there comes out as a `SubmissionError`, in words for the participant.
"""

import base64
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

from ..errors import HiggsMLError, SubmissionError
from .messages import Buffer, Closed, MessageError, nameless_file, receive, send
from .sandbox import Policy, environment, interpreter
from .submission import Prediction, check_prediction
from .watch import Watch

__all__ = ["ModelProcess", "TrainSource"]

log = logging.getLogger("submission")

TrainSource = Callable[[Any, Any], pd.DataFrame]
"""(train_size, selected_indices) -> training events."""

START_SECONDS = 60.0
MAX_MESSAGE = 1 << 30
"""Bytes; a hundred million selected indices take that much."""


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
        self._submission = submission
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                interpreter("HiggsML.running.model_host", [str(theirs.fileno())]),
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
        self._watch.kill()
        self._connection.close()

    # --- what it is asked ------------------------------------------------------------------------

    def build_and_fit(self, train_source: TrainSource, seconds: float) -> None:
        """Import the submission, make its model and fit it; the events come from `train_source`."""
        limit = Limit.of(seconds)
        self._ask({"do": "build", "folder": str(self._submission)})
        self._answer("Model(get_train_set, systematics)", limit, train_source)
        self._ask({"do": "fit"})
        self._answer("fit", limit, train_source)

    def save(self, seconds: float, max_bytes: int) -> bytes | str:
        """The fitted model as opaque bytes, or, where it cannot be serialised, the reason why."""
        file = nameless_file()
        try:
            self._ask({"do": "save"}, file)
            answer = self._answer("serialising the model", Limit.of(seconds))
            if "cannot" in answer:
                return str(answer["cannot"])
            body = os.pread(file, max_bytes + 1, 0)
        finally:
            os.close(file)
        if len(body) > max_bytes:
            return f"it takes more than {max_bytes} bytes"
        return body

    def load(self, body: bytes, seconds: float) -> None:
        """Load a fitted model."""
        buffer = Buffer()
        try:
            file = buffer.write(body)
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
        return check_prediction(dict(zip(Prediction._fields, numbers, strict=True)))

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
        while True:
            try:
                answer = receive(self._connection, limit.ends, MAX_MESSAGE)
            except TimeoutError as error:
                what = f"took longer than its limit of {limit.seconds:.0f} s"
                raise self._fault(doing, what, where) from error
            except Closed as error:
                raise self._fault(doing, self._how_it_ended(), where) from error
            except MessageError as error:
                raise self._fault(doing, f"disturbed the protocol ({error})", where) from error
            if "error" in answer:
                log.error("%s", _printable(answer.get("traceback", "")))
                raise self._fault(doing, f"failed: {_printable(answer['error'])}", where)
            if "ask" not in answer:
                return answer
            if train_source is None or answer["ask"] != "train_set":
                raise self._fault(doing, f"asked out of turn for {answer['ask']!r:.100}", where)
            self._give_train_set(answer, train_source)

    def _give_train_set(self, question: dict[str, Any], train_source: TrainSource) -> None:
        buffer = Buffer()
        try:
            try:
                frame = train_source(question.get("train_size"), _indices(question))
            except (HiggsMLError, ValueError, TypeError) as error:
                self._ask({"error": f"get_train_set: {error}"})
                return
            self._ask({}, buffer.write(pickle.dumps(frame, protocol=5)))
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


def _indices(question: dict[str, Any]) -> Any:
    packed = question.get("selected_indices")
    return None if packed is None else np.frombuffer(base64.b64decode(packed), "<i8")


def _printable(text: object) -> str:
    return "".join(c for c in str(text)[:20_000] if c.isprintable() or c in "\n\t")
