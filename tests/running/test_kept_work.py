"""What is kept between runs: found whole or made again, shared, bounded, and nobody else's."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from HiggsML.cache_folder import cache_folder
from HiggsML.running.trusted.kept_work import KeptWork
from small_run import SETTINGS, read_json, results, run, write_submission


def writes(text: str, counts: list[str] | None = None) -> Callable[[Path], None]:
    """Makes an entry of one file; notes each time that it does."""

    def make(folder: Path) -> None:
        (folder / "file").write_text(text)
        if counts is not None:
            counts.append(text)

    return make


def test_an_entry_is_made_once(tmp_path: Path) -> None:
    made: list[str] = []
    for _ in range(3):
        with KeptWork(tmp_path / "kept") as kept:
            folder = kept.obtain("pools", "a", writes("one", made), tmp_path / "instead")
            assert (folder / "file").read_text() == "one"
    assert made == ["one"]
    assert kept.found == {"pools"}
    assert not (tmp_path / "instead").exists()


@pytest.mark.parametrize("name", ["file", "entry.json"])
@pytest.mark.parametrize("content", [b"", b"two", None])
def test_a_damaged_entry_is_made_again(
    tmp_path: Path, name: str, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    with KeptWork(tmp_path) as kept:
        path = kept.obtain("pools", "a", writes("one"), tmp_path / "instead") / name
    path.unlink() if content is None else path.write_bytes(content)
    with KeptWork(tmp_path) as kept:
        assert kept.find("pools", "a") is None
        folder = kept.obtain("pools", "a", writes("one"), tmp_path / "instead")
        assert (folder / "file").read_text() == "one"
    assert not kept.found
    assert ("made again" in caplog.text) == (name == "file" or content is not None)


def test_what_fails_leaves_no_entry(tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        (folder / "file").write_text("half")
        raise EOFError

    with KeptWork(tmp_path) as kept, pytest.raises(EOFError):
        kept.obtain("pools", "a", fails, tmp_path / "instead")
    with KeptWork(tmp_path) as kept:
        assert kept.find("pools", "a") is None
        assert kept.obtain("pools", "a", writes("whole"), tmp_path / "instead").is_dir()


def test_a_full_disk_keeps_nothing_and_ends_no_run(tmp_path: Path) -> None:
    def full(folder: Path) -> None:
        if folder != tmp_path / "instead":
            raise OSError(28, "No space left on device")
        writes("one")(folder)

    with KeptWork(tmp_path / "kept") as kept:
        assert kept.obtain("pools", "a", full, tmp_path / "instead") == tmp_path / "instead"
    assert kept.entries() == []


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    made: list[str] = []

    def slow(folder: Path) -> None:
        time.sleep(0.2)
        writes("one", made)(folder)

    def obtain() -> None:
        with KeptWork(tmp_path / "kept") as kept:
            folder = kept.obtain("pools", "a", slow, tmp_path / "instead")
            assert (folder / "file").read_text() == "one"

    threads = [threading.Thread(target=obtain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["one"]
    assert not (tmp_path / "instead").exists()


def test_the_oldest_goes_first_and_none_that_is_used(tmp_path: Path) -> None:
    with KeptWork(tmp_path) as kept:
        for number, key in enumerate("abcd"):
            kept.put("pools", key, writes("x" * 1000))
            os.utime(tmp_path / "pools" / key / "entry.json", (number, number))
    with KeptWork(tmp_path, most_bytes=2500) as kept:
        assert kept.find("pools", "a") is not None  # now the youngest, and in use
        kept.make_room()
        assert [entry.path.name for entry in kept.entries()] == ["a", "d"]
        assert not kept.remove(tmp_path / "pools" / "a")
    assert kept.remove(tmp_path / "pools" / "a")


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights of folders are those of Unix")
def test_a_folder_that_others_can_write_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "higgsml"
    (tmp_path / "higgsml").mkdir()
    (tmp_path / "higgsml").chmod(0o777)
    assert cache_folder() is None
    with KeptWork(tmp_path / "higgsml") as kept:
        kept.put("pools", "a", writes("one"))
        assert not kept
    assert "nothing is kept" in caplog.text
    (tmp_path / "higgsml").rmdir()
    (tmp_path / "higgsml").symlink_to(tmp_path)
    assert cache_folder() is None


MODEL = """
import pathlib
class Model:
    def __init__(self, get_train_set, systematics):
        self.rows, self.fit_seconds = len(get_train_set()), {"training": 0.5}
    def fit(self):
        pathlib.Path("left.txt").write_text(str(self.rows))
    def predict(self, test_set):
        mu = float(pathlib.Path("left.txt").read_text()) + len(test_set["data"])
        return {"mu_hat": mu, "delta_mu_hat": 1.0, "p16": mu - 1.0, "p84": mu + 1.0}
"""


def test_a_run_takes_what_another_has_kept(tmp_path: Path) -> None:
    submission = write_submission(tmp_path / "model", MODEL)
    keep = tmp_path / "kept"
    plain = results(run(tmp_path, submission))
    found = []
    for options in ({}, {}, {"refit": True}, {"effort": 0.5}):
        output = run(tmp_path, submission, keep=keep, **options)
        facts = read_json(output / "run.json")
        found.append(facts["kept"])
        assert results(output) == plain
        assert facts["usage"]["fit"]["parts"] == {"training": 0.5}
        assert facts["usage"]["predict"]["calls"] == 6
    everything = ["answers", "models", "pools"]
    assert found == [[], everything, ["events", "pools"], ["events", "pools"]]
    (submission / "model.py").write_text(MODEL + "\n# changed")
    facts = read_json(run(tmp_path, submission, keep=keep) / "run.json")
    assert facts["kept"] == ["events", "pools"]


def test_fresh_seeds_keep_nothing(tmp_path: Path) -> None:
    submission = write_submission(tmp_path / "model", MODEL)
    fresh = replace(SETTINGS, data=replace(SETTINGS.data, seed="fresh"))
    run(tmp_path, submission, fresh, keep=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


PRIES = """
import os, pathlib
class Model:
    def __init__(self, get_train_set, systematics):
        ...
    def fit(self):
        folder = pathlib.Path({folder!r})
        for what in (lambda: list(folder.iterdir()), lambda: (folder / "planted").mkdir()):
            try:
                what()
            except OSError:
                continue
            raise SystemExit("it can be reached")
    def predict(self, test_set):
        self.fit()
        return {{"mu_hat": 1.0, "delta_mu_hat": 1.0, "p16": 0.5, "p84": 1.5}}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is a part of Linux")
def test_a_submission_reaches_nothing_of_it(tmp_path: Path) -> None:
    keep = tmp_path / "kept"
    submission = write_submission(tmp_path / "model", PRIES.format(folder=str(keep)))
    run(tmp_path, submission, keep=keep)
    assert (keep / "models").is_dir()
