"""What `higgsml new` makes runs as it is, and nothing is overwritten or left half-written."""

import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from higgsml_kit.cli import _parser as parser
from higgsml_kit.cli import main

REPOSITORY = Path(__file__).parents[2]
KINDS = pytest.mark.parametrize("flags", [[], ["--plain"]], ids=["toolkit", "plain"])
FILES = ["README.md", "model.py", "test_model.py"]


@KINDS
def test_it_measures_is_valid_and_packs(
    flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine", *flags]) == 0
    found = subprocess.run(
        [sys.executable, "-B", "mine/test_model.py"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.count("'mu_hats'") == 2
    assert main(["check", "mine", "--static"]) == 0
    assert main(["pack", "--submission", "mine"]) == 0
    with zipfile.ZipFile(tmp_path / "dist" / "mine.zip") as archive:
        assert archive.namelist() == FILES


@pytest.mark.slow
@KINDS
def test_the_check_runs_it(flags: list[str], tmp_path: Path) -> None:
    """As in a run, in a process of its own that is locked up."""
    folder = tmp_path / "mine"
    assert main(["new", str(folder), *flags]) == 0
    assert main(["check", str(folder)]) == 0


@KINDS
def test_its_style_is_ours(flags: list[str], tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "mine"), *flags]) == 0
    # print, assert and pickle belong there; what is our own package, only we know
    ignored = "I001,S101,S301,T201"
    config = str(REPOSITORY / "pyproject.toml")
    for words in (["check", "--ignore", ignored], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", config, str(tmp_path / "mine")]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout


def test_the_readme_is_short_and_its_commands_are_commands(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "mine")]) == 0
    text = (tmp_path / "mine" / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 12
    assert "my_submission" not in text
    lines = re.findall(r"^    higgsml (.*)$", text, re.MULTILINE)
    assert len(lines) == 3
    for words in map(shlex.split, lines):
        assert parser("higgsml", words[0]).parse_args(words).command == words[0]


@pytest.mark.parametrize("kind", ["folder", "empty", "file", "link"])
def test_what_is_there_stays(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine"
    if kind == "link":
        target.symlink_to("nowhere")
    elif kind == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        if kind == "folder":
            (target / "model.py").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert main(["new", str(target)]) == 1
    assert "Nothing was touched" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
    if kind == "folder":
        assert (target / "model.py").read_text() == "mine"


def test_no_folder_to_write_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", str(tmp_path / "nowhere" / "mine")]) == 1
    assert "the folder cannot be made: No such file or directory" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full after the first file."""
    written = []

    def fail_at_the_second(path: Path, text: str, encoding: str) -> None:
        written.append(path.name)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail_at_the_second)
    assert main(["new", str(tmp_path / "mine")]) == 1
    assert written == FILES[:2]
    assert list(tmp_path.iterdir()) == []
