"""Zip files hold what the bundle names, and the same files give the same bytes."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from HiggsML.errors import DataError
from higgsml_kit.archives import files_of, write_zip
from higgsml_kit.cli import main
from higgsml_kit.commands.pack import bundle_files


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_bundle(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main(["pack"]) == 0
    assert names_in(root / "dist" / "bundle.zip") == [
        "competition.yaml",
        "ingestion_program/metadata.yaml",
        "ingestion_program/run_ingestion.py",
        "input_data/settings.yaml",
        "logo.png",
        "overview.md",
        "reference_data/settings.yaml",
        "scoring_program/metadata.yaml",
        "scoring_program/run_scoring.py",
        "scoring_program/scores.json",
        "terms.md",
    ]
    assert "11 files" in capsys.readouterr().out


def test_what_is_wrong_is_not_packed(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    (root / "terms.md").unlink()
    assert main(["pack"]) == 1
    assert "terms.md" in capsys.readouterr().err
    assert main(["pack", "--submission", "input_data"]) == 1
    assert not (root / "dist").exists()


def test_submission(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    for junk in ("__pycache__/model.pyc", ".DS_Store"):
        path = root / "sample_submission" / junk
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert main(["pack", "--submission", "sample_submission"]) == 0
    assert names_in(root / "dist" / "sample_submission.zip") == ["model.py"]


def test_same_files_same_bytes(root: Path, tmp_path: Path) -> None:
    write_zip(bundle_files(root), tmp_path / "one.zip")
    other = tmp_path / "elsewhere"
    shutil.copytree(root, other)
    for path in other.rglob("*"):
        os.utime(path, (1e9, 1e9))
        path.chmod(0o700)
    write_zip(dict(reversed(bundle_files(other).items())), tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_links(root: Path) -> None:
    folder = root / "input_data"
    (folder / "linked.parquet").symlink_to(root / "notes.txt")  # a file is followed
    assert sorted(files_of(folder)) == ["linked.parquet", "settings.yaml"]
    (folder / "more").symlink_to(root / "sample_submission")
    with pytest.raises(DataError, match="arrives empty"):
        files_of(folder)
    with pytest.raises(DataError, match="the folder is missing"):
        files_of(root / "nowhere")


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_zip({"a": tmp_path / "nowhere"}, tmp_path / "dist" / "a.zip")
    assert list((tmp_path / "dist").iterdir()) == []
