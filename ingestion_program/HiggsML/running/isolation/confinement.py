"""How a process locks itself up, before anything of a submission is imported.

It is a fresh interpreter with a clean environment, no inherited descriptors and a session of its
own (`running.trusted.launch`). It gives up its capabilities, limits its memory and files, and
closes itself in with Landlock and a filter of system calls, as far as the kernel offers them.
"""

import ctypes
import errno
import os
import resource
import signal
import sys
from pathlib import Path

from . import landlock, seccomp
from .policy import Policy

__all__ = ["confine"]

MOST_DESCRIPTORS = 1024
"""Each keeps a file alive that nobody else sees; libraries need a few dozen."""
_PACKAGE = Path(__file__).parents[2]
"""The folder of `HiggsML`."""

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
    "/dev/urandom",
)
_WRITABLE_DEVICES = ("/dev/null",)


def confine(policy: Policy) -> None:
    """Close this process in, for good. Called before any line of the submission runs.

    Raises:
        OSError: the kernel refused what it offers, or other threads run, which it would leave out.
    """
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, policy.disk_bytes)
    _limit(resource.RLIMIT_NOFILE, MOST_DESCRIPTORS)
    if sys.platform != "linux":
        return
    _be_alone()
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
        seccomp.restrict(copies=policy.copies)


def _import_folders() -> list[str]:
    """Where packages are imported from; of our own programs only the one that runs."""
    return [str(_PACKAGE), *(p for p in sys.path if p.endswith("-packages"))]


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (value, value))


def _be_alone() -> None:
    """Refuse to go on beside other threads: all below holds for the thread that asks for it alone.

    Libraries for linear algebra start theirs when they are imported.
    """
    n_threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208  as fast as it gets
    if n_threads > 1:
        raise OSError(errno.EBUSY, f"{n_threads - 1} other threads would not be closed in")


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
