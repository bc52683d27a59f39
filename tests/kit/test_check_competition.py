"""Each mistake in competition.yaml is found and named; the bundle of this repository has none."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from HiggsML.errors import SettingsError
from HiggsML.settings_reader import read_settings
from higgsml_kit.archives import write_zip
from higgsml_kit.checks.choices import MARK
from higgsml_kit.checks.competition import SCORE_KEYS
from higgsml_kit.cli import main
from higgsml_kit.commands.check import check_bundle, check_readiness
from higgsml_kit.packing import bundle_files
from higgsml_kit.subjects import unpacked
from higgsml_scoring.report import score
from higgsml_scoring.results import Answers

REPOSITORY = Path(__file__).parents[2]


def test_the_bundle_of_this_repository_has_no_mistake() -> None:
    assert check_bundle(REPOSITORY) == []


def test_what_is_packed_becomes_ready_by_working_off_the_list(tmp_path: Path) -> None:
    """Valid as shipped; every thing to be chosen is one line of competition.yaml."""
    write_zip(bundle_files(REPOSITORY), tmp_path / "bundle.zip")
    with unpacked(tmp_path / "bundle.zip") as bundle:
        assert check_bundle(bundle) == []
        assert 1 <= len(check_readiness(bundle)) <= 10
        path = bundle / "competition.yaml"
        chosen = {
            "your-organisation/": "somebody/",
            "enable_detailed_results": "queue: 0f8fad5b-d9cb-469f-a165-70867728950e\n"
            "contact_email: us@example.org\nenable_detailed_results",
            f"{MARK} your dates.": "",
        }
        text = path.read_text("utf-8")
        for old, new in chosen.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, "utf-8")
        assert check_bundle(bundle) == []
        assert check_readiness(bundle) == []


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
    shown = capsys.readouterr()
    assert shown.out.startswith("the bundle: no problem found.\nIt is valid, but not ready")
    assert "to choose: competition.yaml: participants find no address" in shown.err
    assert main(["check", "--ready"]) == 1
    capsys.readouterr()
    (root / "terms.md").unlink()
    assert main(["check"]) == 1
    captured = capsys.readouterr()
    assert "terms.md: there is no such page. Fix: check the path." in captured.err
    assert captured.out == "the bundle: 1 problem found.\n"
