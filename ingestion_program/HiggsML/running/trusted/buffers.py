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

__all__ = ["Buffer", "nameless_file", "take_back"]


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
            _seal(self.file, _F_SEAL_SHRINK | _F_SEAL_GROW | _F_SEAL_FUTURE_WRITE)
        return np.frombuffer(self._map, np.float32, length)

    def fill(self, write: Callable[[BinaryIO], object]) -> int:
        """Have a function write the content; returns the descriptor of the file."""
        self.close()
        self.file = nameless_file()
        with open(self.file, "wb", closefd=False) as file:
            write(file)
        os.lseek(self.file, 0, os.SEEK_SET)  # the other side shares the position
        _seal(self.file, _F_SEAL_GROW | _F_SEAL_FUTURE_WRITE)
        return self.file

    def take_back(self) -> None:
        """Free what `fill` had written, whoever keeps it open or mapped."""
        if self.file is not None:
            take_back(self.file)
        self.close()

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


def take_back(file: int) -> None:
    """Free what a file without a name holds, for good, whoever keeps it open or mapped.

    Raises:
        OSError: whoever had it sealed it against this.
    """
    _seal(file, _F_SEAL_GROW)
    os.ftruncate(file, 0)


# Linux `include/uapi/linux/fcntl.h`; not all are in the fcntl module of every Python.
_F_SEAL_SEAL, _F_SEAL_SHRINK, _F_SEAL_GROW, _F_SEAL_FUTURE_WRITE = 0x01, 0x02, 0x04, 0x10


def _seal(file: int, seals: int) -> None:
    """Let nobody write the file anew, shrink it (that would kill who has it mapped) or let it grow
    (nobody counts its memory), and nobody add to these seals.
    """
    if hasattr(fcntl, "F_ADD_SEALS") and hasattr(os, "memfd_create"):
        missing = (seals | _F_SEAL_SEAL) & ~fcntl.fcntl(file, fcntl.F_GET_SEALS)
        if missing:
            fcntl.fcntl(file, fcntl.F_ADD_SEALS, missing)
