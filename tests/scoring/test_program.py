"""The scoring program as the platform runs it."""

import json
import math
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import ReferenceSettings
from toy_results import toy_files, write_files, write_toy

PROGRAM = Path(__file__).parents[2] / "scoring_program"
main = runpy.run_path(str(PROGRAM / "run_scoring.py"))["main"]

KEYS = {"rmse", "mae", "interval", "coverage", "quantiles_score", "ingestion_duration"}


@pytest.fixture
def folders(tmp_path):
    """Results, reference data, and a place for output."""
    write_toy(tmp_path / "res", 2, 20)
    (tmp_path / "ref").mkdir()
    (tmp_path / "ref" / "settings.yaml").write_text("show_truth: false\n")
    return tmp_path


def arguments(folders):
    return [f"--{name}={folders / place}" for name, place in
            (("prediction", "res"), ("reference", "ref"), ("output", "out"))]  # fmt: skip


def test_writes_finite_scores_under_the_names_of_the_leaderboard(folders):
    assert main(arguments(folders)) == 0
    scores = json.loads((folders / "out" / "scores.json").read_text())
    assert set(scores) == KEYS
    assert all(type(value) is float and math.isfinite(value) for value in scores.values())
    assert (folders / "out" / "detailed_results.html").stat().st_size > 10_000


def test_writes_no_file_that_the_platform_forbids(folders):
    main(arguments(folders))
    assert {path.name for path in (folders / "out").iterdir()} == {
        "scores.json",
        "detailed_results.html",
        "figures",
    }


def test_scores_are_not_rounded(folders):
    main(arguments(folders))
    files = toy_files(2, 20)
    low = [value for i in range(2) for value in files[f"result_{i}.json"]["p16"]]
    high = [value for i in range(2) for value in files[f"result_{i}.json"]["p84"]]
    scores = json.loads((folders / "out" / "scores.json").read_text())
    expected = math.fsum(b - a for a, b in zip(low, high, strict=True)) / 40
    assert scores["interval"] == pytest.approx(expected, rel=1e-14)


def test_a_refusal_leaves_a_reason_and_no_scores_of_before(folders, capsys):
    assert main(arguments(folders)) == 0
    (folders / "res" / "result_1.json").unlink()
    capsys.readouterr()
    assert main(arguments(folders)) == 1
    message = capsys.readouterr().err
    assert message.startswith("ERROR (ResultsError) result_1.json: the file is missing")
    assert "Traceback" not in message
    assert [path for path in (folders / "out").rglob("*") if path.is_file()] == []


def test_refuses_without_reference_settings(folders, capsys):
    (folders / "ref" / "settings.yaml").unlink()
    assert main(arguments(folders)) == 1
    assert "settings.yaml" in capsys.readouterr().err


def test_runs_on_bare_python_from_a_copy_of_its_folder(folders):
    """As on the platform: the folder alone, by another name, without the rest of the project."""
    shutil.copytree(PROGRAM, folders / "program", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "run_scoring.py", *arguments(folders)],
        cwd=folders / "program",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "quantiles_score" in done.stdout
    assert done.stderr == ""
    code = (
        "import sys, higgsml_scoring.comparison;"
        "foreign = ('HiggsML', 'numba', 'matplotlib.pyplot');"
        "print([name for name in sys.modules if name.startswith(foreign)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folders / "program",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


def test_metadata_names_the_entry_point_with_arguments_that_it_knows():
    command = yaml.safe_load((PROGRAM / "metadata.yaml").read_text())["command"]
    python, script, *options = command.split(" ")
    assert (python, Path(script).name) == ("python3", "run_scoring.py")
    with pytest.raises(SystemExit) as caught:
        main([*options, "--help"])
    assert caught.value.code == 0


def test_places_of_the_platform_are_the_defaults(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(place in text for place in ("/app/input/res", "/app/input/ref", "/app/output"))


def dyadic_run(shifts, *, seed):
    """A run whose numbers are multiples of 1/1024, so that shifting mu is exact."""
    files = toy_files(3, 40)
    for number, shift in enumerate(shifts):
        for key, values in files[f"result_{number}.json"].items():
            moved = 0 if key == "delta_mu_hats" else shift
            files[f"result_{number}.json"][key] = [round(v * 1024) / 1024 + moved for v in values]
    mus = files["test_settings.json"]["ground_truth_mus"]
    files["test_settings.json"]["ground_truth_mus"] = [
        round(mu * 1024) / 1024 + shift for mu, shift in zip(mus, shifts, strict=True)
    ]
    files["run.json"]["random_seed"] = seed
    files["run.json"]["experiments_digest"] = f"{seed:064x}"
    return files


def everything(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_hidden_truth_changes_nothing_but_scores(tmp_path, caplog):
    """Two runs that differ in true mu, seed and experiments, but in no score, look the same."""
    caplog.set_level("DEBUG")
    outputs, logs = [], []
    for name, shifts, seed in (("a", (0, 0, 0), 1234567), ("b", (0.5, 1.25, -0.125), 7654321)):
        write_files(tmp_path / name, dyadic_run(shifts, seed=seed))
        caplog.clear()
        score_folder(tmp_path / name, ReferenceSettings(show_truth=False), tmp_path / "out")
        outputs.append(everything(tmp_path / "out"))
        logs.append(caplog.text)
    assert outputs[0] == outputs[1]
    assert logs[0] == logs[1]


def test_hidden_truth_leaves_out_sets_and_shown_truth_does_not(tmp_path):
    write_files(tmp_path / "res", toy_files(3, 40))
    pages = {}
    for show_truth in (False, True):
        score_folder(tmp_path / "res", ReferenceSettings(show_truth=show_truth), tmp_path / "out")
        pages[show_truth] = (tmp_path / "out" / "detailed_results.html").read_text()
    mus = toy_files(3, 40)["test_settings.json"]["ground_truth_mus"]
    for wanted in (*(f"{mu:.3f}" for mu in mus), "31415926", "Against the true μ", "intervals_set"):
        assert wanted in pages[True]
        assert wanted not in pages[False]


def test_hiding_the_truth_removes_figures_that_showed_it(tmp_path):
    write_files(tmp_path / "res", toy_files(3, 40))
    for show_truth in (True, False):
        score_folder(tmp_path / "res", ReferenceSettings(show_truth=show_truth), tmp_path / "out")
    names = {path.name for path in (tmp_path / "out" / "figures").iterdir()}
    assert names == {
        f"{name}.{suffix}" for name in ("penalty", "plane") for suffix in ("svg", "png")
    }


@pytest.mark.parametrize("name", ["scores.json", "detailed_results.html"])
def test_files_of_others_are_not_written_over(folders, name, capsys):
    (folders / "out").mkdir()
    (folders / "out" / name).write_text("mine")
    assert main(arguments(folders)) == 1
    message = capsys.readouterr().err
    assert name in message
    assert "Name a folder that is new" in message
    assert (folders / "out" / name).read_text() == "mine"


def test_an_output_that_is_a_file_or_lies_in_the_results(folders, capsys):
    (folders / "file").write_text("mine")
    for place, message in (("file", "is a file"), ("res/scores", "lies in the results")):
        words = [*arguments(folders)[:2], f"--output={folders / place}"]
        assert main(words) == 1
        assert message in capsys.readouterr().err
    assert (folders / "file").read_text() == "mine"
    assert not (folders / "res" / "scores").exists()


def test_scored_again_in_the_same_place(folders):
    assert main(arguments(folders)) == 0
    assert main(arguments(folders)) == 0
