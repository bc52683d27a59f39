"""One run in an output at a time; errors of the machine are told as such."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from HiggsML import run as whole_run
from HiggsML.errors import DataError, RunError
from HiggsML.running.trusted.machine import alone_in, machine_errors, temporary_folder
from small_run import SUBMISSIONS, run

HONEST = SUBMISSIONS / "honest"


def test_a_second_run_is_kept_out(tmp_path: Path) -> None:
    output = run(tmp_path, HONEST)
    before = {path: path.read_bytes() for path in output.iterdir()}
    with alone_in(output), pytest.raises(RunError, match="another run is at work"):
        run(tmp_path, HONEST)
    assert {path: path.read_bytes() for path in output.iterdir()} == before
    run(tmp_path, HONEST)  # and let in when the first has ended


def test_a_killed_run_keeps_nobody_out(tmp_path: Path) -> None:
    code = (
        "import os, pathlib\nfrom HiggsML.running.trusted.machine import alone_in\n"
        f"with alone_in(pathlib.Path({str(tmp_path)!r})): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with alone_in(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


def test_errors_of_the_machine_are_one_line() -> None:
    with pytest.raises(RunError, match="/some/file: this machine refused: No space left"):  # noqa: SIM117
        with machine_errors():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/some/file")
    with pytest.raises(DataError), machine_errors():  # ours are told as they are
        raise DataError("no")


@pytest.mark.parametrize("step", ["stage_submission", "clear_folder", "write_results"])
def test_a_full_disk_is_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_run, step, full)
    with pytest.raises(RunError, match="this machine refused: No space left on device"):
        run(tmp_path, HONEST)
    assert not any((tmp_path / "output").glob("completed.json"))


@pytest.mark.skipif(sys.platform != "linux", reason="reads limits of Linux")
def test_too_few_descriptors_are_the_machines_fault(tmp_path: Path) -> None:
    code = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from pathlib import Path
from HiggsML.errors import RunError
import HiggsML.run, HiggsML.datasets, pandas, numpy.random
from small_run import SUBMISSIONS, run
run(Path({str(tmp_path)!r}), SUBMISSIONS / "honest")  # everything is imported now
resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
try:
    run(Path({str(tmp_path)!r}), SUBMISSIONS / "honest")
except RunError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300
    )
    assert "this machine refused: Too many open files" in done.stdout


def test_what_a_killed_run_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = Path(tempfile.mkdtemp(prefix="higgsml-run-"))
    (left / "events.pool").write_bytes(b"gigabytes")
    (tmp_path / "higgsml-run-mine").write_text("a file of somebody else")
    with temporary_folder() as first:
        assert not left.exists()
        with temporary_folder() as second:
            assert first.exists()
            assert second != first
    assert [path.name for path in tmp_path.iterdir()] == ["higgsml-run-mine"]
