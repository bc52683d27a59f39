"""`higgsml compare`: table, sentences, figure and numbers."""

import json
import shutil
from pathlib import Path

import pytest

from HiggsML.errors import DataError
from higgsml_kit.cli import main
from higgsml_kit.commands.compare import label_folders
from toy_results import write_toy


@pytest.fixture
def runs(tmp_path):
    """Three runs on the same experiments; `good` and `same` are equal, `wide` is wider."""
    for name, sigma in (("good", 0.2), ("same", 0.2), ("wide", 0.3)):
        write_toy(tmp_path / name / "results", 5, 100, sigma=sigma)
    return tmp_path


def test_prints_a_table_and_sentences_and_writes_figure_and_numbers(runs, capsys):
    folders = [str(runs / name / "results") for name in ("wide", "good", "same")]
    assert main(["compare", *folders, "--output", str(runs / "out")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["result", "quantiles", "score"]
    assert [line.split()[0] for line in lines[1:4]] == ["good", "same", "wide"]
    assert lines[5].startswith("good lies ahead of same by 0.000")
    assert "not significant" in lines[5]
    assert lines[6].startswith("good beats wide by 0.4")
    assert ": significant (p = " in lines[6]
    assert {path.name for path in (runs / "out").iterdir()} - {".higgsml.json"} == {
        "comparison.json",
        "comparison.svg",
        "comparison.png",
    }
    numbers = json.loads((runs / "out" / "comparison.json").read_text())
    assert [row["label"] for row in numbers["contestants"]] == ["good", "same", "wide"]
    assert len(numbers["differences"]) == 3


def test_takes_zip_files_and_a_folder_of_many(runs, capsys):
    shutil.make_archive(str(runs / "packed" / "zipped"), "zip", runs / "wide" / "results")
    files = [str(runs / "packed" / "zipped.zip"), str(runs / "good")]
    (runs / "good" / "results").rename(runs / "good" / "predictions")
    assert main(["compare", *files, "--output", str(runs / "out")]) == 0
    assert "good beats zipped" in capsys.readouterr().out
    shutil.move(runs / "good", runs / "packed" / "good")
    assert main(["compare", str(runs / "packed"), "--output", str(runs / "out")]) == 0
    assert "good beats zipped" in capsys.readouterr().out


def test_refuses_other_experiments_and_writes_nothing(runs, capsys):
    other = write_toy(runs / "other", 5, 100, seed=2)
    folders = [str(runs / "good" / "results"), str(other)]
    assert main(["compare", *folders, "--output", str(runs / "out")]) == 1
    assert "not measured on the same experiments" in capsys.readouterr().err
    assert not (runs / "out").exists()


def test_refuses_one_result_and_broken_results(runs, capsys):
    good = str(runs / "good" / "results")
    assert main(["compare", good]) == 1
    assert "nothing to compare" in capsys.readouterr().err
    (runs / "wide" / "results" / "completed.json").unlink()
    assert main(["compare", good, str(runs / "wide" / "results")]) == 1
    assert "did not finish" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folders", "labels"),
    [
        (["/runs/a/results", "/runs/b/results"], ["a", "b"]),
        (["/runs/a", "/runs/b"], ["a", "b"]),
        (["/x/a/results", "/y/a/results"], ["x", "y"]),
        (["/x/a", "/y/a", "/y/b"], ["x/a", "y/a", "y/b"]),
        (["/runs/a/results"], ["results"]),
    ],
)
def test_labels_are_what_tells_folders_apart(folders, labels):
    assert label_folders([Path(folder) for folder in folders]) == labels


def test_refuses_a_folder_named_twice(tmp_path):
    with pytest.raises(DataError, match="named twice"):
        label_folders([tmp_path, tmp_path / "." / "x" / ".."])
