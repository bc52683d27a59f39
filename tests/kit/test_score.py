"""`higgsml score`: a saved run is scored again as the scoring program does it."""

import json
import shutil
import zipfile

import pytest

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


@pytest.fixture
def downloads(tmp_path):
    """Runs as they are downloaded: a folder, a zip file, one in a folder; and a broken one."""
    folder = tmp_path / "downloads"
    write_toy(folder / "wide", 5, 100, seed=1, sigma=0.4)
    (folder / "wide" / "scores.json").write_text('{"quantiles_score": 2.0}')
    write_toy(tmp_path / "narrow", 5, 100, seed=2, sigma=0.2)
    with zipfile.ZipFile(folder / "narrow.zip", "w") as archive:
        for path in (tmp_path / "narrow").iterdir():
            archive.write(path, path.name)
        archive.writestr("scores.json", '{"quantiles_score": 1.0}')
    write_toy(tmp_path / "middle", 5, 100, seed=3, sigma=0.3)
    (folder / "middle").mkdir()
    shutil.make_archive(str(folder / "middle" / "prediction_result"), "zip", tmp_path / "middle")
    broken = write_toy(folder / "broken", 5, 100)
    (broken / "result_3.json").write_text("{}")
    (folder / "notes.txt").write_text("not a result")
    return folder


def test_many_results_are_scored_and_ranked(downloads, tmp_path, capsys):
    """With who has moved since the scores were saved; what cannot be scored comes last."""
    out = tmp_path / "out"
    assert main(["score", str(downloads), "--output", str(out)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [words[:2] for words in lines[1:5]] == [
        ["1", "narrow"],
        ["2", "middle"],
        ["3", "wide"],
        ["-", "broken"],
    ]
    rows = json.loads((out / "ranking.json").read_text())
    assert [row["place_before"] for row in rows] == [2, 0, 1, 0]
    assert rows[0]["errors_ahead"] > 3
    assert rows[0]["low"] < rows[0]["score"] < rows[0]["high"]
    assert rows[3]["score"] is None
    assert "result_3.json" in rows[3]["refused"]
    page = (out / "ranking.html").read_text()
    assert page.count("<tr>") == 5
    assert "2.0000, place 1 (-2)" in page


def test_a_ranking_gives_the_score_of_the_scoring_program(downloads, tmp_path):
    assert main(["score", str(downloads), "--output", str(tmp_path / "all")]) == 0
    assert main(["score", str(downloads / "wide"), "--output", str(tmp_path / "one")]) == 0
    [row] = [r for r in json.loads((tmp_path / "all/ranking.json").read_text()) if r["place"] == 3]
    alone = json.loads((tmp_path / "one/scores.json").read_text())
    assert (row["score"], row["coverage"]) == (alone["quantiles_score"], alone["coverage"])
