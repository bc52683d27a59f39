"""Watches a model's process: what it prints, how much memory and disk it takes."""

import logging
import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from .sandbox import Policy

__all__ = ["Watch"]

log = logging.getLogger("submission")

MAX_OUTPUT = 1_000_000
"""Bytes of a process's output that are logged; the rest is read and dropped."""
PERIOD = 0.2
"""Seconds between two looks at memory and disk."""
PAGE = os.sysconf("SC_PAGE_SIZE")


class Watch:
    """Logs the output of a process, and kills it when it takes more than its policy allows.

    The kernel's own limits come first (`sandbox.confine`); this catches what they do not count:
    shared memory, and the sum of many files.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", policy: Policy) -> None:
        self.reason: str | None = None
        """Why the process was killed, if it was."""
        self._process, self._policy = process, policy
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._forward, self._look)
        ]
        for thread in self._threads:
            thread.start()

    def kill(self, reason: str | None = None) -> None:
        """Kill the process and its session, and wait for its end."""
        self.reason = self.reason or reason
        self._stopped.set()
        with suppress(ProcessLookupError, PermissionError):  # it is gone; macOS: it is a zombie
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join()

    def _forward(self) -> None:
        left = MAX_OUTPUT
        assert self._process.stdout is not None  # noqa: S101  it was opened with a pipe
        with self._process.stdout as output:
            while piece := output.readline(8192):
                if left > 0:
                    line = piece.decode(errors="replace").rstrip("\n")
                    log.info("| %s", "".join(c for c in line if c.isprintable() or c == "\t"))
                    left -= len(piece)
                    if left <= 0:
                        log.warning("| (more output is not shown)")

    def _look(self) -> None:
        while not self._stopped.wait(PERIOD):
            reason = self._excess()
            if reason is not None:
                self.reason = reason
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                return

    def _excess(self) -> str | None:
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):  # macOS, or the process is gone
            pages = 0
        if pages * PAGE > self._policy.memory_bytes:
            return f"it took more than {self._policy.memory_bytes / 2**30:.3g} GiB of memory"
        if sum(map(folder_bytes, map(Path, self._policy.writable))) > self._policy.disk_bytes:
            return f"it wrote more than {self._policy.disk_bytes / 2**30:.3g} GiB of files"
        return None


def folder_bytes(folder: Path) -> int:
    """What the files in a folder take on disk, those that vanish meanwhile aside."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512  # noqa: PTH118  fast
            except OSError:
                continue
    return total
