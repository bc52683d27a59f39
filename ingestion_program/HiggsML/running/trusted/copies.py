"""Copies of a model's process: each measures one experiment, and is looked at before it may.

The process that makes copies runs a participant's code and is not trusted to make them well. So a
copy is looked at from outside before it is given its experiment: it shares nothing with any other
process through which it could leave something behind or learn something. It is killed when it has
answered. The process that it is a copy of may write no file (its scratch folder is removed when
its model is loaded), and is not its parent, so that it learns nothing of its end.

While one copy measures, the next one is made, which then waits for its experiment.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from .conversation import Conversation, Limit
from .processes import descriptors, end_session, how_it_ended, shared_memory, started_in
from .watch import Watch

__all__ = ["Copies", "Copy"]

ENDING_SECONDS = 5


class Copies:
    """Makes copies of a model's process, each for one experiment.

    Args:
        original: the conversation with the process to be copied.
        session: number of that process, which leads a session of its own.
        watch: watches that process and its copies.
    """

    def __init__(self, original: Conversation, session: int, watch: Watch) -> None:
        self._original, self._session, self._watch = original, session, watch
        self._waiting: Copy | None = None
        self._alive: list[Copy] = []

    def prepare(self, limit: Limit) -> None:
        """Make the next copy, if it is not there yet.

        Raises:
            SubmissionError: none was made, or one that is not apart from all other processes.
        """
        if self._waiting is None:
            self._waiting = Copy(self._original, self._session, self._watch, self._end_all)
            self._alive.append(self._waiting)
            self._waiting.make(limit)

    def take(self, limit: Limit) -> "Copy":
        """A copy that has seen no experiment; `limit` is for the making of it, where none waits.

        Raises:
            SubmissionError: as of `prepare`.
        """
        self.prepare(limit)
        copy, self._waiting = self._waiting, None
        assert copy is not None  # noqa: S101 - it was prepared
        return copy

    def finish(self, copy: "Copy", where: object) -> None:
        """Kill a copy, which has answered; nothing of it may be left.

        Raises:
            SubmissionError: it started a process of its own.
        """
        copy.end()
        self._alive.remove(copy)
        if started_in(self._session) != self._watch.copies:
            raise copy.conversation.fault("predict", "started a process of its own", where)

    def end(self) -> None:
        """Kill all copies and whatever else came of the process."""
        for copy in self._alive:
            copy.end()
        end_session(self._session)

    def _end_all(self) -> None:
        """End the process, too."""
        self._watch.kill()
        self.end()


class Copy:
    """A fresh copy of a model's process.

    Args:
        original: the conversation with the process to be copied.
        session: number of that process, which leads a session of its own.
        watch: watches that process, and from now on the copy.
        end_all: ends that process and all its copies; called with every fault of the copy.

    Attributes:
        conversation: with the copy.
    """

    def __init__(
        self,
        original: Conversation,
        session: int,
        watch: Watch,
        end_all: Callable[[], object],
    ) -> None:
        self._original, self._session, self._watch, self._pid = original, session, watch, 0
        self._code: int | None = None
        self._ending = threading.Lock()
        self._connection, self._theirs = socket.socketpair()
        self.conversation = Conversation(self._connection, end_all, self._how_it_ended)

    def make(self, limit: Limit) -> None:
        """Have the process make this copy of itself, and look at it from outside.

        Raises:
            SubmissionError: no copy was made, or one that is not apart from all other processes.
        """
        with self._theirs:
            self._pid = self._made(limit)
        self._watch.copies.add(self._pid)

    def _made(self, limit: Limit) -> int:
        """Have a copy made that has the other end of the connection; its number."""
        theirs, doing = self._theirs, "copying the model's process"
        read, write = os.pipe()
        self._watch.follow(os.fdopen(read, "rb"))
        own = {_named("socket", theirs.fileno()), _named("pipe", write)}
        try:
            self._original.ask({"do": "copy"}, [theirs.fileno(), write])
        finally:
            os.close(write)
        self._original.answer(doing, limit)
        theirs.close()  # so that the end of the copy's is noticed
        pid = self.conversation.answer(doing, limit).get("pid")
        problem = self._problem(pid, own)
        if problem is not None:
            raise self.conversation.fault("the model's process", problem)
        assert isinstance(pid, int)  # noqa: S101 - it was looked at
        return pid

    def end(self) -> None:
        """Kill the copy, if it is there."""
        with self._ending:
            self._watch.note_memory()  # of a copy that lived for less than a period, too
            self._watch.copies.discard(self._pid)
            if self._code is None and self._pid:
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)
                _, status = os.waitpid(self._pid, 0)
                self._code = os.waitstatus_to_exitcode(status)
        self._connection.close()

    def _problem(self, pid: object, own: set[bytes]) -> str | None:
        """What keeps a copy from being apart from other processes, if anything does."""
        started = started_in(self._session) - self._watch.copies
        if not isinstance(pid, int) or started != {pid}:
            return f"started processes of its own ({len(started)} where one copy was asked for)"
        try:
            if set(descriptors(pid).values()) != own:
                return "kept files open that its copies would share"
            if not own.isdisjoint(descriptors(self._session).values()):
                return "kept the connection of a copy"
            if shared_memory(pid):
                return "keeps memory that its copies would share"
        except OSError as error:
            return f"cannot be looked at ({error.strerror})"
        return None

    def _how_it_ended(self) -> str:
        for _ in range(ENDING_SECONDS * 100):
            with self._ending:
                if self._code is None and self._pid:
                    pid, status = os.waitpid(self._pid, os.WNOHANG)
                    if pid:
                        self._code = os.waitstatus_to_exitcode(status)
            if self._code is not None:
                return how_it_ended(self._code, self._watch.reason)
            time.sleep(0.01)
        return "closed its connection"


def _named(kind: str, descriptor: int) -> bytes:
    """How the kernel names what a descriptor stands for."""
    return f"{kind}:[{os.fstat(descriptor).st_ino}]".encode()
