"""What a model's process may do: a policy, how it is applied, and what this machine can enforce.

The process is a fresh interpreter with a clean environment, no inherited descriptors and a session
of its own. Before anything of the submission is imported it gives up its capabilities, limits its
memory and files, and closes itself in with Landlock and a filter of system calls, as far as the
kernel offers them.
"""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import landlock, seccomp

__all__ = ["Isolation", "Policy", "confine", "environment", "interpreter", "offered", "weakest"]

PROGRAM = Path(__file__).parents[2]
"""The folder that `HiggsML` is imported from."""

_SYSTEM = (  # what numpy, pandas, scikit-learn, XGBoost, numba and PyTorch read
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
    "/sys/fs/cgroup",
    "/dev/urandom",
)
_WRITABLE_DEVICES = ("/dev/null",)
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


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


def confine(policy: Policy) -> None:
    """Close this process in, for good. Called before any line of the submission runs.

    Raises:
        OSError: the kernel refused what it offers.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, policy.disk_bytes)
    if sys.platform != "linux":
        return
    _die_with_parent()
    _limit(resource.RLIMIT_DATA, policy.memory_bytes)
    _drop_capabilities()
    if landlock.abi_version():
        python = {sys.prefix, sys.base_prefix, sys.exec_prefix, *_import_folders()}
        landlock.restrict(
            readable=(*_SYSTEM, *sorted(python), *policy.readable),
            writable=(*_WRITABLE_DEVICES, *policy.devices, *policy.writable),
        )
    if seccomp.available():
        seccomp.restrict()


def _import_folders() -> list[str]:
    """Where packages are imported from; of our own programs only the one that runs."""
    return [str(PROGRAM / "HiggsML"), *(p for p in sys.path if p.endswith("-packages"))]


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _die_with_parent() -> None:
    """Have the kernel kill this process when the one that started it is gone, however it went."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


def _drop_capabilities() -> None:
    """Give up what root can do beyond owning files (Linux `include/uapi/linux/capability.h`)."""
    version_3 = (ctypes.c_uint32 * 2)(0x20080522, 0)
    none = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(version_3, none) != 0:
        raise OSError(ctypes.get_errno(), "capabilities could not be dropped")


def environment(scratch: Path, threads: int) -> dict[str, str]:
    """The environment of a model's process: nothing of ours but what it needs to find libraries."""
    folders = dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR"), str(scratch))
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        **folders,
        **dict.fromkeys(_THREADS, str(threads)),
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "PYTHONHASHSEED": "0",  # so that a model which walks over sets repeats itself
        "PYTHONDONTWRITEBYTECODE": "1",
        # Without semaphores in /dev/shm joblib works with threads; this keeps it from warning.
        "JOBLIB_MULTIPROCESSING": "0",
    }


def interpreter(module: str, arguments: Sequence[str]) -> list[str]:
    """The command for a fresh interpreter that runs `module.main(arguments)` of this package.

    Neither the working folder nor the user's site-packages are on its path, so that a submission
    cannot stand in for a module before the process has closed itself in.
    """
    code = (
        f"import sys; sys.path.insert(0, {str(PROGRAM)!r}); "
        f"from {module} import main; main({list(arguments)!r})"
    )
    return [sys.executable, "-P", "-s", "-u", "-c", code]
