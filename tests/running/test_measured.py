from pathlib import Path

import pytest

from HiggsML.errors import PredictionError, RunError
from HiggsML.running.trusted.measured import write_measured
from higgsml_kit.cli import main
from small_run import read_json

ANSWERS = [
    [{"mu_hat": mu + e, "delta_mu_hat": 0.2, "p16": mu + e - 0.2, "p84": mu + e + 0.2} for e in off]
    for mu, off in ((0.5, (0.1, -0.1, 0.3)), (2.0, (0.0, -0.15, 0.1)))
]


def write(folder: Path, answers: list[list[dict[str, float]]] = ANSWERS) -> None:
    write_measured(folder, [0.5, 2.0], answers, name="kaons, by trees", seed=7, seconds=1.5)


def test_the_scoring_program_scores_them(tmp_path: Path) -> None:
    write(tmp_path / "run")
    write(tmp_path / "run")  # over its own files
    assert main(["score", str(tmp_path / "run"), "--output", str(tmp_path / "scores")]) == 0
    scores = read_json(tmp_path / "scores" / "scores.json")
    assert scores["interval"] == pytest.approx(0.4)
    assert scores["coverage"] == pytest.approx(5 / 6)
    assert "kaons, by trees" in (tmp_path / "scores" / "detailed_results.html").read_text()


def test_nothing_is_written_over_what_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(RunError, match=r"thesis\.txt"):
        write(tmp_path)
    with pytest.raises(PredictionError, match="p16 is above p84"):
        write(tmp_path / "new", [[{**ANSWERS[0][0], "p16": 9.0}]])
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
