"""The dry run: what programs find, what is left behind, and how failures end."""

import json
import os
import signal
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
import yaml

from HiggsML.errors import RunError, SettingsError, SubmissionError
from HiggsML.running.trusted.own_files import MANIFEST
from higgsml_kit.bundle import find_bundle, read_bundle
from higgsml_kit.cli import main
from higgsml_kit.codabench import IMAGE_ENVIRONMENT, MOUNTS, PLATFORM_ENVIRONMENT
from higgsml_kit.commands.dry_run import trial_input
from higgsml_kit.dry_runs import DryRun, check_scores, dry_run

SCORES = (
    '{"quantiles_score": 0.5, "interval": 0.5, "coverage": 0.68, "rmse": 0.3,'
    ' "mae": 0.3, "ingestion_duration": 12.0}'
)
RECORD = b"%08x %s\n" % (zlib.crc32(b'{"key": "a"}'), b'{"key": "a"}')
"""The first line of a journal."""
FIXED_SEEDS = ["--random-seed", "31415", "--data-seed", "20260601"]


def execute(root: Path, **changes: object) -> DryRun:
    arguments = {
        "submission": root / "sample_submission",
        "input_data": root / "input_data",
        "output": root / "results",
        "overrides": {},
        **changes,
    }
    return dry_run(read_bundle(root), **arguments)


def asked(words: list[str]) -> list[str]:
    """Flags of the ingestion program, but where work is kept."""
    place = words.index("--keep")
    return words[:place] + words[place + 2 :]


def left(folder: Path) -> list[str]:
    """The names in a folder, but for the list of what we wrote there."""
    return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)


def test_programs_find_what_the_platform_gives_them(root: Path) -> None:
    result = execute(root)
    seen = json.loads((result.output / "seen.json").read_text())
    assert seen["planted"] == ["model.py"]  # the platform copies the submission there
    assert seen["program"] == ["metadata.yaml", "run_ingestion.py"]
    assert seen["input"] == ["settings.yaml"]
    expected = {"PATH", "LANG", "HOME", *IMAGE_ENVIRONMENT, *PLATFORM_ENVIRONMENT}
    assert set(seen["environment"]) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == expected
    assert seen["shape"] == [10, 100]
    assert yaml.safe_load(seen["reference"]) == {"show_truth": True, "num_of_sets": 10}


def test_results_are_collected(root: Path) -> None:
    result = execute(root)
    names = ["detailed_results.html", "figures", "logs", "predictions", "scores.json", "seen.json"]
    assert left(result.output) == names
    assert left(result.output / "logs") == ["ingestion.log", "scoring.log"]
    assert "measured" in (result.output / "logs" / "ingestion.log").read_text()
    assert result.scores["quantiles_score"] == 0.5
    assert result.time_limit == 600  # of the default queue, whatever the phase says


def test_a_second_run_replaces_the_first_and_nothing_else(root: Path) -> None:
    other = root / "results" / "realism" / "table.txt"
    other.parent.mkdir(parents=True)
    other.write_text("kept")
    execute(root)
    (root / "scoring_program" / "scores.json").write_text(SCORES.replace("0.68", "0.70"))
    assert execute(root).scores["coverage"] == 0.70
    assert left(root / "results" / "figures") == []
    assert other.read_text() == "kept"


def test_what_the_user_put_among_the_results_is_not_removed(root: Path) -> None:
    execute(root)
    mine = root / "results" / "figures" / "mine.png"
    mine.write_text("mine")
    with pytest.raises(RunError, match=r"no earlier run wrote.*figures/mine\.png"):
        execute(root)
    mine.unlink()
    scores = root / "results" / "scores.json"
    scores.write_text(scores.read_text() + " ")  # an edited result is the user's
    with pytest.raises(RunError, match=r"no earlier run wrote.*scores\.json"):
        execute(root)


@pytest.mark.parametrize("name", ["figures", "predictions", "logs", "failed", "state"])
def test_folders_of_the_user_with_our_names(root: Path, name: str) -> None:
    thesis = root / "results" / name / "thesis.tex"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("years of work")
    with pytest.raises(RunError, match=f"no earlier run wrote.*{name}/thesis.tex"):
        execute(root)
    assert thesis.read_text() == "years of work"
    assert left(root / "results") == [name]


def test_counts_reach_both_programs(root: Path) -> None:
    overrides = {"num_of_sets": 2, "num_pseudo_experiments": 5, "workers": 1}
    result = execute(root, overrides=overrides)
    seen = json.loads((result.output / "seen.json").read_text())
    assert seen["shape"] == [2, 5]
    assert asked(seen["others"]) == ["--workers", "1", *FIXED_SEEDS]
    assert yaml.safe_load(seen["reference"]) == {
        "show_truth": True,
        "num_of_sets": 2,
        "num_pseudo_experiments": 5,
    }


