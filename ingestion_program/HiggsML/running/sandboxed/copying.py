"""How the model's process makes a copy of itself, which measures one experiment and is ended.

The copy is made by a bare system call: a child of the trusted process, not of this one, so that
this one learns nothing of it. Python's and the C library's handlers of a fork are not run; they
would draw new random seeds. The caller must be the only thread that works.
"""

import builtins
import ctypes
import io
import os
import signal
import socket
from typing import Any

from ..isolation.seccomp import SIBLING, clone_number

__all__ = ["become_copy", "clone"]

# Keeps Python's lock: no other thread may run between the call and the first line after it.
_SYSCALL = ctypes.PyDLL(None, use_errno=True).syscall


def clone() -> int:
    """Make a copy of this process; its number here, 0 in the copy.

    Raises:
        OSError: the kernel refused.
    """
    nothing = ctypes.c_long(0)
    number = _SYSCALL(
        ctypes.c_long(clone_number()), ctypes.c_long(SIBLING), nothing, nothing, nothing, nothing
    )
    if number < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(number)


def become_copy(connection: int, output: int) -> socket.socket:
    """Leave behind all that this process shares with the one it was copied from.

    Its descriptors are then its connection, and its output as 0, 1 and 2.

    Args:
        connection: descriptor of the copy's own connection to the trusted process.
        output: descriptor that its output goes to.

    Returns:
        The connection.
    """
    _see_own_process()
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    for standard in range(3):
        os.dup2(output, standard)
    os.closerange(3, connection)
    os.closerange(connection + 1, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=connection)


_ORIGINAL = f"/proc/{os.getpid()}/"


def _see_own_process() -> None:
    """Have Python read what `/proc` tells of the original where a copy asks for itself.

    Landlock knows the original's folder in `/proc`, by its inode, and no copy's. Libraries look up
    there what is loaded into their process, which is the same in a copy.
    """
    plain = io.open
    own = ("/proc/self/", f"/proc/{os.getpid()}/")

    def open_own(file: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(file, str | os.PathLike):
            path = os.fspath(file)
            for folder in own:
                if isinstance(path, str) and path.startswith(folder):
                    file = _ORIGINAL + path.removeprefix(folder)
        return plain(file, *arguments, **options)

    builtins.open = io.open = open_own
