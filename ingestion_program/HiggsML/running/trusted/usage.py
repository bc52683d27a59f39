"""What a process takes of memory, disk and processors, read from outside.

Nothing is told without `/proc`.

Counted is what the kernel keeps for the process, not only what it maps just now: a part of shared
memory or of a deleted file that is mapped keeps all of it alive.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from .processes import Mapping, mappings

__all__ = [
    "Memory",
    "deleted_bytes",
    "folder_bytes",
    "memory",
    "processor_seconds",
    "unmapped_bytes",
]

MAX_DEPTH = 100
"""Folders in one another; far deeper ones can be neither counted nor removed."""
SMALLEST = 4096
"""Bytes that a file or folder counts for at least, so that empty ones count too."""
_GONE = (FileNotFoundError, ProcessLookupError)
"""The process, its file or its mapping is gone; or there is no /proc (macOS)."""
_WITHOUT_FILE = (b"/dev/zero", b"/memfd:", b"/SYSV")
"""How the names begin of what is shared memory and no file on a disk."""


class Memory(NamedTuple):
    """What a process takes of the machine's memory."""

    now: int
    """Resident, swapped out and in tables of pages, bytes."""
    shared: int
    """What of it is shared memory."""
    most: int
    """The largest resident memory so far, bytes."""
    threads: int


def memory(pid: int) -> Memory:
    """Memory and threads of a process; zeros where it is gone.

    Raises:
        OSError: the kernel does not tell.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_bytes()
    except _GONE:
        return Memory(0, 0, 0, 0)
    names = rb"^(VmRSS|VmHWM|VmSwap|VmPTE|RssShmem|Threads):\s+(\d+)"
    found = {name: int(number) for name, number in re.findall(names, status, re.MULTILINE)}
    now = sum(found.get(name, 0) for name in (b"VmRSS", b"VmSwap", b"VmPTE"))
    shared, most = found.get(b"RssShmem", 0), found.get(b"VmHWM", 0)
    return Memory(1024 * now, 1024 * shared, 1024 * most, found.get(b"Threads", 0))


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of its children that have ended, s; 0 where it is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_bytes()
    except _GONE:
        return 0.0
    # In the second place stands a name, which may hold anything; utime is the 14th.
    ticks = told.rpartition(b")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def unmapped_bytes(pid: int) -> int:
    """What a process keeps in shared memory beyond its resident part.

    The kernel tells it to processes with a capability (CAP_SYS_ADMIN, or CAP_CHECKPOINT_RESTORE
    since Linux 5.9); to others 0 is told, and `run_group` has to count it.
    """
    sizes: dict[int, int] = {}
    try:
        for mapping in mappings(pid):
            if mapping.rights.endswith(b"s") and mapping.name.startswith(_WITHOUT_FILE):
                with suppress(PermissionError, *_GONE):
                    sizes[mapping.inode] = 512 * _mapped(pid, mapping).st_blocks
    except _GONE:
        return 0
    return max(sum(sizes.values()) - memory(pid).shared, 0)


def _mapped(pid: int, mapping: Mapping) -> os.stat_result:
    """The file behind a mapping.

    Raises:
        PermissionError: the kernel tells this to processes with a capability only.
        FileNotFoundError: it is mapped no more.
    """
    return os.stat(f"/proc/{pid}/map_files/{mapping.addresses}")  # noqa: PTH116  fast


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


def deleted_bytes(pid: int, folders: Sequence[str]) -> int:
    """The size of all files in the folders that have no name any more but are open or mapped.

    Raises:
        OSError: the kernel does not tell, or a file is mapped that is not open, and how large it
            is can only be told by a process with a capability.
    """
    within = tuple(os.fsencode(os.path.realpath(folder)) for folder in folders)
    sizes: dict[int, int] = {}
    try:
        for inode, size in _deleted_open(pid, within):
            sizes[inode] = size
        for mapping in mappings(pid):
            if mapping.inode not in sizes and _deleted(mapping.name, within):
                with suppress(*_GONE):
                    sizes[mapping.inode] = _size(_mapped(pid, mapping))
    except _GONE:
        return 0
    return sum(sizes.values())


def _deleted_open(pid: int, within: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    """Inode and size of deleted files that are open."""
    with os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            with suppress(*_GONE):
                found = entry.stat()
                target = os.readlink(os.fsencode(entry.path))  # noqa: PTH115  bytes
                if stat.S_ISREG(found.st_mode) and _deleted(target, within):
                    yield found.st_ino, _size(found)


def _deleted(target: bytes, within: tuple[bytes, ...]) -> bool:
    return target.endswith(b" (deleted)") and target.startswith(within)
