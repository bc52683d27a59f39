"""A dry run held against the last one, another folder, or another submission."""

import shutil
from pathlib import Path

import pytest

from HiggsML.errors import DataError
from higgsml_kit.comparing import describe_difference, other_results
from toy_results import write_toy


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """The output of a dry run."""
    write_toy(tmp_path / "results" / "predictions", 5, 100, sigma=0.3)
    return tmp_path / "results"


def never(submission: Path, folder: Path) -> None:
    raise AssertionError(submission, folder)


def test_the_last_run_is_kept_while_it_is_replaced(output: Path, tmp_path: Path) -> None:
    with other_results("last", output, tmp_path, never) as other:
        shutil.rmtree(output)
        write_toy(output / "predictions", 5, 100, sigma=0.2)
        told = describe_difference(other, output / "predictions")
    assert "this run beats the last run by" in told
    assert "significant (p = " in told
    assert "Mean width: -0.2039 ± 0.0020 against the last run." in told
    assert not other.results.exists()


def test_a_submission_is_measured_first(output: Path, tmp_path: Path) -> None:
    (tmp_path / "bundle" / "mine").mkdir(parents=True)
    (tmp_path / "bundle" / "mine" / "model.py").touch()

    def measure(submission: Path, folder: Path) -> None:
        assert submission == tmp_path / "bundle" / "mine"
        write_toy(folder / "predictions", 5, 100, sigma=0.2)

    with other_results("mine", output, tmp_path / "bundle", measure) as other:
        told = describe_difference(other, output / "predictions")
    assert "mine beats this run by" in told


def test_other_experiments_are_not_compared(output: Path, tmp_path: Path) -> None:
    write_toy(tmp_path / "other", 5, 100, seed=2)
    with other_results(str(tmp_path / "other"), output, tmp_path, never) as other:
        told = describe_difference(other, output / "predictions")
    assert told.startswith("Nothing to compare: ")
    assert "not measured on the same experiments" in told


@pytest.mark.parametrize("named", ["LAST", "nothing"])
def test_what_is_not_there_is_said_before_anything_runs(tmp_path: Path, named: str) -> None:
    with (
        pytest.raises(DataError, match="Fix"),
        other_results(named, tmp_path / "results", tmp_path, never),
    ):
        pass
