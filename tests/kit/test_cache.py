"""`higgsml cache`: what is kept, and an end to it."""

from pathlib import Path

import pytest

from HiggsML.running.trusted.kept_work import KeptWork
from higgsml_kit.cli import main


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache with two models and a pool."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with KeptWork(tmp_path / "higgsml") as kept:
        for kind, key in (("models", "a"), ("models", "b"), ("pools", "c")):
            kept.put(kind, key, lambda place: (place / "file").write_bytes(bytes(1_000_000)))
    return tmp_path / "higgsml"


def test_shows_what_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache"]) == 0
    shown = capsys.readouterr().out
    assert str(folder) in shown
    assert "models            2 entries,      2.0 MB  fitted models, last used today" in shown
    assert "answers           0 entries,      0.0 MB" in shown


def test_clears_one_kind_or_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "--clear", "models"]) == 0
    assert [path.name for path in (folder / "pools").iterdir()] == ["c"]
    assert list((folder / "models").iterdir()) == []
    with KeptWork(folder) as kept:
        assert kept.find("pools", "c") is not None
        assert main(["cache", "--clear"]) == 0
    assert "1 are in use by a run, and stay" in capsys.readouterr().out
    assert main(["cache", "--clear"]) == 0
    assert list((folder / "pools").iterdir()) == []


def test_a_folder_of_others_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder.chmod(0o777)
    assert main(["cache"]) == 1
    assert "cannot be trusted" in capsys.readouterr().err
