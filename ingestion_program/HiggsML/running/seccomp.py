"""A filter of system calls: no new processes, no sockets, no looking into others (Linux).

A classic BPF program (Linux `include/uapi/linux/{seccomp,filter}.h`) that answers a denied call
with an error, so that a library which can do without goes on. Threads may be started, processes
may not.
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
_OFFSET_NUMBER, _OFFSET_ARCH, _OFFSET_ARGUMENT = 0, 4, 16  # in struct seccomp_data
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000  # calls of the x32 ABI would pass a filter of 64-bit numbers

_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (x86_64, aarch64); None where an architecture has no such call.
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "memfd_create": (319, 279),
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
_CLONE, _CLONE3, _TGKILL = (56, 220), (435, 435), (234, 131)


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
    denied = [numbers[column] for numbers in _DENIED.values()]
    program = [
        _instruction(_LOAD, _OFFSET_ARCH),
        _instruction(_JUMP_EQUAL, _ARCH[machine], skip_if=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _OFFSET_NUMBER),
        _instruction(_JUMP_AT_LEAST, _X32, skip_if_not=1),
        _instruction(_RETURN, _ERRNO | errno.EPERM),
    ]
    for number in denied:
        if number is not None:
            program += _answer(number, _ERRNO | errno.EPERM)
    # clone3 hides its flags from a filter; without it the C library takes clone.
    program += _answer(_CLONE3[column], _ERRNO | errno.ENOSYS)
    program += [  # a clone that is no thread
        _instruction(_JUMP_EQUAL, _CLONE[column], skip_if_not=4),
        _instruction(_LOAD, _OFFSET_ARGUMENT),
        _instruction(_JUMP_BITS, _CLONE_THREAD, skip_if=1),
        _instruction(_RETURN, _ERRNO | errno.EPERM),
        _instruction(_RETURN, _ALLOW),
    ]
    program += [  # a signal to another process
        _instruction(_JUMP_EQUAL, _TGKILL[column], skip_if_not=3),
        _instruction(_LOAD, _OFFSET_ARGUMENT),
        _instruction(_JUMP_EQUAL, os.getpid(), skip_if=1),
        _instruction(_RETURN, _ERRNO | errno.EPERM),
    ]
    return [*program, _instruction(_RETURN, _ALLOW)]


def _answer(number: int, action: int) -> list[bytes]:
    return [
        _instruction(_JUMP_EQUAL, number, skip_if_not=1),
        _instruction(_RETURN, action),
    ]


def _instruction(code: int, value: int, skip_if: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("HBBI", code, skip_if, skip_if_not, value)
