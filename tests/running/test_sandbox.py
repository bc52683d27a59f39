"""What the sandbox denies, and what a run says where the machine offers less."""

import logging
import os
import platform
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from HiggsML.errors import RunError, SubmissionError
from HiggsML.running.isolation import landlock, seccomp
from HiggsML.running.isolation.policy import Isolation, offered, weakest
from HiggsML.running.trusted import machine
from small_run import SETTINGS, SUBMISSIONS, read_json, results, run, write_submission

PROGRAM = Path(__file__).parents[2] / "ingestion_program"
HONEST = SUBMISSIONS / "honest"
linux = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")

EPERM, ENOSYS, ALLOWED, PRETENDED = 0x00050001, 0x00050026, 0x7FFF0000, 0x00050000


def decide(program: list[bytes], number: int, arguments: tuple[int, ...], arch: int) -> int:
    """What the kernel would do with a call: a machine for the instructions that we use."""
    call = struct.pack("=iIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    accumulator, place = 0, 0
    while True:
        code, if_true, if_false, value = struct.unpack("HBBI", program[place])
        place += 1
        if code == 0x06:
            return value
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", call, value)
            continue
        test = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}
        place += if_true if test[code] else if_false


@pytest.mark.parametrize(
    ("name", "numbers", "arguments", "answer"),
    [
        ("read", (0, 63), (), ALLOWED),
        ("openat", (257, 56), (), ALLOWED),
        ("mmap", (9, 222), (), ALLOWED),
        ("futex", (202, 98), (), ALLOWED),
        ("execve", (59, 221), (), EPERM),
        ("socket", (41, 198), (2, 1), EPERM),
        ("ptrace", (101, 117), (16, 1), EPERM),
        ("kill", (62, 129), (1, 9), EPERM),
        ("tgkill itself", (234, 131), (os.getpid(), 5, 6), ALLOWED),
        ("tgkill another", (234, 131), (1, 1, 9), EPERM),
        ("thread", (56, 220), (0x3D0F00,), ALLOWED),
        ("thread with descriptors of its own", (56, 220), (0x3D0B00,), EPERM),
        ("process", (56, 220), (0x1200011,), EPERM),
        ("clone3", (435, 435), (), ENOSYS),
        ("own limits", (302, 261), (0, 7), ALLOWED),
        ("another's limits", (302, 261), (1, 7), EPERM),
        ("fcntl F_GETFL", (72, 25), (3, 3), ALLOWED),
        ("fcntl F_SETOWN", (72, 25), (3, 8, 1), EPERM),
        ("prctl PR_SET_NAME", (157, 167), (15,), ALLOWED),
        ("prctl PR_SET_PDEATHSIG", (157, 167), (1, 0), EPERM),
        ("prctl PR_SET_DUMPABLE", (157, 167), (4, 0), EPERM),
        ("close_range", (436, 436), (3, 9, 4), ALLOWED),
        ("close_range CLOSE_RANGE_UNSHARE", (436, 436), (3, 9, 6), EPERM),
        ("shmget", (29, 194), (), EPERM),
        ("shmat", (30, 196), (), EPERM),
        ("vmsplice", (278, 75), (), EPERM),
        ("fchmodat", (268, 53), (), PRETENDED),
    ],
)
@pytest.mark.parametrize("column", [0, 1], ids=["x86_64", "aarch64"])
def test_filter(
    monkeypatch: pytest.MonkeyPatch,
    column: int,
    name: str,
    numbers: tuple[int, int],
    arguments: tuple[int, ...],
    answer: int,
) -> None:
    """Numbers of `arch/x86/entry/syscalls/syscall_64.tbl` and `asm-generic/unistd.h`."""
    machine, arch = [("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)][column]
    monkeypatch.setattr(platform, "machine", lambda: machine)
    program = seccomp._program(copies=False)
    assert decide(program, numbers[column], arguments, arch) == answer, name
    assert decide(program, numbers[column], arguments, 0x40000003) == 0x80000000  # 32 bits: killed


def closed_in(code: str, *arguments: object) -> str:
    """Run code in a fresh interpreter that may close itself in; what it prints."""
    start = f"import os, sys; sys.path.insert(0, {str(PROGRAM)!r})\n"
    return subprocess.run(
        [sys.executable, "-c", start + code, *map(str, arguments)],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip


@linux
@pytest.mark.skipif(not seccomp.available(), reason="no seccomp here")
def test_seccomp_alone() -> None:
    """On kernels whose Landlock does not know signals, the filter keeps them in."""
    code = """
import fcntl, resource, signal, socket, threading
from HiggsML.running.isolation import seccomp
seccomp.restrict(copies=False)
pipe, _ = os.pipe()
parent = os.getppid()
for attack in (
    os.fork,
    lambda: os.execv("/bin/true", ["true"]),
    lambda: os.kill(parent, 0),
    lambda: os.killpg(parent, 0),
    lambda: fcntl.fcntl(pipe, 8, parent),
    lambda: resource.prlimit(parent, resource.RLIMIT_CPU),
    socket.socket,
    lambda: os.memfd_create("x"),
):
    try:
        attack()
    except PermissionError:
        print("denied")
os.chmod("/", 0o700)
thread = threading.Thread(target=print, args=("thread",))
thread.start()
thread.join()
"""
    before = Path("/").stat().st_mode
    assert closed_in(code).split() == ["denied"] * 8 + ["thread"]
    assert Path("/").stat().st_mode == before


@linux
@pytest.mark.parametrize("abi", range(1, 8))
def test_landlock_of_every_age(tmp_path: Path, abi: int) -> None:
    if landlock.abi_version() < abi:
        pytest.skip(f"this kernel has Landlock ABI {landlock.abi_version()}")
    (tmp_path / "secret").write_text("x")
    (tmp_path / "mine").mkdir()
    code = """
from HiggsML.running.isolation import landlock
landlock.abi_version = lambda: int(sys.argv[2])
landlock.restrict(readable=["/usr"], writable=[sys.argv[1] + "/mine"])
open(sys.argv[1] + "/mine/file", "w").write("x")
for mode in "rw":
    try:
        open(sys.argv[1] + "/secret", mode)
    except PermissionError:
        print("denied")
"""
    assert closed_in(code, tmp_path, abi).split() == ["denied"] * 2


class TestLess:
    """What a run does where the machine offers less."""

    def test_weakest(self) -> None:
        full, none = Isolation("full", ()), Isolation("process", ("no Landlock", "no seccomp"))
        assert weakest([full, full]) == full
        assert weakest([none, full, Isolation("partial", ("no seccomp",))]) == none

    def test_offered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(landlock, "abi_version", lambda: 0)
        monkeypatch.setattr(seccomp, "available", lambda: False)
        assert offered().level == "process"
        assert "no Landlock" in offered().missing[0]
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(landlock, "abi_version", lambda: 2)
        assert offered().level == "partial"
        assert "truncated (Landlock ABI 2" in offered().missing[0]

    def test_required(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(machine, "offered", lambda: Isolation("process", ("no Landlock",)))
        with pytest.raises(RunError, match=r"--require-isolation.*no Landlock"):
            run(tmp_path, HONEST, require_isolation=True)
        assert not list(tmp_path.glob("output/*"))

    @linux
    @pytest.mark.skipif(not seccomp.available(), reason="Landlock is taken away by seccomp")
    def test_no_landlock(self, tmp_path: Path) -> None:
        """As in a container whose profile does not know Landlock."""
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_LANDLOCK, *small_command(tmp_path)],
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert "WARNING: the submission is not locked up: files outside" in done.stdout
        isolation = read_json(tmp_path / "output" / "run.json")["isolation"]
        assert isolation["level"] == "partial"
        assert "no Landlock" in isolation["missing"][0]

    def test_without_memory_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As on macOS: nameless files on disk carry the test sets."""
        first = results(run(tmp_path, HONEST))
        monkeypatch.delattr(os, "memfd_create", raising=False)
        assert first == results(run(tmp_path, HONEST))


WITHOUT_LANDLOCK = f"""
import ctypes, runpy, struct, sys
calls = [(0x20, 0, 0, 0)]
calls += [step for number in (444, 445, 446)
          for step in ((0x15, 0, 1, number), (0x06, 0, 0, 0x00050026))]
calls += [(0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *call) for call in calls))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
program = Program(len(calls), ctypes.addressof(code))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
sys.path.insert(0, {str(PROGRAM)!r})
from run_ingestion import main
sys.exit(main(sys.argv[1:]))
"""


def small_command(tmp_path: Path) -> list[str]:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "settings.yaml").write_text(
        "data:\n  source: generator\n  luminosity: 0.02\n"
        "  train_events: {htautau: 50, ztautau: 50, ttbar: 50, diboson: 50}\n"
        "  test_events: {htautau: 200, ztautau: 900, ttbar: 200, diboson: 100}\n"
        "protocol: {num_of_sets: 1, num_pseudo_experiments: 2, random_seed: 1}\n"
    )
    folders = {"input": tmp_path / "input", "output": tmp_path / "output", "submission": HONEST}
    return [f"--{name}={folder}" for name, folder in folders.items()] + ["--workers=2"]


def may_make_namespaces() -> bool:
    if not (shutil.which("unshare") and shutil.which("setpriv") and os.geteuid() == 0):
        return False
    tried = subprocess.run(
        ["unshare", "--mount", "--net", "true"], check=False, capture_output=True
    )
    return tried.returncode == 0


@linux
@pytest.mark.skipif(not may_make_namespaces(), reason="root that may make namespaces is needed")
def test_as_on_the_platform(tmp_path: Path) -> None:
    """Root without capabilities or new privileges, small /dev/shm, no network, read-only code."""
    arguments = small_command(tmp_path)
    (tmp_path / "cache").mkdir()
    script = (
        'set -e; mount -t tmpfs -o size=64m tmpfs /dev/shm; mount --bind "$0" "$0"; '
        'mount -o remount,bind,ro "$0"; '
        "exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all "
        '"$@"'
    )
    program = [sys.executable, str(PROGRAM / "run_ingestion.py"), *arguments]
    done = subprocess.run(
        ["unshare", "--mount", "--net", "sh", "-c", script, str(PROGRAM), *program],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert read_json(tmp_path / "output" / "run.json")["isolation"] == {
        "level": offered().level,
        "missing": list(offered().missing),
    }


@linux
@pytest.mark.skipif(bool(offered().missing), reason="nothing is denied here")
def test_devices(tmp_path: Path) -> None:
    """A device is out of reach unless it is allowed, as a GPU would be."""
    source = """
class Model:
    def __init__(self, get_train_set, systematics):
        pass
    def fit(self):
        assert open("/dev/zero", "rb").read(3) == bytes(3)
    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
"""
    submission = write_submission(tmp_path / "sub", source)
    with pytest.raises(SubmissionError, match="fit failed: PermissionError"):
        run(tmp_path, submission)
    run(tmp_path, submission, SETTINGS, devices=["/dev/zero"])


THREADS = """
from pathlib import Path

class Model:
    def __init__(self, get_train_set, systematics):
        import numpy, scipy.linalg, sklearn, xgboost

        for status in Path("/proc/self/task").glob("*/status"):
            found = dict(line.split(":", 1) for line in status.read_text().splitlines())
            print("thread", found["Seccomp"].strip(), found["CapEff"].strip(), flush=True)

    def fit(self):
        pass

    def predict(self, test_set):
        return {"mu_hat": 1.0, "delta_mu_hat": 1.0, "p16": 0.5, "p84": 1.5}
"""


@pytest.mark.skipif(bool(offered().missing), reason="this kernel offers no Landlock or no seccomp")
def test_every_thread_is_closed_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Those too that libraries start when they are imported."""
    with caplog.at_level(logging.INFO):
        run(tmp_path, write_submission(tmp_path / "sub", THREADS))
    found = [line.split("thread ")[1] for line in caplog.messages if "thread " in line]
    assert len(found) > 1
    assert set(found) == {"2 0000000000000000"}  # filtered, without capabilities


@linux
def test_nothing_is_closed_in_beside_other_threads() -> None:
    source = """
import threading
from HiggsML.running.isolation.confinement import confine
from HiggsML.running.isolation.policy import Policy
threading.Thread(target=threading.Event().wait, daemon=True).start()
confine(Policy(readable=(), writable=(), memory_bytes=2**32, disk_bytes=2**20))
"""
    environment = os.environ | {"PYTHONPATH": str(PROGRAM)}
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "1 other threads would not be closed in" in done.stderr
