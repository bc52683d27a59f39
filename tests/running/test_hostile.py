"""Hostile submissions: each is caught with a message for its author, or shown to be harmless."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from HiggsML.errors import SubmissionError
from HiggsML.running.isolation.policy import offered
from small_run import SETTINGS, limited, read_json, run, stage_hostile

pytestmark = pytest.mark.skipif(
    bool(offered().missing), reason="this kernel offers no Landlock or no seccomp"
)

SHORT = limited(fit_seconds=4.0, predict_seconds=4.0)
CAUGHT = {
    "writes_results": (SETTINGS, "fit failed: RuntimeError: the results are there already"),
    "asks_for_the_test_pool": (SETTINGS, "out of turn"),
    "loops_in_predict": (
        SHORT,
        r"set \d, experiment \d: predict took longer than its limit of 4 s",
    ),
    "sleeps_in_fit": (SHORT, "fit took longer than its limit of 4 s"),
    "fork_bomb": (SETTINGS, "fit failed: PermissionError"),
    "memory_bomb": (limited(memory_gib=1.0), "(fit failed: .*MemoryError|more than 1 GiB of mem)"),
    "shared_memory_bomb": (limited(memory_gib=1.0), "more than 1 GiB of memory"),
    "disk_bomb": (limited(disk_gib=0.1), "(File too large|more than 0.1 GiB of files)"),
    "many_files_bomb": (limited(disk_gib=0.1), "more than 0.1 GiB of files"),
    "deleted_files_bomb": (limited(disk_gib=0.1), "more than 0.1 GiB of files"),
    "huge_files": (limited(disk_gib=0.1), "more than 0.1 GiB of files"),
    "deep_folders_bomb": (SETTINGS, "(nested more than 100 deep|File name too long)"),
    "thread_bomb": (SETTINGS, "(more than 4096 threads|can't start new thread)"),
    "asks_for_too_much": (SETTINGS, "disturbed the protocol"),
    "nested_message": (SETTINGS, "disturbed the protocol"),
    "controls_the_terminal": (SETTINGS, "predict failed: ValueError"),
    "exits_in_predict": (SETTINGS, "predict ended its process with exit code 0"),
    "floods_the_connection": (SETTINGS, "disturbed the protocol"),
    "patches_numpy": (SETTINGS, "mu_hat must be finite"),
}
"""The submission, its settings, and what its author is told."""

HARMLESS = (
    "reads_files",
    "reads_parent_process",
    "reads_environment",
    "reads_descriptors",
    "reads_frames",
    "reads_garbage_collector",
    "reads_train_set_internals",
    "ptraces_the_parent",
    "opens_sockets",
    "deletes_results",
    "output_flood",
    "signals_the_parent",
    "daemon",
    "malicious_pickle",
    "truncates_shared_memory",
    "shadows_modules",
    "changes_modes",
    "limits_the_parent",
    "leaves_memory_behind",
    "reads_through_proc",
    "links_in_its_folder",
)
"""These run to the end and answer 1; they would answer 999 if they had reached their aim."""


@pytest.mark.parametrize("name", CAUGHT)
def test_caught(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    settings, message = CAUGHT[name]
    with pytest.raises(SubmissionError, match=f"(?s){message}") as caught:
        run(tmp_path, stage_hostile(tmp_path, name), settings)
    written = (caplog.text + str(caught.value)).replace("\n", "")
    assert written.isprintable()
    assert list((tmp_path / "output").iterdir()) == []
    secret = read_json(tmp_path / "reference" / "test_settings.json")
    assert secret == {"ground_truth_mus": [1.5, 2.5]}


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORGANISER_TOKEN", "a-secret-of-the-organisers")
    submission = stage_hostile(tmp_path, name)
    folders = [tmp_path / part for part in ("input", "reference", "other_results")]
    before = [folder.stat() for folder in folders]
    output = run(tmp_path, submission)
    assert [folder.stat().st_mode for folder in folders] == [found.st_mode for found in before]
    assert [folder.stat().st_mtime for folder in folders] == [found.st_mtime for found in before]
    for i in range(2):
        assert read_json(output / f"result_{i}.json")["mu_hats"] == [1.0, 1.0, 1.0]
    for folder in folders:
        assert [path.name for path in folder.iterdir()] == ["test_settings.json"]
    assert not (output / "owned").exists()


def test_no_process_is_left(tmp_path: Path) -> None:
    run(tmp_path, stage_hostile(tmp_path, "daemon"))
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children]
    assert not [command for command in commands if "sandboxed.host" in command]


def test_planted_results_are_removed(tmp_path: Path) -> None:
    """The platform copies the submission into the output folder before ingestion starts."""
    submission = stage_hostile(tmp_path, "writes_results")
    for name in ("result_0.json", "completed.json", "scores.json", "state/journal"):
        (submission / name).parent.mkdir(exist_ok=True)
        (submission / name).write_text("{}")
    (submission / "link").symlink_to(tmp_path / "reference")
    shutil.copytree(submission, tmp_path / "output", symlinks=True, dirs_exist_ok=True)
    with pytest.raises(SubmissionError):
        run(tmp_path, submission)
    assert list((tmp_path / "output").iterdir()) == []
    assert (tmp_path / "reference" / "test_settings.json").exists()


def test_global_random_state_changes_nothing(tmp_path: Path) -> None:
    """The truth is the same whatever a submission does to the generators of its process."""
    seeded = run(tmp_path, stage_hostile(tmp_path, "seeds_random_state"))
    truth = read_json(seeded / "test_settings.json")
    honest = run(tmp_path, stage_hostile(tmp_path, "honest"))
    assert read_json(honest / "test_settings.json") == truth


def test_state_between_experiments_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The audit draws without a seed: three of five keep their places in one run of 100,000."""
    many = replace(SETTINGS, protocol=replace(SETTINGS.protocol, num_pseudo_experiments=50))
    output = run(tmp_path, stage_hostile(tmp_path, "keeps_state"), many, audit=5, workers=1)
    found = read_json(output / "run.json")["audit"]
    assert found["checked"] == 5
    assert len(found["different"]) >= 3
    assert "AUDIT: set" in caplog.text


def test_an_honest_model_passes_the_audit(tmp_path: Path) -> None:
    output = run(tmp_path, stage_hostile(tmp_path, "honest"), audit=5)
    assert read_json(output / "run.json")["audit"] == {"checked": 5, "different": []}
