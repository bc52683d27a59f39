"""The memory of a whole run, from the files that the kernel keeps for a control group."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from HiggsML.errors import SubmissionError
from HiggsML.running.trusted import run_group as module
from HiggsML.running.trusted import watch
from HiggsML.running.trusted.run_group import RunGroup
from small_run import SUBMISSIONS, limited, results, run, write_submission

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
GIB = 1 << 30
HONEST = SUBMISSIONS / "honest"


class FakeGroup:
    """A folder as the kernel shows one for a group."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "cgroup.procs").write_text(f"{os.getppid()}\n{os.getpid()}\n")
        self.tell()

    def tell(self, taken: int = 0, cached: int = 0) -> None:
        """Show so many bytes of memory and of cached files."""
        (self.folder / "memory.current").write_text(f"{10 * GIB + taken + cached}\n")
        stat = {"anon": GIB, "active_file": cached, "inactive_file": 0, "slab_reclaimable": 4096}
        lines = [f"{name} {number}" for name, number in stat.items()]
        (self.folder / "memory.stat").write_text("\n".join(lines) + "\n")


@pytest.fixture
def fake(tmp_path: Path) -> FakeGroup:
    return FakeGroup(tmp_path / "group")


def test_growth_beyond_the_limits_of_all_models(fake: FakeGroup) -> None:
    group = RunGroup(fake.folder)
    assert group.excess() is None
    for name, limit in (("one", 2 * GIB), ("other", GIB)):
        group.join(name, limit)
    fake.tell(taken=int(2.9 * GIB), cached=50 * GIB)
    assert group.excess() is None
    fake.tell(taken=int(3.1 * GIB))
    assert group.excess() == "all that the kernel keeps for it takes more than 3 GiB"
    (fake.folder / "cgroup.procs").write_text("0\n")
    assert group.excess() is None  # it may be the other's
    (fake.folder / "cgroup.procs").write_text(f"{os.getpid()}\n")
    group.leave("other")
    fake.tell(taken=int(2.1 * GIB))
    assert group.excess() is not None
    group.leave("one")
    group.join("next", GIB)  # what was there before is not the next one's
    assert group.excess() is None


def test_memory_of_the_trusted_process_is_its_own(fake: FakeGroup) -> None:
    group = RunGroup(fake.folder)
    group.join("one", GIB // 16)
    ours = bytearray(GIB // 8)
    fake.tell(taken=GIB // 8)
    assert group.excess() is None
    fake.tell(taken=GIB // 4)
    assert group.excess() is not None
    assert len(ours) == GIB // 8


@pytest.mark.parametrize(
    ("groups", "mount", "folder"),
    [
        ("0::/", "/ /sys/fs/cgroup ro - cgroup2 cgroup rw", "/sys/fs/cgroup"),
        ("0::/a/b", "/ /sys/fs/cgroup rw - cgroup2 none rw", "/sys/fs/cgroup/a/b"),
        ("0::/docker/1f", "/docker/1f /sys/fs/cgroup ro - cgroup2 cgroup rw", "/sys/fs/cgroup"),
        ("4:memory:/x\n0::/", "/ /cgroup/unified rw - cgroup2 cgroup rw", "/cgroup/unified"),
        ("4:memory:/x", "/ /sys/fs/cgroup ro - cgroup2 cgroup rw", None),
        ("0::/", "/ /sys/fs/cgroup ro - tmpfs cgroup rw", None),
    ],
)  # fmt: skip
def test_where_it_is(groups: str, mount: str, folder: str | None) -> None:
    mounts = f"22 1 0:20 / /proc rw - proc proc rw\n35 24 0:30 {mount}\n"
    found = module._own_folder(f"{groups}\n", mounts)
    assert found == (None if folder is None else Path(folder))


def test_who_else_is_in_it(fake: FakeGroup) -> None:
    assert module._is_alone(fake.folder)
    procs = fake.folder / "cgroup.procs"
    ours = procs.read_text()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        procs.write_text(f"{ours}{child.pid}\n")
        assert module._is_alone(fake.folder)
    stranger = next(
        pid
        for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
        if pid not in module._line_of(os.getpid()) and os.getpid() not in module._line_of(pid)
    )
    for other in (stranger, 0):  # 0: of another namespace
        procs.write_text(f"{ours}{other}\n")
        assert not module._is_alone(fake.folder)
    procs.write_text(ours)
    (fake.folder / "below").mkdir()
    assert not module._is_alone(fake.folder)


@pytest.mark.parametrize("missing", ["memory.current", "memory.stat", "cgroup.procs"])
def test_a_group_that_does_not_tell_is_none(
    fake: FakeGroup, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(module, "_own_folder", lambda *_: fake.folder)
    assert module._found.__wrapped__() is not None
    (fake.folder / missing).write_text("")
    if missing != "cgroup.procs":
        assert module._found.__wrapped__() is None
    (fake.folder / missing).unlink()
    assert module._found.__wrapped__() is None


# --- a run in a group ----------------------------------------------------------------------------

SLEEPS = """
import time
class Model:
    def __init__(self, get_train_set, systematics):
        pass
    def fit(self):
        print("fitting")
        time.sleep(30)
    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
"""


@contextmanager
def changed_in_fit(
    monkeypatch: pytest.MonkeyPatch, group: RunGroup | None, change: Callable[[], object]
) -> Iterator[None]:
    """A run in a group, in which something changes when the model's process says a word."""
    monkeypatch.setattr(watch, "run_group", lambda: group)
    take = watch.Output._take
    changed = threading.Event()

    def hearing(output: watch.Output, piece: bytes) -> None:
        if not changed.is_set():
            changed.set()
            change()
        take(output, piece)

    monkeypatch.setattr(watch.Output, "_take", hearing)
    yield
    assert changed.is_set()


def test_a_run_is_watched(tmp_path: Path, fake: FakeGroup, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = write_submission(tmp_path / "sub", SLEEPS)
    group = RunGroup(fake.folder)
    with (
        changed_in_fit(monkeypatch, group, lambda: fake.tell(taken=2 * GIB)),
        pytest.raises(SubmissionError, match="fit was ended: all that the kernel keeps for it"),
    ):
        run(tmp_path, submission, limited(memory_gib=1.0, disk_gib=0.25))
    monkeypatch.undo()
    monkeypatch.setattr(watch, "run_group", lambda: group)
    fake.tell()
    assert results(run(tmp_path, HONEST, workers=2))
    assert group.excess() is None
    assert group._limits == {}


def test_a_group_that_tells_no_more_ends_the_run(
    tmp_path: Path, fake: FakeGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = write_submission(tmp_path / "sub", SLEEPS)
    with (
        changed_in_fit(monkeypatch, RunGroup(fake.folder), (fake.folder / "memory.current").unlink),
        pytest.raises(SubmissionError, match="fit was ended: it cannot be watched: FileNotFound"),
    ):
        run(tmp_path, submission)


def test_output_that_cannot_be_read_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("no")

    submission = write_submission(tmp_path / "sub", SLEEPS)
    with (
        changed_in_fit(monkeypatch, None, fail),
        pytest.raises(SubmissionError, match=r"cannot be watched: ValueError\('no'\)"),
    ):
        run(tmp_path, submission)
