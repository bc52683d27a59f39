"""What the kernel tells of the processes of a submission, read from outside.

All of it is bytes that a participant may have chosen: a process names itself and its files.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

__all__ = [
    "Mapping",
    "descriptors",
    "end_session",
    "how_it_ended",
    "mappings",
    "shared_memory",
    "started_in",
]


def _children() -> set[int]:
    """The children of this process, whichever thread started them.

    Raises:
        OSError: this kernel does not tell (or no process's children can be listed here).
    """
    found: set[int] = set()
    for thread in Path("/proc/self/task").iterdir():
        try:
            found |= set(map(int, (thread / "children").read_bytes().split()))
        except FileNotFoundError:  # it ended just now
            if thread.name == str(os.getpid()):
                raise
    return found


def _in_session(pid: int, session: int) -> bool:
    """Whether a process, which may be gone by now, belongs to a session."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    after_name = stat[stat.rindex(b")") + 1 :].split()  # state, parent, group, session, ...
    return int(after_name[3]) == session


def started_in(session: int) -> set[int]:
    """The processes of a session beside its leader, as far as they are our children.

    What the filter of system calls lets a submission start is a child of this process.

    Raises:
        OSError: this kernel does not tell.
    """
    return {pid for pid in _children() if pid != session and _in_session(pid, session)}


def end_session(session: int) -> None:
    """Kill what the leader of a session started, until nothing is left."""
    while found := started_in(session):
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


def descriptors(pid: int) -> dict[int, bytes]:
    """What each descriptor of a process names, as `socket:[123]`.

    Raises:
        OSError: they cannot be read: the process is gone, or hides.
    """
    found = {}
    with os.scandir(f"/proc/{pid}/fd") as entries:
        for entry in entries:
            found[int(entry.name)] = os.readlink(os.fsencode(entry.path))  # noqa: PTH115  bytes
    return found


class Mapping(NamedTuple):
    """A stretch of a process's memory (a line of `/proc/<pid>/maps`)."""

    addresses: str
    rights: bytes
    """As `rw-p`; the last one is `s` where others may see it change."""
    inode: int
    name: bytes
    """Of the file; empty for memory of its own."""


def mappings(pid: int) -> Iterator[Mapping]:
    """The memory of a process, stretch by stretch.

    Raises:
        OSError: it cannot be read.
    """
    for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
        addresses, rights, _, _, inode, *name = line.split(maxsplit=5)
        yield Mapping(addresses.decode(), rights, int(inode), b"".join(name))


def shared_memory(pid: int) -> list[Mapping]:
    """The mappings of a process that others may see change: shared, and no file to be read only.

    Raises:
        OSError: they cannot be read.
    """
    found = []
    for mapping in mappings(pid):
        kept_file = mapping.inode and mapping.name and not mapping.name.endswith(b" (deleted)")
        if mapping.rights.endswith(b"s") and (b"w" in mapping.rights or not kept_file):
            found.append(mapping)
    return found


def how_it_ended(code: int, reason: str | None = None) -> str:
    """How a process ended, in words.

    Args:
        code: its exit code; minus the signal that ended it.
        reason: why it was killed, where we did.
    """
    if reason is not None:
        return f"was ended: {reason}"
    if code >= 0:
        return f"ended its process with exit code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:  # a real-time signal
        return f"was killed by signal {-code}"
