"""Zip files hold what the bundle names, and the same files give the same bytes."""

import os
import shutil
import zipfile
from pathlib import Path

import pytest

from HiggsML.errors import DataError
from higgsml_kit.archives import files_of, write_zip
from higgsml_kit.cli import main
from higgsml_kit.codabench import READERS
from higgsml_kit.packing import bundle_files, bundle_parts


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
    shown = capsys.readouterr().out
    assert "11 files" in shown
    assert READERS["scoring_program"] in shown
    assert "Not ready to upload: 5 things to be chosen" in shown


STRAYS = (".env", ".vscode/settings.json", "settings.yaml.bak", ".run.py.swp", "old.py~", "a.pem")


def test_strays_stay_behind(root: Path) -> None:
    """What is not known to belong there does not go up, into a published program least of all."""
    before = bundle_files(root)
    for folder in ("scoring_program", "ingestion_program", "input_data", "reference_data"):
        for name in STRAYS:
            path = root / folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("TOKEN=1")
    assert bundle_files(root) == before
    for part in bundle_parts(root):
        assert part.left_out == (tuple(sorted(STRAYS)) if part.kind != "page" else ())


def test_one_part(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A running competition is updated part by part; the content stands at the root."""
    monkeypatch.chdir(root)
    assert main(["pack", "--part", "scoring_program/"]) == 0
    names = ["metadata.yaml", "run_scoring.py", "scores.json"]
    assert names_in(root / "dist" / "scoring_program.zip") == names
    assert main(["pack"]) == 0  # beside the first
    assert sorted(path.name for path in (root / "dist").glob("*.zip")) == [
        "bundle.zip",
        "scoring_program.zip",
    ]
    capsys.readouterr()
    assert main(["pack", "--part", "scoring"]) == 1
    assert "did you mean 'scoring_program'" in capsys.readouterr().err


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
