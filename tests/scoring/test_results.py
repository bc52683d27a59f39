"""The reader takes a finished run, and refuses everything else with its reason."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from higgsml_scoring.answers import read_answers
from higgsml_scoring.errors import IngestionError, ResultsError
from higgsml_scoring.results import read_ingestion_duration, read_results
from higgsml_scoring.run_facts import Usage
from higgsml_scoring.settings import ReferenceSettings
from toy_results import (
    Files,
    add_facts_of_the_submission,
    toy_files,
    write_files,
    write_toy,
)

ANY = ReferenceSettings(show_truth=True)


def test_reads_a_finished_run(tmp_path):
    files = toy_files(3, 5)
    results = read_results(write_files(tmp_path, files), ANY)
    assert results.mu.tolist() == files["test_settings.json"]["ground_truth_mus"]
    assert results.answers.mu_hat.shape == (3, 5)
    assert results.answers.p84[2].tolist() == files["result_2.json"]["p84"]
    assert results.answers.delta_mu_hat[0].tolist() == files["result_0.json"]["delta_mu_hats"]
    assert results.ingestion_duration == 1234.5
    assert results.systematics["bkg_scale"] is False
    assert results.run.stages == {"data": 12.5, "fit": 100.25, "predict": 1121.75}
    assert results.run.isolation_missing == ("signals",)


def test_reads_what_is_known_of_the_submission(tmp_path):
    files = add_facts_of_the_submission(toy_files(2, 20))
    run = read_results(write_files(tmp_path, files), ANY).run
    assert run.submission_name == "Boosted trees & a fit"
    assert run.started == datetime(2027, 1, 31, 12, 5, tzinfo=UTC)
    assert run.limits["fit_seconds"] == 3600
    assert run.usage == Usage(
        fit_seconds=99.5,
        fit_bytes=3 * 2**30,
        fit_parts={},
        predict_calls=40,
        predict_seconds=100.0,
        predict_longest=7.25,
        predict_bytes=2**29,
    )
    assert (run.audited, run.audited_different) == (20, 1)
    assert (run.fits_told, run.fits_bad) == (40, 2)


def test_runs_that_know_less_of_the_submission_are_scored(tmp_path):
    run = read_results(write_toy(tmp_path / "old", 2, 3), ANY).run
    assert (run.submission_name, run.started, run.usage) == ("", None, None)
    assert (run.limits, run.audited) == ({}, 0)
    files = add_facts_of_the_submission(toy_files(2, 3))
    del files["run.json"]["usage"]["fit"]  # a run that was resumed
    usage = read_results(write_files(tmp_path / "resumed", files), ANY).run.usage
    assert (usage.fit_seconds, usage.predict_calls) == (None, 40)


def test_reads_the_old_spelling_of_the_quantiles(tmp_path):
    files = toy_files(2, 4)
    old = dict(files)
    for name in ("result_0.json", "result_1.json"):
        content = dict(files[name])
        content["p16s"], content["p84s"] = content.pop("p16"), content.pop("p84")
        old[name] = content
    new = read_results(write_files(tmp_path / "new", files), ANY).answers
    assert np.array_equal(
        read_results(write_files(tmp_path / "old", old), ANY).answers.p16, new.p16
    )


def test_takes_whole_numbers_for_numbers(tmp_path):
    files = toy_files(1, 2)
    files["result_0.json"] = {
        "mu_hats": [1, 2],
        "delta_mu_hats": [1, 0],
        "p16": [0, 1],
        "p84": [2, 1],
    }
    assert read_results(write_files(tmp_path, files), ANY).answers.mu_hat.tolist() == [[1.0, 2.0]]


def test_ignores_files_of_other_names(tmp_path):
    folder = write_toy(tmp_path, 2, 3)
    (folder / "model.py").write_text("raise SystemExit")
    (folder / "results.json").write_text("{")
    (folder / "scores.json").write_text('{"quantiles_score": 999}')
    (folder / "more").mkdir()
    assert read_results(folder, ANY).answers.mu_hat.shape == (2, 3)


def change(name: str, *path: Any, to: Any) -> Callable[[Files], None]:
    """A change of one value, at the end of a path of keys and positions."""

    def apply(files: Files) -> None:
        target = files[name]
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = to

    return apply


def drop(name: str, *path: Any) -> Callable[[Files], None]:
    """The removal of one file or value."""

    def apply(files: Files) -> None:
        target = files
        for step in (name, *path)[:-1]:
            target = target[step]
        del target[(name, *path)[-1]]

    return apply


RESULT, TRUTH, RUN = "result_1.json", "test_settings.json", "run.json"

MALFORMED = [
    (change(RESULT, "mu_hats", 3, to=float("nan")), r"result_1\.json.*NaN is not a number"),
    (change(RESULT, "p84", 3, to=float("inf")), r"result_1\.json.*Infinity is not a number"),
    (change(RESULT, "p84", 3, to=1e300), r"result_1\.json: p84\[3\].*larger than 10000"),
    (change(RESULT, "p16", 0, to=10**400), r"p16\[0\].*larger than"),
    (change(RESULT, "p16", 0, to="1.0"), r"p16\[0\]: must be a number, not a text"),
    (change(RESULT, "p16", 0, to=None), r"p16\[0\].*must be a number"),
    (change(RESULT, "p16", 0, to=True), r"p16\[0\].*must be a number"),
    (change(RESULT, "p16", 0, to=[1.0]), r"p16\[0\].*must be a number"),
    (change(RESULT, "p16", 2, to=9.0), r"result_1\.json.*experiment 2: the interval is inverted"),
    (change(RESULT, "mu_hats", to=[1.0] * 5), r"mu_hats.*must hold 6 numbers, not 5"),
    (change(RESULT, "delta_mu_hats", to=[]), r"must hold 6 numbers, not 0"),
    (change(RESULT, "mu_hats", to=1.0), r"must be a list"),
    (drop(RESULT, "p84"), r"result_1\.json.*'p84' is missing"),
    (drop(RESULT), r"result_1\.json: the file is missing: 1 of 3 sets"),
    (change(TRUTH, "ground_truth_mus", to=[1.0, 2.0]), r"must hold 3 numbers, not 2"),
    (change(TRUTH, "ground_truth_mus", 1, to="1.0"), r"ground_truth_mus\[1\].*must be a number"),
    (
        change(TRUTH, "num_of_sets", to=2),
        r"result_2\.json: no set of this run: its sets are 0 to 1",
    ),
    (change(TRUTH, "num_of_sets", to=4), r"result_3\.json.*missing"),
    (change(TRUTH, "num_of_sets", to=10**9), r"num_of_sets.*between 1 and 1,000"),
    (change(TRUTH, "num_of_sets", to=3.0), r"num_of_sets.*whole number"),
    (change(TRUTH, "num_pseudo_experiments", to=7), r"must hold 7 numbers, not 6"),
    (change(TRUTH, "systematics", "tes", to=1), r"systematics.*true and false"),
    (drop(TRUTH), r"completed.json: lists other files|missing"),
    (drop(RUN), r"completed.json: lists other files"),
    (drop(RUN, "stages"), r"run\.json.*'stages' is missing"),
    (change(RUN, "stages", "fit", to=-1.0), r"stages\.fit.*must not be negative"),
    (change(RUN, "versions", "numpy", to="x" * 201), r"versions\.numpy.*at most 200 letters"),
    (change(RUN, "isolation", to="none"), r"isolation.*must be an object"),
    (change(RUN, "isolation", "missing", to="x"), r"isolation\.missing.*list"),
    (change(RUN, "workers", to=0), r"workers.*between"),
    (change(RUN, "submission_digest", to="../etc"), r"submission_digest.*digest"),
    (change(RUN, "settings_digest", to="cd" * 32), r"marker is that of another run"),
    (change("ingestion_duration.json", "ingestion_duration", to=-1), r"must not be negative"),
    (change("ingestion_duration.json", "ingestion_duration", to="1"), r"must be a number"),
]


@pytest.mark.parametrize(("spoil", "reason"), MALFORMED)
def test_refuses_malformed_content_even_with_a_fitting_marker(tmp_path, spoil, reason):
    files = toy_files(3, 6)
    spoil(files)
    with pytest.raises(ResultsError, match=reason) as caught:
        read_results(write_files(tmp_path, files), ANY)
    assert caught.value.what[0].islower()
    assert str(caught.value).startswith(f"{caught.value.where}: ")
    assert "Fix: " in str(caught.value)


EVIL = "<script>alert(1)</script>"
FACTS = [
    (change(RUN, "submission_name", to=["x"]), r"submission_name: must be a text"),
    (change(RUN, "submission_name", to="x" * 201), r"submission_name: must be a text of at most"),
    (change(RUN, "started", to="yesterday"), r"started: must be a date as"),
    (change(RUN, "started", to="2027-01-31T12:00:00"), r"started: must be a date as"),
    (change(RUN, "started", to="0001-01-01T00:00:00+14:00"), r"started: must be a date as"),
    (change(RUN, "started", to=20270131), r"started: must be a text"),
    (change(RUN, "limits", "fit_seconds", to=-1.0), r"limits.fit_seconds: .* negative"),
    (change(RUN, "limits", to=[]), r"limits: must be an object"),
    (change(RUN, "usage", to=1), r"usage: must be an object"),
    (change(RUN, "usage", "fit", to=[]), r"usage.fit: must be an object"),
    (change(RUN, "usage", "fit", "seconds", to="x"), r"usage.fit.seconds: must be a number"),
    (change(RUN, "usage", "fit", "memory_bytes", to=2**60), r"memory_bytes: must lie between"),
    (change(RUN, "usage", "predict", "calls", to=0), r"predict.calls: must lie between"),
    (change(RUN, "usage", "predict", "calls", to=1.5), r"whole number, not a decimal number"),
    (drop(RUN, "usage", "predict", "longest_seconds"), r"'longest_seconds' is missing"),
    *[
        (change(RUN, "diagnostics", *path, to=to), rf"diagnostics.*{reason}")
        for *path, to, reason in (
            ("<script>", "must be an object with some of"),
            (["templates"], "must be an object with some of"),
            ("image", {"a": [1]}, "must be an object with some of"),
            ("templates", EVIL, r"templates: must be an object of 1 to 20 keys"),
            ("templates", {}, r"templates: must be an object of 1 to 20 keys"),
            ("templates", {f"a{i}": [1] for i in range(21)}, "must be an object of 1 to 20 keys"),
            ("templates", EVIL, [1, 2, 3], "keys must be of up to 30 letters"),
            ("templates", "a\n", [1, 2, 3], "keys must be of up to 30 letters"),
            ("templates", "\u202ea", [1, 2, 3], "keys must be of up to 30 letters"),
            ("templates", "a" * 31, [1, 2, 3], "keys must be of up to 30 letters"),
            ("templates", "ttbar", [1, 2], "must all have the same number of bins"),
            ("templates", "htautau", [], "must be a list of 1 to 500 numbers"),
            ("templates", "htautau", [1] * 501, "must be a list of 1 to 500 numbers"),
            ("templates", "htautau", [EVIL] * 3, "must be a number, not a text"),
            ("templates", "htautau", [1, 2, -3], "events must not be negative"),
            ("templates", "htautau", [1, 2, 1e300], "must not be larger"),
            ("templates", "htautau", [1, 2, 10**400], "must not be larger"),
            ("nuisances", "tes", [1], "must hold 2 numbers"),
            ("nuisances", "tes", [1, -1], "an error must not be negative"),
            ("nuisances", "tes", EVIL, "must be a list of numbers"),
            ("post_fit", {"counted": [1]}, "'expected' is missing"),
            ("post_fit", {"counted": [1], "expected": [1, 2]}, "as many bins"),
            ("goodness", {"chi2": 1}, "'p_value' is missing"),
            ("goodness", {"chi2": 1, "p_value": 2}, "a probability"),
            ("goodness", {"chi2": -1, "p_value": 1}, "a probability"),
        )
    ],
    (change(RUN, "audit", "checked", to=-1), r"audit.checked: must lie between"),
    (change(RUN, "independence", "by_construction", to="yes"), r"by_construction: must be true or"),
    (change(RUN, "independence", "why_not", to="because"), r"why_not: must be a list of at most"),
    (change(RUN, "audit", "checked", to=0), r"audit.different: must be a list of at most"),
    (change(RUN, "audit", "different", to="all"), r"audit.different: must be a list"),
]


@pytest.mark.parametrize(("spoil", "reason"), FACTS)
def test_refuses_malformed_facts_of_the_submission(tmp_path, spoil, reason):
    files = add_facts_of_the_submission(toy_files(2, 20))
    spoil(files)
    with pytest.raises(ResultsError, match=reason):
        read_results(write_files(tmp_path, files), ANY)


@pytest.mark.parametrize("name", [RESULT, TRUTH, RUN, "ingestion_duration.json"])
def test_refuses_a_file_that_was_changed_after_the_run(tmp_path, name):
    folder = write_toy(tmp_path, 3, 6)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(ResultsError, match=f"{name}: .*not the one that the run finished with"):
        read_results(folder, ANY)


def test_refuses_swapped_sets(tmp_path):
    folder = write_toy(tmp_path, 3, 6)
    (folder / "result_0.json").rename(folder / "kept")
    (folder / "result_1.json").rename(folder / "result_0.json")
    (folder / "kept").rename(folder / "result_1.json")
    with pytest.raises(ResultsError, match=r"result_0\.json"):
        read_results(folder, ANY)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("result_01.json", "second file for set 1"),
        ("result_3.json", "no set of this run"),
        ("result_-1.json", "no set of this run"),
        ("result_final.json", "no set of this run"),
    ],
)
def test_refuses_sets_too_many(tmp_path, name, reason):
    folder = write_toy(tmp_path, 3, 6)
    (folder / name).write_bytes((folder / "result_1.json").read_bytes())
    with pytest.raises(ResultsError, match=reason):
        read_results(folder, ANY)


def test_a_missing_set_never_shifts_the_truth(tmp_path):
    folder = write_toy(tmp_path, 3, 6)
    (folder / "result_1.json").unlink()
    with pytest.raises(ResultsError, match=r"result_1\.json: .*missing"):
        read_results(folder, ANY)
    with pytest.raises(ResultsError, match=r"result_1\.json: .*missing"):
        read_answers(folder)


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        (None, "did not finish"),
        ("{", "not valid JSON"),
        ("{}", "'format' is missing"),
        ('{"format": 2}', "not of format 1"),
        ('{"format": 1, "files": []}', "object of file names"),
        ('{"format": 1, "files": {"result_0.json": 1}}', "digest"),
        ('{"format": 1, "files": {}}', "'settings_digest' is missing"),
    ],
)
def test_refuses_a_run_without_a_sound_marker(tmp_path, marker, reason):
    folder = write_toy(tmp_path, 2, 3)
    (folder / "completed.json").unlink()
    if marker is not None:
        (folder / "completed.json").write_text(marker)
    with pytest.raises(ResultsError, match=reason) as caught:
        read_results(folder, ANY)
    assert isinstance(caught.value, IngestionError) == (marker is None)


def test_refuses_the_marker_of_another_run(tmp_path):
    folder = write_toy(tmp_path / "one", 2, 3)
    foreign = write_files(tmp_path / "other", toy_files(2, 3, seed=2))
    (folder / "completed.json").write_bytes((foreign / "completed.json").read_bytes())
    with pytest.raises(ResultsError, match="not the one that the run finished with"):
        read_results(folder, ANY)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ingestionExitCode: 1", r"failed \(exit code 1\)"),
        ("ingestionExitCode: -9", r"failed \(exit code -9\).*killed from outside"),
        ("ingestionExitCode: 137", r"failed \(exit code 137\).*time limit, or for want of memory"),
        ("ingestionExitCode: null\nexitCode: 0", r"failed \(exit code none\)"),
        ("exitCode: 0", "failed"),
        ("ingestionExitCode: '0'", "failed"),
        ("ingestionExitCode: false", "failed"),
        ("", "failed"),
        ("a: [", "not valid YAML"),
        ("a: 2001-99-99", "not valid YAML"),
    ],
)
def test_refuses_what_the_platform_says_failed(tmp_path, text, reason):
    folder = write_toy(tmp_path, 2, 3)
    (folder / "metadata").write_text(text)
    with pytest.raises(ResultsError, match=reason):
        read_results(folder, ANY)


def test_takes_what_the_platform_says_succeeded(tmp_path):
    folder = write_toy(tmp_path, 2, 3)
    text = "exitCode: null\nelapsedTime: null\ningestionExitCode: 0\ningestionElapsedTime: 12.5\n"
    for told in (text, "ingestionExitCode: 0"):
        (folder / "metadata").write_text(told)
        read_results(folder, ANY)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0", "0"), ("1", "1"), ("-9", "-9"), ("137", "137"), ("0.0", "none"), ("'0'", "none"),
        ("[]", "none"), ("{}", "none"), ("''", "none"), ("2001-01-01", "none"),
        ("9" * 4000, "none"), ("'</p><script>'", "none"),
    ],
)  # fmt: skip
def test_refuses_a_submission_that_ran_a_command_of_its_own(tmp_path, code, shown):
    folder = write_toy(tmp_path, 2, 3)
    (folder / "metadata").write_text(f"exitCode: {code}\ningestionExitCode: 0\n")
    reason = (
        rf"command of its own \(exit code {shown}\)\. Fix: leave metadata\.yaml and metadata out"
    )
    with pytest.raises(ResultsError, match=reason):
        read_results(folder, ANY)


def test_refuses_a_platform_file_that_is_no_file(tmp_path):
    folder = write_toy(tmp_path, 2, 3)
    (folder / "metadata").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match="not a regular file"):
        read_results(folder, ANY)


@pytest.mark.parametrize(
    ("demand", "reason"),
    [
        ({"num_of_sets": 3}, "num_of_sets is 2, not 3"),
        ({"num_pseudo_experiments": 4}, "num_pseudo_experiments is 3, not 4"),
        ({"settings_digest": "00" * 32}, "of other settings"),
    ],
)
def test_refuses_results_of_other_settings(tmp_path, demand, reason):
    folder = write_toy(tmp_path, 2, 3)
    met = ReferenceSettings(
        show_truth=True, num_of_sets=2, num_pseudo_experiments=3, settings_digest="ab" * 32
    )
    read_results(folder, met)
    with pytest.raises(ResultsError, match=reason):
        read_results(folder, ReferenceSettings(show_truth=True, **demand))


def test_refuses_files_too_large_before_parsing_them(tmp_path):
    folder = write_toy(tmp_path, 2, 3)
    with (folder / "run.json").open("ab") as file:
        file.truncate(1024**2 + 1)
    with pytest.raises(ResultsError, match=r"run\.json: .*larger than 1,048,576 bytes"):
        read_results(folder, ANY)


def test_refuses_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ResultsError, match="no such folder"):
        read_results(tmp_path / "nowhere", ANY)


def test_messages_show_no_number_of_results_or_truth(tmp_path):
    files = toy_files(2, 3)
    files["test_settings.json"]["ground_truth_mus"][1] = 12345.678
    with pytest.raises(ResultsError) as caught:
        read_results(write_files(tmp_path, files), ANY)
    assert "12345" not in str(caught.value)


def test_reads_answers_and_duration_of_a_notebook_without_a_marker(tmp_path):
    files = toy_files(2, 3)
    for name in ("result_0.json", "result_1.json", "ingestion_duration.json"):
        (tmp_path / name).write_text(json.dumps(files[name]))
    assert read_answers(tmp_path).p16[1].tolist() == files["result_1.json"]["p16"]
    assert read_ingestion_duration(tmp_path / "ingestion_duration.json") == 1234.5


def test_refuses_answers_where_there_are_none_or_lists_differ(tmp_path):
    with pytest.raises(ResultsError, match=r"1 to 1000 files"):
        read_answers(tmp_path)
    (tmp_path / "result_0.json").write_text(
        '{"mu_hats": [], "delta_mu_hats": [], "p16": [], "p84": []}'
    )
    with pytest.raises(ResultsError, match="no pseudo-experiment"):
        read_answers(tmp_path)
    (tmp_path / "result_0.json").write_text(
        '{"mu_hats": [1], "delta_mu_hats": [1], "p16": [0], "p84": [2, 3]}'
    )
    with pytest.raises(ResultsError, match=r"p84.*must hold 1 numbers, not 2"):
        read_answers(tmp_path)
