"""Questions of the trusted process to a process of a submission, and the answers.

Whatever goes wrong on the other side comes out as a `SubmissionError`, in words for the
participant.
"""

import logging
import pickle
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...errors import SubmissionError
from ..messages import AttachmentError, Closed, MessageError, receive, send
from .buffers import Buffer
from .output import marked, printable

__all__ = ["Conversation", "Limit", "TrainSource"]

log = logging.getLogger("submission")

SEND_SECONDS = 60.0


@dataclass(frozen=True)
class TrainSource:
    """Where the training events come from that a model asks for."""

    rows: int
    """How many there are: no question may name more."""
    give: Callable[[Any, Any], pd.DataFrame]
    """(train_size, selected_indices) -> training events."""


class Limit(NamedTuple):
    """How long something may take, and when that is over on the clock of `time.monotonic`."""

    seconds: float
    ends: float

    @classmethod
    def of(cls, seconds: float) -> "Limit":
        """A limit from now on."""
        return cls(seconds, time.monotonic() + seconds)


class Conversation:
    """One side of a connection to a process that is not trusted.

    Args:
        connection: this side's end of a pair of stream sockets.
        end: ends the other side, whatever it does; called with every fault.
        how_it_ended: says how the other side ended, where its end of the connection is closed.
    """

    def __init__(
        self,
        connection: socket.socket,
        end: Callable[[], object],
        how_it_ended: Callable[[], str],
    ) -> None:
        self._connection, self._end, self._how_it_ended = connection, end, how_it_ended
        self._given = Buffer()

    def ask(self, message: dict[str, Any], files: Sequence[int] = ()) -> None:
        """Send a message, and descriptors with it."""
        try:
            self._connection.settimeout(SEND_SECONDS)
            send(self._connection, message, files)
        except (Closed, TimeoutError) as error:
            raise self.fault("the model's process", self._how_it_ended()) from error

    def answer(
        self,
        doing: str,
        limit: Limit,
        where: object | None = None,
        train_source: TrainSource | None = None,
    ) -> dict[str, Any]:
        """The answer to what was asked last.

        No message costs this side more than the training events themselves: its size has a bound,
        and what was given is taken back with the next one.

        Args:
            doing: what the other side is at, for errors.
            limit: how long it may take.
            where: the experiment, for errors.
            train_source: answers its questions for training events; None where it may not ask.

        Raises:
            SubmissionError: the other side failed, took too long, ended or disturbed the protocol.
        """
        most_indices = 0 if train_source is None else train_source.rows
        while True:
            try:
                answer, indices = receive(self._connection, limit.ends, 8 * most_indices)
                self._given.take_back()
            except TimeoutError as error:
                what = f"took longer than its limit of {limit.seconds:.0f} s"
                raise self.fault(doing, what, where) from error
            except Closed as error:
                raise self.fault(doing, self._how_it_ended(), where) from error
            except AttachmentError as error:
                what = f"{error}: selected_indices are at most as many as training events"
                raise self.fault(doing, f"disturbed the protocol ({what})", where) from error
            except MessageError as error:
                raise self.fault(doing, f"disturbed the protocol ({error})", where) from error
            if "error" in answer:
                if answer.get("traceback"):
                    log.error("%s", marked(answer["traceback"]))
                raise self.fault(doing, f"failed: {printable(answer['error'])}", where)
            if "ask" not in answer:
                return answer
            if train_source is None or answer["ask"] != "train_set":
                raise self.fault(doing, f"asked out of turn for {answer['ask']!r:.100}", where)
            self._give_train_set(answer, indices, train_source)

    def fault(self, doing: str, what: str, where: object | None = None) -> SubmissionError:
        """The error to raise; the other side is ended with it."""
        self._end()
        self._given.close()
        return SubmissionError(f"{doing} {what}", where=where)

    def _give_train_set(
        self, question: dict[str, Any], indices: bytearray, train_source: TrainSource
    ) -> None:
        try:
            selected = np.frombuffer(indices, "<i8") if question.get("selected") else None
            frame = train_source.give(question.get("train_size"), selected)
            file = self._given.fill(lambda target: pickle.dump(frame, target, protocol=5))
        except Exception as error:  # a bad question, whatever it leads to, is the asker's fault
            self._given.close()
            self.ask({"error": f"get_train_set: {error}"})
            return
        self.ask({}, [file])
