"""Each mistake in competition.yaml is found and named; the bundle of this repository has none."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from HiggsML.errors import SettingsError
from HiggsML.settings_reader import read_settings
from higgsml_kit.bundle import read_mapping
from higgsml_kit.checks.competition import SCORE_KEYS
from higgsml_kit.cli import main
from higgsml_kit.commands.check import check_bundle
from higgsml_scoring.report import score
from higgsml_scoring.results import Answers

REPOSITORY = Path(__file__).parents[2]

Content = dict[str, Any]


def test_the_bundle_of_this_repository_has_no_mistake() -> None:
    assert check_bundle(REPOSITORY) == []


def test_the_two_phases_differ_in_number_alone_and_hold_no_seed() -> None:
    feedback, final = (
        read_settings(REPOSITORY / folder / "settings.yaml")
        for folder in ("input_data", "input_data_final")
    )
    assert feedback.data.seed == feedback.protocol.random_seed == "fresh"
    assert final.protocol.num_pseudo_experiments == 1000
    protocol = replace(
        final.protocol, num_pseudo_experiments=feedback.protocol.num_pseudo_experiments
    )
    assert replace(final, protocol=protocol) == feedback


@pytest.mark.parametrize("seed", ["0", "20260601", str(2**127 + 1)])
@pytest.mark.parametrize("key", ["data.seed", "protocol.random_seed"])
def test_a_fixed_seed_is_refused_for_upload(root: Path, key: str, seed: str) -> None:
    """However long it is: what lies in the bundle can be read."""
    seeds = {"data.seed": "fresh", "protocol.random_seed": "fresh"} | {key: seed}
    (root / "input_data" / "settings.yaml").write_text(
        "data:\n  source: generator\n  train_events: {htautau: 1}\n  test_events: {htautau: 1}\n"
        f"  seed: {seeds['data.seed']}\n"
        f"protocol: {{random_seed: {seeds['protocol.random_seed']}}}\n"
    )
    [problem] = check_bundle(root)
    assert problem.where == "input_data/settings.yaml"
    assert problem.what.startswith(f"{key} is fixed")
    assert "fresh" in problem.fix


def test_score_keys_are_those_that_scoring_writes() -> None:
    numbers = np.ones((1, 2))
    report = score(np.ones(1), Answers(numbers, numbers, numbers, numbers), 1.0)
    assert report.scores().keys() == SCORE_KEYS.keys()


def test_a_bundle_without_mistakes(root: Path) -> None:
    assert check_bundle(root) == []


def first_phase(**changes: object) -> Callable[[Content], object]:
    return lambda content: content["phases"][0].update(changes)


def board(**changes: object) -> Callable[[Content], object]:
    return lambda content: content["leaderboards"][0].update(changes)


def column(**changes: object) -> Callable[[Content], object]:
    return lambda content: content["leaderboards"][0]["columns"][1].update(changes)


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (lambda c: c.update(version=2.0), "version must be 2"),
        (lambda c: c.update(dockerimage="a:1"), r"'dockerimage'.*did you mean 'docker_image'"),
        (lambda c: c.update(docker_image="somebody/image"), "fixed tag"),
        (lambda c: c.update(docker_image="host:5000/image:latest"), "fixed tag"),
        (lambda c: c.update(image="terms.md"), "not a PNG, JPEG or GIF"),
        (lambda c: c.update(title="x" * 300), "longer than 256"),
        (lambda c: c.update(terms="nowhere.md"), r"nowhere\.md: there is no such page"),
        (lambda c: c.update(pages={"title": "a", "file": "b"}), "'pages' must be a list"),
        (lambda c: c.update(phases=["First"]), r"phases\[0\]: must hold keys"),
        (lambda c: c.pop("terms"), "'terms' is missing"),
        (lambda c: c["tasks"][0].pop("scoring_program"), "'scoring_program' is missing"),
        (lambda c: c["tasks"][0].update(input_data="inputs"), "'inputs' is not a folder"),
        (lambda c: c["tasks"][0].update(ingestion_only_during_scoring=True), "reference data"),
        (lambda c: c["tasks"].append(dict(c["tasks"][0])), "whole number of its own"),
        (first_phase(tasks=[3]), "there is no task 3"),
        (first_phase(strat="x"), r"'strat'.*did you mean 'start'"),
        (first_phase(start="2027-01-01T12:00:00+02:00"), "start is not a quoted date"),
        (first_phase(start="3-4-2027"), "start is not a quoted date"),
        (first_phase(end="2026-01-01 12:00:00"), "ends before it starts"),
        (first_phase(end="2027-02-02 12:00:00"), r"phases\[1\].*just when"),
        (lambda c: c["phases"][0].pop("end"), "only the last phase"),
        (first_phase(execution_time_limit="7500"), "whole seconds"),
        (first_phase(execution_time_limit=7200), r"total_seconds.*at most 7140"),
        (first_phase(hide_prediction_output=False), "with them the true mu"),
        (lambda c: c.update(make_input_data_available=True), "publishes the input data"),
        (first_phase(auto_migrate_to_this_phase=True), "first phase"),
        (board(submission_rule="Force Best"), "did you mean 'Force_Best'"),
        (board(primary_index=9), "primary_index is no column"),
        (board(key="k" * 40), "too long"),
        (board(columns=[]), "'columns' is missing or empty"),
        (column(key="intervall"), "did you mean 'interval'"),
        (column(sorting="desc"), "write: sorting: asc"),
        (column(key="quantiles_score", sorting="desc"), "is there twice"),
        (column(precision="3"), "precision must be a whole number"),
        (column(index=0), "whole number of its own"),
        (column(computation="avg", computation_indexes="0,1"), "as a list"),
        (lambda c: c["leaderboards"][0]["columns"][0].pop("sorting"), "'sorting' is missing"),
    ],
)
def test_mistakes(root: Path, mistake: Callable[[Content], object], message: str) -> None:
    path = root / "competition.yaml"
    content = read_mapping(path)
    mistake(content)
    path.write_text(yaml.safe_dump(content), "utf-8")
    found = " ".join(map(str, check_bundle(root)))
    assert re.search(message, found), found


def test_unquoted_dates(root: Path) -> None:
    path = root / "competition.yaml"
    path.write_text(path.read_text().replace("'2027-01-01 12:00:00'", "2027-01-01 12:00:00"))
    assert "cut to midnight" in check_bundle(root)[0].what


@pytest.mark.parametrize(("name", "message"), [("overview.md", "empty"), ("terms.md", "empty")])
def test_empty_pages(root: Path, name: str, message: str) -> None:
    (root / name).write_text("\n")
    assert message in check_bundle(root)[0].what


def test_a_page_that_is_not_text(root: Path) -> None:
    (root / "overview.md").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in check_bundle(root)[0].what


def test_folders_that_do_not_arrive(root: Path) -> None:
    (root / "reference_data" / "settings.yaml").unlink()
    assert "holds no file" in check_bundle(root)[0].what
    (root / "reference_data").rmdir()
    (root / "reference_data").symlink_to(root / "input_data")
    assert "not a link" in check_bundle(root)[0].fix


def test_settings_that_cannot_be_read(root: Path) -> None:
    (root / "input_data" / "settings.yaml").write_text("data: {sauce: generator}\n")
    assert "unknown key" in check_bundle(root)[0].what


def test_competition_that_cannot_be_read(root: Path) -> None:
    path = root / "competition.yaml"
    path.write_text("version: 2\ntitle: a: b\n")
    with pytest.raises(SettingsError, match="line 2"):
        check_bundle(root)
    path.unlink()
    with pytest.raises(SettingsError, match="the file is missing"):
        check_bundle(root)


def test_command(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "the bundle: no problem found.\n"
    (root / "terms.md").unlink()
    assert main(["check"]) == 1
    captured = capsys.readouterr()
    assert "terms.md: there is no such page. Fix: check the path." in captured.err
    assert captured.out == "the bundle: 1 problem found.\n"
