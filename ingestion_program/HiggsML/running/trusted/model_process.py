"""The trusted side of a model's process: starts it, asks it, ends it."""

import dataclasses
import logging
import os
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, BinaryIO, Self

from ...errors import PredictionError, RunError, SubmissionError
from ..contract import Prediction, check_prediction
from ..diagnostics import check_diagnostics
from ..isolation.policy import Policy
from .buffers import Buffer, nameless_file, take_back
from .conversation import Conversation, Limit, TrainSource
from .copies import Copies, Copy
from .launch import environment, interpreter
from .output import printable
from .processes import how_it_ended
from .usage import processor_seconds
from .watch import Watch

__all__ = ["ModelProcess"]

log = logging.getLogger("submission")

START_SECONDS = 60.0
MOST_PARTS, A_YEAR = 10, 3e7
"""Of the seconds that a model tells of its fit: how many parts, and s of each."""
_PART = re.compile(r"[A-Za-z][A-Za-z0-9_ -]{0,29}", re.ASCII)


class ModelProcess:
    """A sandboxed process that holds a participant's model; a context manager.

    Where its policy allows copies, each experiment is handed to a fresh copy of the process, so
    that none sees another one. Else the process itself measures all of them.

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
        self._conversation = Conversation(self._connection, self.close, self._how_it_ended)
        self._copies = Copies(self._conversation, self._process.pid, self._watch)
        self._copy: Copy | None = None
        self.predict_seconds: list[float] = []
        """Seconds from handing each pseudo-experiment over until its answer was read."""
        self._predicting = Limit.of(START_SECONDS)
        try:
            self._conversation.ask(dataclasses.asdict(policy))
            self._conversation.answer("the start of the model's process", Limit.of(START_SECONDS))
        except SubmissionError as error:  # nothing of the submission has run yet
            raise RunError(
                f"{error}.", fix="the lines above say what this machine or its kernel refused."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def most_memory(self) -> int:
        """The largest resident memory that was seen, bytes; 0 where nobody can tell (macOS)."""
        return self._watch.most_memory

    @property
    def processor_seconds(self) -> float:
        """Processor time until now, s; 0 where nobody can tell (macOS)."""
        return processor_seconds(self._process.pid)

    def close(self) -> None:
        """End the process and its copies, whatever they do."""
        self._watch.close()
        self._connection.close()
        if self._policy.copies:
            self._copies.end()

    def interrupt(self) -> None:
        """Kill the process from another thread: whoever waits for its answer gets an error."""
        self._watch.kill()

    # --- what it is asked ------------------------------------------------------------------------

    def build_and_fit(
        self,
        train_source: TrainSource,
        seconds: float,
        mu_range: tuple[float, float],
        effort: float = 1.0,
    ) -> dict[str, float]:
        """Import the submission, make its model and fit it; the events come from `train_source`.

        Returns:
            The seconds of the parts of the fit, by name, as far as the model tells.
        """
        limit = Limit.of(seconds)
        build = {
            "do": "build",
            "folder": str(self._submission),
            "mu_range": mu_range,
            "effort": effort,
        }
        steps: dict[str, dict[str, Any]] = {
            "Model(get_train_set, systematics)": build,
            "fit": {"do": "fit"},
        }
        for doing, message in steps.items():
            self._conversation.ask(message)
            answer = self._conversation.answer(doing, limit, train_source=train_source)
        return _parts_of_fit(answer.get("seconds"))

    def diagnostics(self, seconds: float) -> dict[str, Any] | None:
        """What the fitted model tells of itself, checked; None where it tells nothing of use."""
        self._conversation.ask({"do": "diagnostics"})
        answer = self._conversation.answer("diagnostics", Limit.of(seconds))
        if "cannot" in answer:
            log.warning("No diagnostics on the score sheet: %s", printable(answer["cannot"]))
            return None
        if "diagnostics" not in answer:
            return None
        try:
            return check_diagnostics(answer["diagnostics"])
        except SubmissionError as error:  # our own check in there was tampered with
            raise self._conversation.fault("diagnostics", f"failed: {error}") from error

    def save(self, seconds: float) -> bytes | str:
        """The fitted model as opaque bytes, or, where it cannot be serialised, the reason why."""
        with os.fdopen(nameless_file(), "rb") as file:
            self._conversation.ask({"do": "save"}, [file.fileno()])
            answer = self._conversation.answer("serialising the model", Limit.of(seconds))
            saved = printable(answer["cannot"]) if "cannot" in answer else self._saved(file)
            try:
                take_back(file.fileno())
            except OSError as error:
                what = "sealed the file that it was given"
                raise self._conversation.fault("serialising the model", what) from error
            return saved

    def _saved(self, file: BinaryIO) -> bytes | str:
        """What was written to the file, or why it cannot be used."""
        size = os.fstat(file.fileno()).st_size
        if size > self._policy.memory_bytes:
            return f"it takes {size} bytes, and would not fit into its memory again"
        if self._watch.look() is not None:  # what fit left on the disk is used from now on
            raise self._conversation.fault("fit", self._how_it_ended())
        file.seek(0)  # the other side shared the position
        return file.read(size)

    def load(self, body: bytes, seconds: float) -> None:
        """Load a fitted model."""
        buffer = Buffer()
        try:
            file = buffer.fill(lambda target: target.write(body))
            self._conversation.ask({"do": "load", "folder": str(self._submission)}, [file])
            self._conversation.answer("loading the fitted model", Limit.of(seconds))
        finally:
            buffer.take_back()

    def start_predict(self, buffer: Buffer, rows: int, seconds: float) -> None:
        """Hand over a pseudo-experiment, whose features stand in the buffer."""
        assert buffer.file is not None  # noqa: S101 - an experiment stands in it
        self._predicting = Limit.of(seconds)
        message = {"do": "predict", "rows": rows}
        if not self._policy.copies:
            self._conversation.ask(message, [buffer.file])
            return
        self._copy = self._copies.take(self._predicting)
        self._copy.conversation.ask(message, [buffer.file])
        self._copies.prepare(self._predicting)  # while this one works

    def finish_predict(self, where: object) -> Prediction:
        """The checked answer for the pseudo-experiment that was handed over last.

        Raises:
            SubmissionError: naming the experiment, `where`.
        """
        other = self._conversation if self._copy is None else self._copy.conversation
        answer = other.answer("predict", self._predicting, where)
        begun = self._predicting.ends - self._predicting.seconds
        self.predict_seconds.append(time.monotonic() - begun)
        numbers = answer.get("prediction")
        if not isinstance(numbers, list) or len(numbers) != len(Prediction._fields):
            raise other.fault("predict", "sent no prediction", where)
        try:
            prediction = check_prediction(dict(zip(Prediction._fields, numbers, strict=True)))
        except PredictionError as error:  # our own check in there was tampered with
            raise other.fault("predict", f"failed: {error}", where) from error
        if self._copy is not None:
            self._copies.finish(self._copy, where)
            self._copy = None
        return prediction

    def _how_it_ended(self) -> str:
        try:
            code = self._process.wait(timeout=5.0)
        except subprocess.TimeoutExpired:
            return "closed its connection"
        return how_it_ended(code, self._watch.reason)


def _parts_of_fit(told: object) -> dict[str, float]:
    """Seconds of the parts of a fit, if that is what a model's process told."""
    if not isinstance(told, dict) or len(told) > MOST_PARTS:
        return {}
    return {
        name: float(seconds)
        for name, seconds in told.items()
        if _PART.fullmatch(name) and type(seconds) in (int, float) and 0.0 <= seconds < A_YEAR
    }