def test_seeds_are_fixed_unless_flags_or_settings_fix_them(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def seen(**overrides: int) -> list[str]:
        result = execute(root, overrides=overrides)
        others: list[str] = json.loads((result.output / "seen.json").read_text())["others"]
        return asked(others)

    assert seen() == FIXED_SEEDS
    assert "Seeds are fixed" in capsys.readouterr().out
    assert seen(random_seed=5) == ["--random-seed", "5", *FIXED_SEEDS[2:]]
    (root / "input_data" / "settings.yaml").write_text(
        "data: {source: parquet, seed: 3}\nprotocol: {random_seed: 4}\n"
    )
    capsys.readouterr()
    assert seen() == []
    assert "Seeds" not in capsys.readouterr().out


def test_other_events_lift_the_demands_on_counts(root: Path, tmp_path: Path) -> None:
    events = tmp_path / "events"
    events.mkdir()
    (events / "rows.parquet").write_bytes(b"rows")
    result = execute(root, input_data=events)
    seen = json.loads((result.output / "seen.json").read_text())
    assert seen["input"] == ["rows.parquet"]
    assert yaml.safe_load(seen["reference"]) == {"show_truth": True}


def test_a_zipped_submission(root: Path) -> None:
    archive = root / "mine.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.write(root / "sample_submission" / "model.py", "model.py")
    assert execute(root, submission=archive).scores["coverage"] == 0.68


def test_a_failing_program_leaves_its_log_and_the_earlier_results(root: Path) -> None:
    execute(root)
    before = left(root / "results")
    (root / "sample_submission" / "fails").touch()
    with pytest.raises(RunError, match=r"the ingestion program failed with exit code 1.*failed"):
        execute(root)
    assert left(root / "results") == sorted([*before, "failed"])
    assert "no good" in (root / "results" / "failed" / "ingestion.log").read_text()
    (root / "sample_submission" / "fails").unlink()
    execute(root)
    assert left(root / "results") == before


def test_a_program_that_is_not_there(root: Path) -> None:
    (root / "scoring_program" / "metadata.yaml").write_text("command: no-such-program\n")
    with pytest.raises(RunError, match=r"no-such-program: cannot be started"):
        execute(root)


def test_bad_input_is_refused_before_anything_runs(root: Path) -> None:
    with pytest.raises(SettingsError, match="there is no such folder"):
        execute(root, input_data=root / "nowhere")
    with pytest.raises(SubmissionError, match=r"has no model\.py"):
        execute(root, submission=root / "input_data")
    assert not (root / "results").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "one JSON object"),
        ('{"interval": 1}', r"no score.*quantiles_score"),
        ('{"quantiles_score": NaN, "interval": 1}', r"quantiles_score.*nan"),
        ('{"quantiles_score": 1, "interval": Infinity}', r"interval.*inf"),
        ('{"quantiles_score": "1", "interval": 1}', "'1'"),
        ('{"quantiles_score": null, "interval": 1}', "None"),
        ('{"quantiles_score": true, "interval": 1}', "True"),
        ('{"quantiles_score": 1e10, "interval": 1}', "10000000000"),
    ],
)
def test_scores_that_the_platform_cannot_show(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "scores.json"
    with pytest.raises(RunError, match="wrote no scores"):
        check_scores(path, ())
    path.write_text(content)
    with pytest.raises(RunError, match=message):
        check_scores(path, ("quantiles_score", "interval"))


def test_command(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main(["dry-run", "--num-of-sets", "3"]) == 0
    shown = capfd.readouterr().out
    assert "measured" in shown
    assert "quantiles_score           0.5000" in shown
    assert "results/detailed_results.html" in shown
    (root / "sample_submission" / "fails").touch()
    assert main(["dry-run"]) == 1
    captured = capfd.readouterr()
    assert "the model is no good" in captured.out
    assert "results/failed" in captured.err


def test_an_interrupt_ends_the_programs_and_leaves_nothing(root: Path) -> None:
    (root / "ingestion_program" / "run_ingestion.py").write_text(
        "import os, time\nprint('pid', os.getpid())\ntime.sleep(600)\n"
    )
    command = [sys.executable, "-m", "higgsml_kit.cli", "dry-run"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "Seeds" in process.stdout.readline()
        pid = int(process.stdout.readline().split()[1])
        process.terminate()
        assert process.wait() == 143
    assert left(root / "results") == []
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_outside_of_a_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 1
    assert "run this in the folder of the bundle" in capsys.readouterr().err
    assert main(["dry-run", "--bundle", "nowhere"]) == 1
    assert "--bundle" in capsys.readouterr().err


def test_from_any_folder(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bundle is where we are told, or where we are, or above, or where the command is from."""
    monkeypatch.chdir(tmp_path)
    assert main(["dry-run", "--bundle", str(root)]) == 0
    assert (tmp_path / "results" / "scores.json").exists()
    (root / "mine").mkdir()
    monkeypatch.chdir(root / "mine")
    assert find_bundle(None) == root
    monkeypatch.chdir(tmp_path)
    assert find_bundle(None) == Path(__file__).parents[2]


def test_a_phase_has_its_own_task(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "competition.yaml"
    content = yaml.safe_load(path.read_text())
    content["tasks"].append({**content["tasks"][0], "index": 1, "input_data": "final"})
    content["phases"][1] |= {"tasks": [1], "execution_time_limit": 9000}
    content["queue"] = "0f8fad5b-d9cb-469f-a165-70867728950e"
    path.write_text(yaml.safe_dump(content))
    (root / "final").mkdir()
    (root / "final" / "settings.yaml").write_text((root / "input_data/settings.yaml").read_text())
    (root / "final" / "README.md").touch()
    monkeypatch.chdir(root)
    assert main(["dry-run", "--phase", "1"]) == 0
    seen = json.loads((root / "results" / "seen.json").read_text())
    assert seen["input"] == ["README.md", "settings.yaml"]
    assert "the platform allows 9000 s" in capsys.readouterr().out
    assert main(["dry-run", "--phase", "2"]) == 1
    assert "known are 0 (First), 1 (Second)" in capsys.readouterr().err


def test_resume_and_audit_reach_the_program(root: Path) -> None:
    result = execute(root, audit=20, resume=True, effort=0.5, refit=True)
    seen = json.loads((result.output / "seen.json").read_text())
    flags = ["--audit", "20", "--effort", "0.5", "--refit", "--resume"]
    assert asked(seen["others"])[-6:] == flags


def test_where_nothing_can_be_kept_a_run_keeps_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    seen = json.loads((execute(root).output / "seen.json").read_text())
    assert "--keep" not in seen["others"]


INTERRUPTED = """\
import argparse, pathlib, time
parser = argparse.ArgumentParser()
parser.add_argument("--output", type=pathlib.Path)
arguments, others = parser.parse_known_args()
state = arguments.output / "state"
if "--resume" in others:
    print("going on from", (state / "journal").read_text())
    raise SystemExit(1)
state.mkdir()
(state / "journal").write_text("here")
print("working", flush=True)
time.sleep(600)
"""


def test_an_interrupted_run_keeps_what_it_has_done(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "ingestion_program" / "run_ingestion.py").write_text(INTERRUPTED)
    command = [sys.executable, "-m", "higgsml_kit", "dry-run"]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Seeds are fixed")
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        _, shown = process.communicate()
    assert process.returncode == 130
    assert shown.count("\n") == 1
    assert "--resume goes on" in shown
    assert left(root / "results") == ["state"]
    (root / "results" / "state" / "journal").write_bytes(RECORD)
    with pytest.raises(RunError, match="exit code 1"):
        execute(root, resume=True)
    assert "going on from" in capfd.readouterr().out
    assert left(root / "results") == ["failed", "state"]


def test_what_both_containers_share_is_the_predictions() -> None:
    ingestion, scoring = ({m.holds for m in MOUNTS[name]} for name in ("ingestion", "scoring"))
    assert ingestion & scoring == {"predictions"}


def test_a_trial_has_fewer_experiments_and_training_events(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "input_data" / "settings.yaml"
    path.write_text(
        "data: {source: generator, train_events: {htautau: 2000000, ztautau: 19500000},"
        " test_events: {htautau: 7}}\n"
    )
    folder = trial_input(root / "input_data", root / "trial")
    data = yaml.safe_load((folder / "settings.yaml").read_text())["data"]
    assert data["train_events"] == {"htautau": 400_000, "ztautau": 3_900_000}
    assert data["test_events"] == {"htautau": 7}
    monkeypatch.chdir(root)
    assert main(["dry-run", "--trial", "--num-pseudo-experiments", "2"]) == 0
    seen = json.loads((root / "results" / "seen.json").read_text())
    assert seen["shape"] == [10, 2]
    assert asked(seen["others"])[-4:] == ["--audit", "1", "--effort", "0.1"]
    path.write_text("data: {source: parquet}\n")
    assert trial_input(root / "input_data", root / "own") == root / "input_data"
