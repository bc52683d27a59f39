"""Memory that is handed over to a process of a submission: files without a name.

Nothing goes through `/dev/shm`, which is small in a container.
"""

import fcntl
import mmap
import os
import tempfile
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["Buffer", "nameless_file"]


class Buffer:
    """Memory of the trusted side that a model's process can look at, but not change.

    A model may keep on looking while a later experiment is written. It sees then what it is given a
    moment later: events are written in their final order, which tells nothing about their process.
    """

    def __init__(self) -> None:
        self._map: mmap.mmap | None = None
        self.file: int | None = None

    def floats(self, length: int) -> NDArray[np.float32]:
        """A flat float32 array in shared memory; what the buffer held before is gone."""
        if self._map is None or len(self._map) < 4 * length:
            self.close()
            # A little more than asked for: experiments differ in size by a per mille.
            n_bytes = max(mmap.PAGESIZE, 4 * length + length // 16)
            self.file = nameless_file()
            os.ftruncate(self.file, n_bytes)
            self._map = mmap.mmap(self.file, n_bytes)
            _seal(self.file)
        return np.frombuffer(self._map, np.float32, length)

    def fill(self, write: Callable[[BinaryIO], object]) -> int:
        """Have a function write the content; returns the descriptor of the file."""
        self.close()
        self.file = nameless_file()
        with open(self.file, "wb", closefd=False) as file:
            write(file)
        os.lseek(self.file, 0, os.SEEK_SET)  # the other side shares the position
        _seal(self.file)
        return self.file

    def close(self) -> None:
        """Give the memory back (an array that still looks at it keeps it alive)."""
        if self.file is not None:
            os.close(self.file)
        self._map, self.file = None, None


def nameless_file() -> int:
    """The descriptor of an empty file without a name: in memory on Linux, else on disk."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("higgsml", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _seal(file: int) -> None:
    """Let nobody write the file anew, shrink it (that would kill who has it mapped) or let it grow
    (nobody counts its memory).
    """
    if hasattr(fcntl, "F_ADD_SEALS") and hasattr(os, "memfd_create"):
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | _F_SEAL_FUTURE_WRITE
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)


_F_SEAL_FUTURE_WRITE = 0x10  # Linux 5.1; not in the fcntl module of every Python
