"""What a model's process may do, and how much of it this machine can enforce."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import landlock, seccomp

__all__ = ["Isolation", "Policy", "offered", "weakest"]


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What one model's process may use."""

    readable: Sequence[str]
    """Files and folders beyond Python and the system's libraries."""
    writable: Sequence[str]
    """Folders that it may write."""
    memory_bytes: int
    """Memory of its own."""
    disk_bytes: int
    """Files that it writes, each and in sum."""
    devices: Sequence[str] = ()
    """Device files that it may use, for instance of a GPU."""
    copies: bool = False
    """Whether it may make copies of itself, each of which measures one experiment."""


@dataclass(frozen=True)
class Isolation:
    """What stands between a submission and the run."""

    level: str
    """`full`, `partial` (the kernel offers a part) or `process` (a process of its own, no more)."""
    missing: tuple[str, ...]
    """What is not enforced here."""


def offered() -> Isolation:
    """What this machine can enforce."""
    abi = landlock.abi_version() if sys.platform == "linux" else 0
    filtered = sys.platform == "linux" and seccomp.available()
    missing = []
    if abi == 0:
        missing.append("files outside of the submission can be read (no Landlock)")
    elif abi < 3:
        missing.append(f"files can be truncated (Landlock ABI {abi}, 3 is needed)")
    if not filtered:
        missing.append("processes and sockets can be opened (no seccomp)")
    level = "full" if not missing else "partial" if abi or filtered else "process"
    return Isolation(level, tuple(missing))


def weakest(machines: Iterable[Isolation]) -> Isolation:
    """What all of these machines enforce."""
    machines = list(machines)
    levels = [machine.level for machine in machines]
    missing = {what: None for machine in machines for what in machine.missing}
    return Isolation(max(levels, key=("full", "partial", "process").index), tuple(missing))
