"""Memory of a whole run as the kernel counts it, where a control group holds nothing else.

A process can hold memory that no count of processes sees: shared memory of which hardly anything is
mapped any more, files in memory, full pipes and sockets. The kernel charges all of it to the
control group (version 2), and a container has one of its own. What the group takes beyond the
trusted process must stay below what the models may take together, files in memory included.
"""

import os
import re
import threading
from functools import cache
from pathlib import Path

__all__ = ["RunGroup", "run_group"]


class RunGroup:
    """The control group of a run.

    Args:
        folder: the group in the file system of control groups.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._limits: dict[object, int] = {}
        self._before = 0
        self._changing = threading.Lock()

    def join(self, process: object, limit: int) -> None:
        """Count a model's process, which may take so many bytes; call it before it takes any."""
        with self._changing:
            if not self._limits:
                self._before = self._taken()
            self._limits[process] = limit

    def leave(self, process: object) -> None:
        """Count a model's process no more."""
        with self._changing:
            self._limits.pop(process, None)

    def excess(self) -> str | None:
        """What the models take too much of, if anything; a group with others in it tells nothing.

        Raises:
            OSError: the group does not tell.
        """
        with self._changing:
            allowed = sum(self._limits.values())
            over = self._limits and self._taken() - self._before > allowed
            if over and _is_alone(self._folder):
                return f"all that the kernel keeps for it takes more than {allowed / 2**30:.3g} GiB"
        return None

    def _taken(self) -> int:
        """Bytes that cannot be given back at once, beyond those of the trusted process."""
        freed = (b"active_file", b"inactive_file", b"slab_reclaimable")  # caches of files
        stat = _numbers(self._folder / "memory.stat", rb"^(\w+) (\d+)$")
        own = _numbers(Path("/proc/self/status"), rb"^(RssAnon|RssShmem):\s+(\d+)")
        current = int((self._folder / "memory.current").read_bytes())
        return current - sum(stat[name] for name in freed) - 1024 * sum(own.values())


def _numbers(path: Path, pattern: bytes) -> dict[bytes, int]:
    found = re.findall(pattern, path.read_bytes(), re.MULTILINE)
    return {name: int(number) for name, number in found}


_asking = threading.Lock()


def run_group() -> RunGroup | None:
    """The one control group of this process, if it counts memory and holds nobody but its kin."""
    with _asking:
        return _found()


@cache
def _found() -> RunGroup | None:
    try:
        folder = _own_folder(
            Path("/proc/self/cgroup").read_text(), Path("/proc/self/mountinfo").read_text()
        )
        return RunGroup(folder) if folder is not None and _is_alone(folder) else None
    except (OSError, KeyError, ValueError):  # no /proc, no such group, or one that does not tell
        return None


def _own_folder(groups: str, mounts: str) -> Path | None:
    """Where the group of this process is mounted.

    Args:
        groups: content of `/proc/self/cgroup`: "0::/path" for version 2.
        mounts: content of `/proc/self/mountinfo`: the root of a mount and its place are the fields
            3 and 4, the type of the file system follows a dash.
    """
    own = re.search(r"^0::(.*)$", groups, re.MULTILINE)
    for line in mounts.splitlines():
        mount, _, kind = line.partition(" - ")
        if own is not None and kind.startswith("cgroup2 "):
            root, place = mount.split()[3:5]
            return Path(place) / os.path.relpath(own[1], root)
    return None


def _is_alone(folder: Path) -> bool:
    """Whether a group tells its memory, and holds our ancestors and descendants only."""
    RunGroup(folder)._taken()
    groups_below = any(path.is_dir() for path in folder.iterdir())
    own = _line_of(os.getpid())
    members = map(int, (folder / "cgroup.procs").read_bytes().split())
    return not groups_below and all(pid in own or own[0] in _line_of(pid) for pid in members)


def _line_of(pid: int) -> list[int]:
    """A process, its parent, and so on."""
    line = []
    while pid:
        line.append(pid)
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        pid = int(stat[stat.rindex(b")") + 1 :].split()[1])
    return line
