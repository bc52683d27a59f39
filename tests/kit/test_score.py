"""`higgsml score`: a saved run is scored again as the scoring program does it."""

import json

from higgsml_kit.cli import main
from toy_results import write_toy


def test_scores_a_saved_run_with_everything_shown(tmp_path):
    folder = write_toy(tmp_path / "res", 2, 20)
    assert main(["score", str(folder), "--output", str(tmp_path / "out")]) == 0
    scores = json.loads((tmp_path / "out" / "scores.json").read_text())
    assert scores["ingestion_duration"] == 1234.5
    assert "Against the true μ" in (tmp_path / "out" / "detailed_results.html").read_text()


def test_obeys_the_organisers_settings(tmp_path, capsys):
    folder = write_toy(tmp_path / "res", 2, 20)
    (tmp_path / "settings.yaml").write_text("show_truth: false\nnum_of_sets: 3\n")
    options = [str(folder), "--reference", str(tmp_path), "--output", str(tmp_path / "out")]
    assert main(["score", *options]) == 1
    assert "num_of_sets is 2, not 3" in capsys.readouterr().err
    (tmp_path / "settings.yaml").write_text("show_truth: false\n")
    assert main(["score", *options]) == 0
    assert "Against the true μ" not in (tmp_path / "out" / "detailed_results.html").read_text()


def test_refuses_a_folder_that_is_not_there(tmp_path, capsys):
    assert main(["score", str(tmp_path / "nowhere"), "--output", str(tmp_path / "out")]) == 1
    message = capsys.readouterr().err
    assert message.startswith("higgsml score: ")
    assert "no such folder" in message
    assert not (tmp_path / "out" / "scores.json").exists()
