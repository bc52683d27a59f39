"""`higgsml approaches`: tables, figures, and what is left out."""

import json

import pandas as pd
import pytest

from HiggsML import approaches
from HiggsML.approaches import Entry, logistic_regression
from HiggsML.generation import generate
from HiggsML.schema import FEATURES, LABELS, UNDEFINED, WEIGHTS
from higgsml_kit.cli import main

NAMES_2014 = {
    "DER_deltar_had_lep": "DER_deltar_tau_lep",
    "DER_pt_ratio_lep_had": "DER_pt_ratio_lep_tau",
    "PRI_n_jets": "PRI_jet_num",
    **{f"PRI_had_{part}": f"PRI_tau_{part}" for part in ("pt", "eta", "phi")},
}


@pytest.fixture
def rows_2014(tmp_path):
    """Generated events in two tables with the columns of 2014."""
    frame = generate({"htautau": 150, "ztautau": 150}, 3)
    table = frame[list(FEATURES)].rename(columns=NAMES_2014).replace(UNDEFINED, -999.0)
    table = table.assign(
        EventId=range(len(table)),
        Weight=frame[WEIGHTS],
        Label=frame[LABELS].map({1.0: "s", 0.0: "b"}),
    )
    folder = tmp_path / "rows"
    folder.mkdir()
    for label, name in (("s", "signal"), ("b", "background")):
        table[table["Label"] == label].to_csv(folder / f"{name}.csv", index=False)
    return folder


def test_it_writes_table_numbers_and_figures(tmp_path, capsys):
    output = tmp_path / "out"
    words = ["approaches", "logistic_regression", "sequential_cuts", "parallel_cuts"]
    assert main([*words, "--events", "10000", "--output", str(output)]) == 0
    table = capsys.readouterr().out
    assert (output / "table.md").read_text() == table.rstrip() + "\n"
    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:] if line]
    assert set(rows) == set(words[1:])
    numbers = json.loads((output / "table.json").read_text())
    widths = {name: numbers["approaches"][name]["width"] for name in rows}
    assert list(widths.values()) == sorted(widths.values(), reverse=True)
    assert {path.stem for path in output.glob("*.png")} == {
        *("roc", "accuracy", "widths", "confusion_counts", "confusion_weights"),
        *("parallel_cuts", "sequential_cuts", "sequential_cuts_on_survivors"),
    }
    # the folder is its own: it may write there again
    assert main([*words[:2], "--events", "10000", "--output", str(output)]) == 0


def test_a_missing_extra_is_named_and_left_out(tmp_path, capsys, monkeypatch):
    entry = Entry(logistic_regression, "needs something", extra="nothing")
    monkeypatch.setattr("HiggsML.approaches.catalogue.EXTRAS", {"nothing": "no_such_library"})
    found = {"logistic_regression": approaches.APPROACHES["logistic_regression"], "other": entry}
    monkeypatch.setattr(approaches, "APPROACHES", found)
    output = tmp_path / "out"
    assert main(["approaches", "--events", "10000", "--output", str(output)]) == 0
    told = capsys.readouterr().out
    assert "other is left out: pip install 'HiggsML[nothing]'." in told
    assert "| logistic_regression |" in told
    assert main(["approaches", "other", "--output", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()


def test_an_unknown_name_is_guessed(tmp_path, capsys):
    assert main(["approaches", "randomforest", "--output", str(tmp_path / "out")]) == 1
    assert "did you mean 'random_forest'?" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_others_is_not_touched(tmp_path, capsys):
    (tmp_path / "mine").write_text("keep")
    assert main(["approaches", "ridge", "--output", str(tmp_path)]) == 1
    assert "no earlier run wrote" in capsys.readouterr().err


def test_rows_of_2014_are_ranked_by_auc(rows_2014, tmp_path, capsys):
    output = tmp_path / "out"
    words = ["approaches", "ridge", "parallel_cuts", "pyramid_match", "boosted_trees"]
    assert main([*words, "--data", str(rows_2014), "--output", str(output)]) == 0
    rows = [line.split("|")[1:4] for line in capsys.readouterr().out.splitlines()[2:] if line]
    assert {row[0].strip() for row in rows} == set(words[1:])
    aucs = [float(row[1].split("±")[0]) for row in rows]
    assert aucs == sorted(aucs, reverse=True)
    assert aucs[0] > 0.6
    numbers = json.loads((output / "table_2014.json").read_text())
    assert numbers["rows"] == 300


def test_rows_of_2014_are_not_measured(rows_2014, tmp_path, capsys):
    words = ["approaches", "--data", str(rows_2014), "--measure", "--output", str(tmp_path / "out")]
    assert main(words) == 1
    assert "cannot be made of the rows of 2014" in capsys.readouterr().err


def test_rows_of_2014_that_lack_something_are_refused(rows_2014, tmp_path, capsys):
    words = ["approaches", "ridge", "--data", str(rows_2014), "--output", str(tmp_path / "out")]
    table = pd.read_csv(rows_2014 / "signal.csv")
    table.drop(columns="Weight").to_csv(rows_2014 / "signal.csv", index=False)
    (rows_2014 / "background.csv").unlink()
    assert main(words) == 1
    assert "there is no such table" in capsys.readouterr().err
    table.drop(columns="Weight").to_csv(rows_2014 / "background.csv", index=False)
    assert main(words) == 1
    assert "columns are missing" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
