"""A filter of system calls: no new processes, no sockets, no reaching into others (Linux).

A classic BPF program (Linux `include/uapi/linux/{seccomp,filter}.h`) that answers a denied call
with an error, so that a library which can do without goes on. Threads may be started, processes
may not. It also closes what Landlock leaves open: limits, priorities and signals of other processes
of the same user, memory that outlives its process, modes and times of files.
"""

import ctypes
import errno
import os
import platform
import struct

__all__ = ["available", "restrict"]

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENTS = 0, 4, 16  # in struct seccomp_data
_CLONE_THREAD = 0x00010000
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
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
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
# Denied with this value of this argument: call, which argument, value.
_DENIED_WITH: list[tuple[_Numbers, int, int]] = [
    ((72, 25), 1, 8),  # fcntl F_SETOWN: a signal to whom it names
    ((72, 25), 1, 10),  # F_SETSIG
    ((72, 25), 1, 15),  # F_SETOWN_EX
    ((16, 29), 1, 0x8901),  # ioctl FIOSETOWN
    ((16, 29), 1, 0x8902),  # SIOCSPGRP
    ((16, 29), 1, 0x40086602),  # FS_IOC_SETFLAGS: files that cannot be removed
    ((157, 167), 0, 1),  # prctl PR_SET_PDEATHSIG: living on without the run
]
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)


def available() -> bool:
    """Whether this machine has an architecture and a kernel that the filter knows."""
    return platform.machine() in _ARCH and os.path.exists("/proc/sys/kernel/seccomp")  # noqa: PTH110  pathlib asks no less


def restrict() -> None:
    """Install the filter for this process, its threads and all that they start.

    Raises:
        OSError: the kernel refused.
    """
    instructions = _program()
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


def _program() -> list[bytes]:
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
    for table, action in ((_DENIED, _EPERM), (_PRETENDED, _PRETEND)):
        for numbers in table.values():
            program += _answer(numbers[column], action)
    # clone3 hides its flags from a filter; without it the C library takes clone.
    program += _answer(_CLONE3[column], _ENOSYS)
    for numbers, argument, value in _DENIED_WITH:
        program += _deny_if_argument(numbers[column], argument, _JUMP_EQUAL, value, denied_if=True)
    # a clone that is no thread, a signal to another process, limits of another process
    program += _deny_if_argument(_CLONE[column], 0, _JUMP_BITS, _CLONE_THREAD, denied_if=False)
    program += _deny_if_argument(_TGKILL[column], 0, _JUMP_EQUAL, os.getpid(), denied_if=False)
    program += _deny_if_argument(_PRLIMIT[column], 0, _JUMP_EQUAL, 0, denied_if=False)
    return [*program, _instruction(_RETURN, _ALLOW)]


def _answer(number: int | None, action: int) -> list[bytes]:
    """Answer this call."""
    if number is None:
        return []
    return [_instruction(_JUMP_EQUAL, number, skip_if_not=1), _instruction(_RETURN, action)]


def _deny_if_argument(
    number: int | None, argument: int, test: int, value: int, *, denied_if: bool
) -> list[bytes]:
    """Deny this call if the test of an argument (its lower half) comes out like that."""
    if number is None:
        return []
    return [
        _instruction(_JUMP_EQUAL, number, skip_if_not=4),
        _instruction(_LOAD, _OFFSET_ARGUMENTS + 8 * argument),
        _instruction(test, value, skip_if=0 if denied_if else 1, skip_if_not=1 if denied_if else 0),
        _instruction(_RETURN, _EPERM),
        _instruction(_LOAD, _OFFSET_NUMBER),
    ]


def _instruction(code: int, value: int, skip_if: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, skip_if, skip_if_not, value)
