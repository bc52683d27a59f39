"""Watches a model's process: what it prints, how much memory, threads and disk it takes."""

import errno
import os
import re
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..isolation.policy import Policy
from .output import Output

__all__ = ["Watch"]

MAX_THREADS = 4096
MAX_DEPTH = 100
"""Folders in one another; far deeper ones can be neither counted nor removed."""
PERIOD = 0.2
"""Seconds between two looks at memory, threads and disk."""
SMALLEST = 4096
"""Bytes that a file or folder counts for at least, so that empty ones count too."""


class Watch:
    """Logs the output of a process, and kills it when it takes more than its policy allows.

    The kernel's own limits come first (`isolation.confinement`); this catches what they do not
    count: shared memory, threads with small stacks, and the sum of many files.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", policy: Policy) -> None:
        self.reason: str | None = None
        """Why the process was killed, if it was."""
        self.copies: set[int] = set()
        """Numbers of the copies of the process that are alive."""
        self.most_memory = 0
        """The largest resident memory that was seen, bytes."""
        self._process, self._policy = process, policy
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

    def note_memory(self) -> tuple[int, int]:
        """Largest memory, bytes, and number of threads of the process and its copies just now."""
        processes = [self._process.pid, *self.copies.copy()]
        memory, peak, threads = map(max, zip(*map(_memory_and_threads, processes), strict=True))
        self.most_memory = max(self.most_memory, peak)
        return memory, threads

    def kill(self) -> None:
        """Kill the process and its session."""
        if self._process.poll() is None:  # else its number may be another's by now
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

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self) -> None:
        try:
            while not self._stopped.wait(PERIOD):
                if self.look() is not None:
                    return
        except BaseException as error:  # nobody would watch it any more
            self.reason = f"it cannot be watched: {error!r}"
            self.kill()

    def _excess(self) -> str | None:
        policy = self._policy
        memory, threads = self.note_memory()
        if memory > policy.memory_bytes:
            return f"it took more than {policy.memory_bytes / 2**30:.3g} GiB of memory"
        if threads > MAX_THREADS:
            return f"it started more than {MAX_THREADS} threads"
        try:
            disk = sum(folder_bytes(Path(folder)) for folder in policy.writable)
            disk += sum(_deleted_bytes(self._process.pid, policy.writable))
        except OSError as error:
            return f"its files cannot be counted: {error.strerror}"
        if disk > policy.disk_bytes:
            return f"it wrote more than {policy.disk_bytes / 2**30:.3g} GiB of files"
        return None


def _memory_and_threads(pid: int) -> tuple[int, int, int]:
    """Resident bytes, now and at most, and threads; zeros without /proc (macOS) or process."""
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return 0, 0, 0
    found = dict(re.findall(rb"^(VmRSS|VmHWM|Threads):\s+(\d+)", status, re.MULTILINE))
    memory, peak = (1024 * int(found.get(name, 0)) for name in (b"VmRSS", b"VmHWM"))
    return memory, peak, int(found.get(b"Threads", 0))


def folder_bytes(folder: Path) -> int:
    """What a folder takes on disk, or would take if its files had no holes.

    Raises:
        OSError: a folder in it cannot be listed, or is nested too deeply.
    """
    total = 0
    top = str(folder).count(os.sep)
    for path, folders, files in os.walk(folder, onerror=_unless_gone):
        if path.count(os.sep) - top > MAX_DEPTH:
            raise OSError(errno.ENAMETOOLONG, f"folders are nested more than {MAX_DEPTH} deep")
        for name in (*folders, *files):
            with suppress(FileNotFoundError, NotADirectoryError):
                total += _size(os.lstat(os.path.join(path, name)))  # noqa: PTH118  fast
    return total


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        raise error


def _size(found: os.stat_result) -> int:
    return max(found.st_size, 512 * found.st_blocks, SMALLEST)


def _deleted_bytes(pid: int, folders: Sequence[str]) -> Iterator[int]:
    """The sizes of files in the folders that have no name any more but are still open or mapped."""

    def deleted(target: str) -> bool:
        return target.endswith(" (deleted)") and target.startswith(tuple(folders))

    with suppress(FileNotFoundError, PermissionError, ProcessLookupError):  # it ended, or no /proc
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                found = entry.stat()
                if stat.S_ISREG(found.st_mode) and deleted(str(Path(entry.path).readlink())):
                    yield _size(found)
        for line in Path(f"/proc/{pid}/maps").read_text(errors="replace").splitlines():
            addresses, *_, target = line.split(maxsplit=5)
            if deleted(target):
                first, last = (int(address, 16) for address in addresses.split("-"))
                yield last - first
