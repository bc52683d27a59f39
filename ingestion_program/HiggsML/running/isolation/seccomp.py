"""A filter of system calls: no new processes, no sockets, no reaching into others (Linux).

A classic BPF program (Linux `include/uapi/linux/{seccomp,filter}.h`) that answers a denied call
with an error, so that a library which can do without goes on. Threads may be started, processes
may not, with one exception (`SIBLING`). It also closes what Landlock leaves open: limits,
priorities and signals of other processes of the same user, memory that outlives its process,
descriptors under way, locks, modes and times of files.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
from collections.abc import Sequence

__all__ = ["SIBLING", "available", "clone_number", "restrict"]

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENTS = 0, 4, 16  # in struct seccomp_data
_CLONE_THREAD, _CLONE_FILES, _CLONE_PARENT = 0x00010000, 0x00000400, 0x00008000

SIBLING = _CLONE_PARENT | signal.SIGCHLD
"""Flags of the one clone that may make a process: a copy of this one that is a child of its parent,
the trusted process, which so learns of it and of its end, and this one does not."""
_EPERM, _ENOSYS, _PRETEND = (_ERRNO | code for code in (errno.EPERM, errno.ENOSYS, 0))
_X32 = 0x40000000  # calls of the x32 ABI would pass a filter of 64-bit numbers

_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_Numbers = tuple[int | None, int | None]
"""Of a call on (x86_64, aarch64); None where an architecture has no such call."""

_DENIED: dict[str, _Numbers] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "sendmsg": (46, 211),  # could put descriptors under way, where nobody counts them
    "sendmmsg": (307, 269),
    "splice": (275, 76),  # pages in pipes are nobody's; a page can keep its neighbours
    "tee": (276, 77),
    "vmsplice": (278, 75),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),  # and what others have made can be used without asking for it
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
# What one copy of a model could tell another by: locks of files, watches of who opens
# them, what of them is in memory.
_DENIED_TO_COPIES: dict[str, _Numbers] = {
    "flock": (73, 32),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "mincore": (27, 232),
    "cachestat": (451, 451),
}
# Landlock lets these pass for any file that can be named. They do nothing here, but say that they
# did, because copying a file uses them.
_PRETENDED: dict[str, _Numbers] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
}
# fcntl F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE
_LOCKS: list[tuple[_Numbers, int, int]] = [((72, 25), 1, code) for code in (6, 7, 37, 38, 1024)]
# Denied with this value of this argument: call, which argument, value.
_DENIED_WITH: list[tuple[_Numbers, int, int]] = [
    ((72, 25), 1, 8),  # fcntl F_SETOWN: a signal to whom it names
    ((72, 25), 1, 10),  # F_SETSIG
    ((72, 25), 1, 15),  # F_SETOWN_EX
    ((72, 25), 1, 1026),  # F_NOTIFY
    ((16, 29), 1, 0x8901),  # ioctl FIOSETOWN
    ((16, 29), 1, 0x8902),  # SIOCSPGRP
    ((16, 29), 1, 0x40086602),  # FS_IOC_SETFLAGS: files that cannot be removed
    ((436, 436), 2, 2),  # close_range CLOSE_RANGE_UNSHARE: descriptors that nobody counts ...
    ((436, 436), 2, 6),  # ... with CLOSE_RANGE_CLOEXEC
    ((157, 167), 0, 4),  # prctl PR_SET_DUMPABLE: nobody could look into the process
]
_PRCTL, _PR_SET_PDEATHSIG = (157, 167), 1
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)


def available() -> bool:
    """Whether this machine has an architecture and a kernel that the filter knows."""
    return platform.machine() in _ARCH and os.path.exists("/proc/sys/kernel/seccomp")  # noqa: PTH110  pathlib asks no less


def clone_number() -> int:
    """The number of the system call `clone` on this machine."""
    number = _CLONE[list(_ARCH).index(platform.machine())]
    assert number is not None  # noqa: S101 - every architecture has it
    return number


def restrict(*, copies: bool) -> None:
    """Install the filter for this process, its threads and all that they start.

    Args:
        copies: whether the process may make copies of itself (`SIBLING`); these can then tell each
            other nothing through locks.

    Raises:
        OSError: the kernel refused.
    """
    instructions = _program(copies=copies)
    code = b"".join(instructions)
    program = ctypes.create_string_buffer(code)

    class Fprog(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    fprog = Fprog(len(instructions), ctypes.addressof(program))
    libc = ctypes.CDLL(None, use_errno=True)
    if (
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
        or libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(fprog), 0, 0) != 0
    ):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _program(*, copies: bool) -> list[bytes]:
    machine = platform.machine()
    column = list(_ARCH).index(machine)
    program = [
        _instruction(_LOAD, _OFFSET_ARCH),
        _instruction(_JUMP_EQUAL, _ARCH[machine], skip_if=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _OFFSET_NUMBER),
        _instruction(_JUMP_AT_LEAST, _X32, skip_if_not=1),
        _instruction(_RETURN, _EPERM),
    ]
    denied = _DENIED | _DENIED_TO_COPIES if copies else _DENIED
    for table, action in ((denied, _EPERM), (_PRETENDED, _PRETEND)):
        for numbers in table.values():
            program += _answer(numbers[column], action)
    # clone3 hides its flags from a filter; without it the C library takes clone.
    program += _answer(_CLONE3[column], _ENOSYS)
    if copies:
        program += _answer_if(_CLONE[column], [(0, SIBLING)], _ALLOW)
    # To be killed when the run is gone may be asked for, to live on without it may not.
    pdeathsig = (0, _PR_SET_PDEATHSIG)
    program += _answer_if(_PRCTL[column], [pdeathsig, (1, signal.SIGKILL)], _ALLOW)
    program += _answer_if(_PRCTL[column], [pdeathsig], _EPERM)
    for numbers, argument, value in _DENIED_WITH + (_LOCKS if copies else []):
        program += _answer_if(numbers[column], [(argument, value)], _EPERM)
    # a clone that is no thread or has descriptors of its own, which nobody counts; a signal to
    # another process, limits of another process
    program += _deny_unless(_CLONE[column], _JUMP_BITS, _CLONE_THREAD)
    program += _deny_unless(_CLONE[column], _JUMP_BITS, _CLONE_FILES)
    program += _deny_unless(_TGKILL[column], _JUMP_EQUAL, os.getpid())
    program += _deny_unless(_PRLIMIT[column], _JUMP_EQUAL, 0)
    return [*program, _instruction(_RETURN, _ALLOW)]


def _answer(number: int | None, action: int) -> list[bytes]:
    """Answer this call."""
    if number is None:
        return []
    return [_instruction(_JUMP_EQUAL, number, skip_if_not=1), _instruction(_RETURN, action)]


def _answer_if(
    number: int | None, arguments: Sequence[tuple[int, int]], action: int
) -> list[bytes]:
    """Answer this call if each of these arguments (its lower half) has its value."""
    if number is None:
        return []
    left = 2 * len(arguments)
    program = [_instruction(_JUMP_EQUAL, number, skip_if_not=left + 2)]
    for argument, value in arguments:
        left -= 2
        program += [
            _instruction(_LOAD, _OFFSET_ARGUMENTS + 8 * argument),
            _instruction(_JUMP_EQUAL, value, skip_if_not=left + 1),
        ]
    return [*program, _instruction(_RETURN, action), _instruction(_LOAD, _OFFSET_NUMBER)]


def _deny_unless(number: int | None, test: int, value: int) -> list[bytes]:
    """Deny this call unless its first argument (its lower half) passes the test."""
    if number is None:
        return []
    return [
        _instruction(_JUMP_EQUAL, number, skip_if_not=4),
        _instruction(_LOAD, _OFFSET_ARGUMENTS),
        _instruction(test, value, skip_if=1),
        _instruction(_RETURN, _EPERM),
        _instruction(_LOAD, _OFFSET_NUMBER),
    ]


def _instruction(code: int, value: int, skip_if: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, skip_if, skip_if_not, value)
