"""Watches a model's process: what it prints, how much memory, threads and disk it takes."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..isolation.policy import Policy
from .output import Output
from .run_group import run_group
from .usage import deleted_bytes, folder_bytes, memory, unmapped_bytes

__all__ = ["Watch"]

MAX_THREADS = 4096
PERIOD = 0.2
"""Seconds between two looks at memory, threads and disk."""


class Watch:
    """Logs the output of a process, and kills it when it takes more than its policy allows.

    The kernel's own limits come first (`isolation.confinement`); this catches what they do not
    count: shared memory, threads with small stacks, and the sum of many files. Where it cannot
    look any more, for whatever reason, the process is killed.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", policy: Policy) -> None:
        self.reason: str | None = None
        """Why the process was killed, if it was."""
        self.copies: set[int] = set()
        """Numbers of the copies of the process that are alive."""
        self.most_memory = 0
        """The largest resident memory that was seen, bytes."""
        self._process, self._policy, self._group = process, policy, run_group()
        if self._group is not None:  # files may be in memory
            self._group.join(self, policy.memory_bytes + policy.disk_bytes)
        self._stopped = threading.Event()
        self._output = Output()
        self._threads: list[threading.Thread] = []
        assert process.stdout is not None  # noqa: S101  it was opened with a pipe
        self.follow(process.stdout)
        self._start(self._watch)

    def follow(self, output: IO[bytes]) -> None:
        """Log what comes out of a stream, of the process or of a copy of it, until it is closed."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._start(lambda: self._output.follow(output))

    def look(self) -> str | None:
        """What the process takes too much of, if anything; it is killed then."""
        reason = self._excess()
        if reason is not None:
            self.reason = self.reason or reason
            self.kill()
        return reason

    def note_memory(self) -> None:
        """Note the largest memory of the process and its copies until now, for the results."""
        with suppress(OSError):  # `look` does not let it pass
            self.most_memory = max(self.most_memory, *(memory(pid).most for pid in self._pids()))

    def _pids(self) -> list[int]:
        return [self._process.pid, *self.copies.copy()]

    def kill(self) -> None:
        """Kill the process and its session."""
        # Its number is that of the session while one of them is there; later it may be another's.
        if self._process.poll() is None or self.copies:
            with suppress(ProcessLookupError, PermissionError):  # gone; macOS: a zombie
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the process, wait for its end, and stop watching."""
        self._stopped.set()
        self.note_memory()  # of a process that lived for less than a period, too
        self.kill()
        self._process.wait()
        for thread in self._threads:
            # Without seccomp a process that got away may hold the output open.
            thread.join(timeout=5.0)
        self._output.close()
        if self._group is not None:
            self._group.leave(self)

    def _start(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # nobody would watch it any more
                self.reason = self.reason or f"it cannot be watched: {error!r}"
                self.kill()

        thread = threading.Thread(target=guarded, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(PERIOD):
            if self.look() is not None:
                return

    def _excess(self) -> str | None:
        policy = self._policy
        self.note_memory()
        for pid in self._pids():
            found = memory(pid)
            if found.now + unmapped_bytes(pid) > policy.memory_bytes:
                return f"it took more than {policy.memory_bytes / 2**30:.3g} GiB of memory"
            if found.threads > MAX_THREADS:
                return f"it started more than {MAX_THREADS} threads"
        try:
            disk = sum(folder_bytes(Path(folder)) for folder in policy.writable)
            disk += deleted_bytes(self._process.pid, policy.writable)
        except OSError as error:
            return f"its files cannot be counted: {error.strerror}"
        if disk > policy.disk_bytes:
            return f"it wrote more than {policy.disk_bytes / 2**30:.3g} GiB of files"
        return None if self._group is None else self._group.excess()
