"""What a process takes is counted, whichever way it holds it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from HiggsML.errors import SubmissionError
from HiggsML.running.isolation.policy import offered
from HiggsML.running.trusted import usage
from HiggsML.running.trusted.processes import mappings
from small_run import SETTINGS, limited, run, write_submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MB = 1_000_000
START = """
import ctypes, mmap, os, sys
def unmap(memory, size):
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    libc = ctypes.CDLL(None)
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    assert libc.munmap(address, size) == 0
"""


@contextmanager
def process(code: str) -> Iterator[int]:
    """A process that has run the code and waits."""
    code = START + code + "\nprint(flush=True); sys.stdin.read(1)"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"\n"
        try:
            yield started.pid
        finally:
            started.kill()


def tells_what_is_mapped() -> bool:
    addresses = next(mappings(os.getpid())).addresses
    return os.access(f"/proc/self/map_files/{addresses}", os.F_OK)


capable = pytest.mark.skipif(
    sys.platform != "linux" or not tells_what_is_mapped(), reason="needs a capability"
)
SHARED = "memory = mmap.mmap(-1, 50_000_000); memory[:] = bytes(50_000_000)"


def test_processor_time() -> None:
    """Of a process and of its children that have ended; a name tells nothing wrong."""
    spin = "import time\nwhile time.process_time() < 0.3: pass"
    code = f"""
import subprocess
open('/proc/self/comm', 'w').write('a ) 1 2')
subprocess.run([sys.executable, '-c', {spin!r}])
"""
    with process(code) as pid:
        assert 0.3 <= usage.processor_seconds(pid) < 3.0
    assert usage.processor_seconds(pid) == 0.0


def test_memory_in_tables_of_pages() -> None:
    """Pages that are only read are one and the same page; the tables of them are not."""
    code = """
memory = mmap.mmap(-1, 1 << 36, mmap.MAP_PRIVATE | 0x4000, mmap.PROT_READ)
memory.madvise(15)  # 0x4000 is MAP_NORESERVE, 15 MADV_NOHUGEPAGE
for place in range(0, 1 << 36, 1 << 21):
    memory[place]
"""
    with process(code) as pid, process("") as other:
        grown = usage.memory(pid).now - usage.memory(other).now
    assert 100 * MB < grown < 200 * MB


@pytest.mark.parametrize(
    "hide",
    ["pass", "memory.madvise(mmap.MADV_DONTNEED)", "unmap(memory, 49_999_872)"],
    ids=["mapped", "dropped", "unmapped"],
)
@capable
def test_shared_memory(hide: str) -> None:
    with process(f"{SHARED}\n{hide}") as pid, process("") as other:
        taken = usage.memory(pid).now + usage.unmapped_bytes(pid) - usage.memory(other).now
        assert usage.unmapped_bytes(other) == 0
    assert 45 * MB < taken < 60 * MB


FILE = """
file = open(FOLDER + "/file", "w+b")
file.write(bytes(50_000_000)); file.flush(); os.unlink(file.name)
memory = mmap.mmap(file.fileno(), 0)
"""


@pytest.mark.parametrize("hide", ["pass", "unmap(memory, 49_999_872)"], ids=["mapped", "unmapped"])
def test_an_open_file_without_a_name_counts_once(tmp_path: Path, hide: str) -> None:
    with process(f"FOLDER = {str(tmp_path)!r}{FILE}{hide}") as pid:
        assert usage.folder_bytes(tmp_path) == 0
        assert 50 * MB <= usage.deleted_bytes(pid, [str(tmp_path)]) < 51 * MB
        assert usage.deleted_bytes(pid, ["/nowhere"]) == 0
        (tmp_path / "link").symlink_to(tmp_path)
        assert 50 * MB <= usage.deleted_bytes(pid, [str(tmp_path / "link")]) < 51 * MB


CLOSED = """
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
file = os.open(FOLDER + "/file", os.O_CREAT | os.O_RDWR)
os.write(file, bytes(50_000_000))
os.unlink(FOLDER + "/file")
assert libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file, ctypes.c_long(0)) > 0
os.close(file)
"""


@capable
def test_a_mapped_file_counts_whole(tmp_path: Path) -> None:
    with process(f"FOLDER = {str(tmp_path)!r}{CLOSED}") as pid:
        assert 50 * MB <= usage.deleted_bytes(pid, [str(tmp_path)]) < 51 * MB


def test_what_cannot_be_counted_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container without capabilities."""

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(usage, "_mapped", refused)
    with process(f"FOLDER = {str(tmp_path)!r}{CLOSED}") as pid:
        with pytest.raises(PermissionError):
            usage.deleted_bytes(pid, [str(tmp_path)])
        assert usage.deleted_bytes(pid, ["/nowhere"]) == 0
        assert usage.unmapped_bytes(pid) == 0


