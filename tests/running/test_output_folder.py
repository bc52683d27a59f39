"""Nothing of the user's is lost: what a program may write into, and every byte that stays."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from HiggsML.errors import HiggsMLError, RunError
from HiggsML.experiments.protocol import Experiment
from HiggsML.running.contract import Prediction
from HiggsML.running.trusted.beforehand import check_run
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import (
    remove_listed,
    write_manifest,
    written_by_command,
    written_by_ingestion,
)
from HiggsML.running.trusted.results import write_results
from HiggsML.running.trusted.run_state import RunState
from HiggsML.settings import Seeds
from small_run import SETTINGS, SUBMISSIONS, run

PROGRAM = Path(__file__).parents[2] / "ingestion_program" / "run_ingestion.py"
MODEL = "class Model:\n    def fit(self): ...\n    def predict(self, test_set): ...\n"


def content(folder: Path) -> dict[str, object]:
    """All that a folder holds."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else path.is_symlink()
        for path in folder.rglob("*")
    }


def finish(folder: Path) -> None:
    """Write the results of a run."""
    folder.mkdir(exist_ok=True)
    write_results(
        folder, [[Prediction(1, 1, 0, 2)]], 1.0, {"ground_truth_mus": [1.0]},
        {"settings_digest": "0" * 64},
    )  # fmt: skip


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with a submission, an input and uncommitted work, in a home folder."""
    root = tmp_path / "home" / "repository"
    for name, text in {
        "mine/model.py": MODEL,
        "mine/weights/w.json": "[1]",
        "events/settings.yaml": "data: {source: parquet}\n",
        "src/code.py": "1",
        "notes/uncommitted.txt": "work",
        ".gitignore": "results/\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for words in (["init", "-q"], ["add", "mine", "events", "src", ".gitignore"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    monkeypatch.chdir(root)
    before = content(tmp_path)
    yield root
    assert content(tmp_path) == before


def refuse(root: Path, output: Path | str) -> str:
    with pytest.raises(RunError) as caught:
        check_run(SETTINGS, root / "events", root / "mine", Path(output))
    return str(caught.value)


@pytest.mark.parametrize(
    ("output", "relation"),
    [
        (".", "holds the input"),
        ("", "holds the input"),
        ("./", "holds the input"),
        ("notes/..", "holds the input"),
        ("..", "holds the input"),
        ("~", "holds the input"),
        ("/", "holds the input"),
        ("mine", "is the submission"),
        ("mine/", "is the submission"),
        ("./src/../mine", "is the submission"),
        ("mine/results", "lies in the submission"),
        ("mine/weights", "lies in the submission"),
        ("events", "is the input"),
        ("events/new/deep", "lies in the input"),
        (".git", "git"),
        (".git/refs/new", "git"),
        ("src", "git keeps files of"),
        ("src/new", "git keeps files of"),
        ("notes", "no earlier run wrote there"),
        (str(PROGRAM.parent), "is the program"),
        (str(PROGRAM.parent / "new"), "lies in the program"),
        ("src/code.py", "is a file"),
        ("src/code.py/new", "git keeps files of"),
    ],
)
def test_refused_whatever_it_is_called(house: Path, output: str, relation: str) -> None:
    assert relation in refuse(house, Path(output).expanduser())


def test_the_home_folder_and_the_repository_alone(house: Path, tmp_path: Path) -> None:
    """They are refused too where the run reads nothing of them."""
    for output, relation in (
        (tmp_path / "home", "is the home folder"),
        (tmp_path, "holds the home folder"),
        (house, "is the repository of the working folder"),
    ):
        with pytest.raises(RunError, match=relation):
            check_output(output, {})


def test_links_are_followed(house: Path, tmp_path: Path) -> None:
    for name, target in (("a", "mine"), ("b", "."), ("c", "events/../mine/weights")):
        link = tmp_path / name
        link.symlink_to(house / target)
        refuse(house, link)
        refuse(house, link / "mine" / "..")
        link.unlink()
    dangling = tmp_path / "dangling"
    dangling.symlink_to(house / "mine" / "new")
    assert "lies in the submission" in refuse(house, dangling)
    dangling.unlink()


def test_a_submission_that_is_named_through_a_link(house: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(house / "mine")
    with pytest.raises(RunError, match="is the submission"):
        check_run(SETTINGS, house / "events", link, house / "mine")
    link.unlink()


@pytest.mark.parametrize("output", ["results", "results/deep/er", "new_folder", "src/results"])
def test_own_folders_in_a_repository(house: Path, output: str) -> None:
    assert check_output(Path(output), {}) == house / output


def test_a_new_folder_beside_tracked_files_of_the_working_folder(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(house / "src")
    assert check_output(Path("new"), {}) == house / "src" / "new"
    with pytest.raises(RunError, match="git keeps files of"):
        check_output(Path("../mine/new"), {})


def test_names_of_what_stands_there(tmp_path: Path) -> None:
    for name in "abcdefgh":
        (tmp_path / "x" / name).mkdir(parents=True)
    with pytest.raises(RunError, match=r"'a', 'b', 'c', 'd', 'e', '\.\.\.'"):
        check_output(tmp_path / "x", {})


def allow(output: Path, submission: Path) -> Path:
    return check_output(output, {}, lambda folder: written_by_ingestion(folder, submission))


class TestIngestion:
    """What of an output the ingestion program knows to be its own."""

    def test_a_finished_run(self, tmp_path: Path) -> None:
        finish(tmp_path / "out")
        assert allow(tmp_path / "out", tmp_path) == tmp_path / "out"

    @pytest.mark.parametrize(
        "name", ["notes.txt", "result_1.json", "scores.json", "state/notes", "baseline/facts.json"]
    )
    def test_a_finished_run_with_something_else(self, tmp_path: Path, name: str) -> None:
        finish(tmp_path / "out")
        (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "out" / name).write_text("mine")
        with pytest.raises(RunError, match=name):
            allow(tmp_path / "out", tmp_path)

    def test_a_result_that_was_edited(self, tmp_path: Path) -> None:
        finish(tmp_path / "out")
        (tmp_path / "out" / "run.json").write_text("{}")
        with pytest.raises(RunError, match=r"run\.json"):
            allow(tmp_path / "out", tmp_path)

    @pytest.mark.parametrize(
        "marker",
        ["", "[]", "{}", '{"format": 1, "files": []}', '{"format": 1, "files": {"a": "b"}}'],
    )
    def test_a_marker_that_is_not_ours(self, tmp_path: Path, marker: str) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "completed.json").write_text(marker)
        with pytest.raises(RunError, match=r"completed\.json"):
            allow(tmp_path / "out", tmp_path)

    def test_a_run_that_was_killed(self, tmp_path: Path) -> None:
        state = tmp_path / "out" / "state"
        kept = RunState(state, "key", Seeds(1, 2), resume=False)
        kept.add(Experiment(0, 0), Prediction(1, 1, 0, 2))
        (state / "submission" / "deep").mkdir(parents=True)
        (state / "submission" / "deep" / "file").touch()
        (state / "model").touch()
        (tmp_path / "out" / "result_0.json").touch()  # it was killed while it wrote them
        allow(tmp_path / "out", tmp_path)
        (tmp_path / "out" / "thesis").touch()
        with pytest.raises(RunError, match="'thesis'"):
            allow(tmp_path / "out", tmp_path)

    @pytest.mark.parametrize("name", ["journal", "submission/thesis.tex", "notes"])
    def test_a_state_that_is_not_ours(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / "out" / "state" / name
        path.parent.mkdir(parents=True)
        path.write_text("dear diary")
        with pytest.raises(RunError, match=f"state/{name}"):
            allow(tmp_path / "out", tmp_path)

    def test_the_platforms_copy_of_the_submission(self, tmp_path: Path) -> None:
        source = tmp_path / "mine"
        (source / "empty").mkdir(parents=True)
        for name in ("model.py", "weights/w", "completed.json", "state/journal"):
            (source / name).parent.mkdir(exist_ok=True)
            (source / name).write_text(name)
        (source / "link").symlink_to("model.py")
        shutil.copytree(source, tmp_path / "out", symlinks=True)
        allow(tmp_path / "out", source)
        (tmp_path / "out" / "weights" / "w").write_text("other")
        with pytest.raises(RunError, match="weights/w"):
            allow(tmp_path / "out", source)

    def test_one_file_in_common_makes_no_copy(self, tmp_path: Path) -> None:
        for name in ("mine", "out"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "LICENSE").write_text("free")
        (tmp_path / "mine" / "model.py").write_text(MODEL)
        with pytest.raises(RunError, match="LICENSE"):
            allow(tmp_path / "out", tmp_path / "mine")

    def test_a_second_run_replaces_the_first(self, tmp_path: Path) -> None:
        output = run(tmp_path, SUBMISSIONS / "honest")
        first = {path.name for path in output.iterdir()}
        assert {path.name for path in run(tmp_path, SUBMISSIONS / "honest").iterdir()} == first


class TestCommands:
    """What of an output a command of the toolkit knows to be its own."""

    def test_manifest(self, tmp_path: Path) -> None:
        for name in ("a", "b/c", "b/d/e", "f"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)
        (tmp_path / "g").mkdir()
        write_manifest(tmp_path, ["a", "b"])
        with pytest.raises(RunError, match=r"\['f', 'g'\]"):
            check_output(tmp_path, {}, written_by_command)
        write_manifest(tmp_path, ["f", "g"], keep=True)
        check_output(tmp_path, {}, written_by_command)
        (tmp_path / "b" / "c").write_text("edited")
        remove_listed(tmp_path, "b")
        assert sorted(content(tmp_path)) == [".higgsml.json", "a", "b", "b/c", "f", "g"]
        remove_listed(tmp_path)
        assert sorted(content(tmp_path)) == [".higgsml.json", "b", "b/c"]

    @pytest.mark.parametrize("name", ["../precious", "/precious", "a/../../precious"])
    def test_a_manifest_that_leads_out(self, tmp_path: Path, name: str) -> None:
        precious = tmp_path / "precious"
        precious.write_text("x")
        folder = tmp_path / "out"
        folder.mkdir()
        digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        listed = {name.replace("/precious", str(precious)) if name[0] == "/" else name: digest}
        (folder / ".higgsml.json").write_text(json.dumps({"format": 1, "files": listed}))
        remove_listed(folder)
        assert precious.exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (Path("/proc/nowhere"), tmp_path / "file" / "new"):
        with pytest.raises(RunError, match=r"cannot be made.*Fix: name a folder"):
            make_folder(folder)


def test_nothing_is_deleted_before_all_is_checked(tmp_path: Path) -> None:
    """A run that cannot be: whatever is wrong, the results of the one before stay."""
    output = run(tmp_path, SUBMISSIONS / "honest")
    before = content(output)
    for submission, options in (
        (tmp_path / "mistyped", {}),
        (SUBMISSIONS / "honest", {"devices": ["/dev/nowhere"]}),
        (SUBMISSIONS / "honest", {"dask": "nonsense://1"}),
    ):
        with pytest.raises(HiggsMLError):
            run(tmp_path, submission, **options)
        assert content(output) == before


def test_the_command_of_a_newcomer(house: Path) -> None:
    """A slip on the command line: refused at once, with what stands there."""
    words: list[Any] = [sys.executable, PROGRAM, "--input", "events", "--submission", "mine"]
    found = subprocess.run(
        [*words, "--output", "."], capture_output=True, text=True, check=False, timeout=60
    )
    assert found.returncode == 1
    assert "Traceback" not in found.stdout + found.stderr
    assert all(name in found.stdout for name in ("'.git'", "'events'", "'mine'", "Nothing was"))
