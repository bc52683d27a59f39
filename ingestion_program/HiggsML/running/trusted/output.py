"""What a submission prints, on its way into the log of the run.

Every line of it is marked, so that none can pass for a line of ours, and cleared of control
characters, which could rewrite a terminal.
"""

import logging
import threading
from collections import deque
from typing import IO

__all__ = ["Output", "marked", "printable"]

log = logging.getLogger("submission")

MAX_OUTPUT = 200_000
"""Bytes of a process's output that are logged as they come ..."""
MAX_TAIL = 50_000
"""... and of its last lines, which are logged when it ends; what is between is left out."""
LINE = 8192
"""Bytes of a line at most; a longer one counts as several."""


def printable(text: object) -> str:
    """A text of the participant's without control characters, on one line."""
    return "".join(c if c.isprintable() else " " for c in str(text)[:20_000]).strip()


def marked(text: object) -> str:
    """A text of the participant's of several lines, each with a mark in front."""
    return "\n".join(f"| {printable(line)}" for line in str(text)[:20_000].splitlines())


class Output:
    """Logs what a process and its copies print: the beginning, and the last lines."""

    def __init__(self) -> None:
        self._left = MAX_OUTPUT
        self._tail: deque[bytes] = deque()
        self._tail_bytes, self._left_out = 0, 0
        self._lock = threading.Lock()

    def follow(self, stream: IO[bytes]) -> None:
        """Log a stream until its end."""
        with stream:
            while piece := stream.readline(LINE):
                with self._lock:
                    self._take(piece)

    def close(self) -> None:
        """Log the last lines."""
        with self._lock:
            if self._left_out:
                log.warning("| (%d lines are left out here)", self._left_out)
            for piece in self._tail:
                _show(piece)
            self._tail.clear()
            self._left_out = 0

    def _take(self, piece: bytes) -> None:
        if self._left > 0:
            _show(piece)
            self._left -= len(piece)
            if self._left <= 0:
                log.warning("| (of further output only the last lines will be shown)")
            return
        self._tail.append(piece)
        self._tail_bytes += len(piece)
        while self._tail_bytes > MAX_TAIL:
            self._tail_bytes -= len(self._tail.popleft())
            self._left_out += 1


def _show(piece: bytes) -> None:
    text = printable(piece.decode(errors="replace"))
    if text:  # an empty line would be a time stamp alone
        log.info("| %s", text)