def test_a_process_that_is_gone_takes_nothing(tmp_path: Path) -> None:
    with process("") as pid:
        pass
    assert usage.memory(pid) == (0, 0, 0, 0)
    assert usage.unmapped_bytes(pid) == usage.deleted_bytes(pid, [str(tmp_path)]) == 0


# --- the same in a run ---------------------------------------------------------------------------

MODEL = (
    START
    + """
import threading, time
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
HOME = os.environ["HOME"]

class Model:
    def __init__(self, get_train_set, systematics):
        pass
    def fit(self):
        {fit}
    def predict(self, test_set):
        return {{"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}}
"""
)
DENIED = "ctypes.get_errno() == 1, 'allowed'; raise ValueError('denied')"
LIMITS = {"memory_gib": 0.5, "disk_gib": 0.1}
EVADES = {
    "shared memory that is hardly mapped": (
        """
        size = ctypes.c_size_t(1 << 26)
        for _ in range(12):
            memory = ctypes.c_void_p(libc.mmap(None, size, 3, 0x21, -1, ctypes.c_long(0)))
            ctypes.memset(memory, 1, size.value)
            assert libc.munmap(memory, ctypes.c_size_t(size.value - 4096)) == 0
        time.sleep(2)
""",
        "more than 0.5 GiB of memory",
    ),
    "tables of pages": (
        """
        memory = mmap.mmap(-1, 1 << 39, mmap.MAP_PRIVATE | 0x4000, mmap.PROT_READ)
        memory.madvise(15)
        for place in range(0, 1 << 39, 1 << 21):
            memory[place]
        time.sleep(2)
""",
        "more than 0.5 GiB of memory",
    ),
    "deleted files that are hardly mapped": (
        """
        for _ in range(5):
            path = HOME + "/file"
            file = os.open(path, os.O_CREAT | os.O_RDWR)
            os.write(file, bytes(50_000_000))
            os.unlink(path)
            assert libc.mmap(None, ctypes.c_size_t(4096), 1, 1, file, ctypes.c_long(0)) > 0
            os.close(file)
        time.sleep(2)
""",
        "more than 0.1 GiB of files",
    ),
    "descriptors of one thread": (
        f"""
        assert libc.close_range(1000, 1001, 2) == -1 and {DENIED}
""",
        "fit failed: ValueError: denied",
    ),
    "a thread with descriptors of its own": (
        f"""
        flags = 0x10000 | 0x100 | 0x800  # CLONE_THREAD, CLONE_VM, CLONE_SIGHAND
        assert libc.syscall(56 if os.uname().machine == "x86_64" else 220, flags, 0) == -1
        assert {DENIED}
""",
        "fit failed: ValueError: denied",
    ),
    "a process that nobody can look into": (
        f"""
        assert libc.prctl(4, 0, 0, 0, 0) == -1 and {DENIED}
""",
        "fit failed: ValueError: denied",
    ),
    "memory of pipes": (
        f"""
        assert libc.vmsplice(1, None, 0, 0) == -1 and {DENIED}
""",
        "fit failed: ValueError: denied",
    ),
}


@pytest.mark.skipif(bool(offered().missing), reason="no Landlock or no seccomp here")
@capable
@pytest.mark.parametrize("how", EVADES)
def test_no_way_around_the_limits(tmp_path: Path, how: str) -> None:
    fit, message = EVADES[how]
    submission = write_submission(tmp_path / "sub", MODEL.format(fit=fit))
    with pytest.raises(SubmissionError, match=message):
        run(tmp_path, submission, limited(**LIMITS))


@pytest.mark.skipif(bool(offered().missing), reason="no Landlock or no seccomp here")
def test_a_copy_whose_original_is_gone_is_watched(tmp_path: Path) -> None:
    source = """
import mmap, os, threading, time

class Model:
    def __init__(self, get_train_set, systematics):
        pass
    def fit(self):
        pass
    def __getstate__(self):
        return {"original": True}
    def __setstate__(self, state):
        def leave():
            time.sleep(2)
            os._exit(0)
        threading.Thread(target=leave, daemon=True).start()
    def predict(self, test_set):
        time.sleep(3)
        memory = mmap.mmap(-1, 600_000_000)
        for place in range(0, len(memory), 4096):
            memory[place] = 1
        time.sleep(2)
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
"""
    one = replace(SETTINGS.protocol, num_of_sets=1, num_pseudo_experiments=1)
    settings = replace(limited(memory_gib=0.5), protocol=one)
    with pytest.raises(SubmissionError, match=r"more than 0\.5 GiB of memory"):
        run(tmp_path, write_submission(tmp_path / "sub", source), settings)
