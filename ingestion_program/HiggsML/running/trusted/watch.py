"""Watches a model's process: what it prints, how much memory, threads and disk it takes."""

import errno
import logging
import os
import re
import signal
import stat
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ..isolation.policy import Policy

__all__ = ["Watch", "printable"]

log = logging.getLogger("submission")

MAX_OUTPUT = 200_000
"""Bytes of a process's output that are logged as they come ..."""
MAX_TAIL = 50_000
"""... and of its last lines, which are logged when it ends; what is between is left out."""
MAX_THREADS = 4096
MAX_DEPTH = 100
"""Folders in one another; far deeper ones can be neither counted nor removed."""
PERIOD = 0.2
"""Seconds between two looks at memory, threads and disk."""
SMALLEST = 4096
"""Bytes that a file or folder counts for at least, so that empty ones count too."""


def printable(text: object) -> str:
    """A text of the participant's without control characters, which could rewrite a terminal."""
    return "".join(c for c in str(text)[:20_000] if c.isprintable() or c in "\n\t")


class Watch:
    """Logs the output of a process, and kills it when it takes more than its policy allows.

    The kernel's own limits come first (`isolation.confinement`); this catches what they do not
    count: shared memory, threads with small stacks, and the sum of many files.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", policy: Policy) -> None:
        self.reason: str | None = None
        """Why the process was killed, if it was."""
        self._process, self._policy = process, policy
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._forward, self._watch)
        ]
        for thread in self._threads:
            thread.start()

    def look(self) -> str | None:
        """What the process takes too much of, if anything; it is killed then."""
        reason = self._excess()
        if reason is not None:
            self.reason = self.reason or reason
            self.kill()
        return reason

    def kill(self) -> None:
        """Kill the process and its session."""
        if self._process.poll() is None:  # else its number may be another's by now
            with suppress(ProcessLookupError, PermissionError):  # gone; macOS: a zombie
                os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill the process, wait for its end, and stop watching."""
        self._stopped.set()
        self.kill()
        self._process.wait()
        for thread in self._threads:
            # Without seccomp a process that got away may hold the output open.
            thread.join(timeout=5.0)

    def _forward(self) -> None:
        left, tail = MAX_OUTPUT, _Tail()
        assert self._process.stdout is not None  # noqa: S101  it was opened with a pipe
        with self._process.stdout as output:
            while piece := output.readline(8192):
                if left > 0:
                    _show(piece)
                    left -= len(piece)
                    if left <= 0:
                        log.warning("| (of further output only the last lines will be shown)")
                else:
                    tail.add(piece)
        if tail.left_out:
            log.warning("| (%d lines are left out here)", tail.left_out)
        for piece in tail.pieces:
            _show(piece)

    def _watch(self) -> None:
        while not self._stopped.wait(PERIOD):
            if self.look() is not None:
                return

    def _excess(self) -> str | None:
        policy = self._policy
        memory, threads = _memory_and_threads(self._process.pid)
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


class _Tail:
    """The last lines of an output."""

    def __init__(self) -> None:
        self.pieces: deque[bytes] = deque()
        self.left_out = 0
        """How many lines came before them."""
        self._size = 0

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self._size += len(piece)
        while self._size > MAX_TAIL:
            self._size -= len(self.pieces.popleft())
            self.left_out += 1


def _show(piece: bytes) -> None:
    text = printable(piece.decode(errors="replace").rstrip("\n"))
    if text.strip():  # an empty line would be a time stamp alone
        log.info("| %s", text)


def _memory_and_threads(pid: int) -> tuple[int, int]:
    """Resident bytes and threads; zeros where there is no /proc (macOS), or no process any more."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0, 0
    found = dict(re.findall(r"^(VmRSS|Threads):\s+(\d+)", status, re.MULTILINE))
    return 1024 * int(found.get("VmRSS", 0)), int(found.get("Threads", 0))


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
