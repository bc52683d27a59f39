"""Classifiers side by side: what their table says, and that balance finds the rare modes."""

import numpy as np
import pytest

from diphoton_study.classifiers import BASELINE, Trained, comparison, train_all, used_columns
from diphoton_study.event_table import INPUTS
from diphoton_study.mini_trees import MODES
from diphoton_study.processing import SelectedEvents

COLUMNS = ["met", "pt_yy", "jet_n", "m_jj", "delta_eta_jj", "jet_MV2c10_max", "lep_n", "tau_n"]


def test_the_table_is_that_of_the_confusion() -> None:
    """Modes all taken for the first, and modes all found; a negative yield is counted."""
    counts, weights = np.array([5, 4, 3, 2, 2]), np.array([90.0, 8.0, 2.0, 1.0, -1.0])
    first = np.zeros((5, 5))
    first[:, 0] = 1.0
    trained = [
        Trained("all ggF", counts[:, None] * first, weights[:, None] * first, 4.0, np.empty(0)),
        Trained("perfect", np.diag(counts), np.diag(weights), 0.0, np.empty(0)),
    ]
    table = comparison(trained)
    assert table["taken for ggF"].tolist() == pytest.approx([1.0, 0.9])
    assert table["found"].tolist() == pytest.approx([0.2, 1.0])
    assert table["VBF found"].tolist() == [0.0, 1.0]


def test_used_columns_are_those_above_the_mean() -> None:
    assert used_columns(np.array([0.5, 0.1, 0.4]), ["a", "b", "c"]) == ["a", "c"]


@pytest.fixture(scope="module")
def trained(selected: SelectedEvents) -> list[Trained]:
    training, test = (selected.part(np.arange(k, len(selected.mode), 2)) for k in (0, 1))
    return train_all(training, test, COLUMNS, rows=2_000)


@pytest.mark.slow
def test_balance_finds_the_rare_modes(trained: list[Trained]) -> None:
    """Not all is taken for gluon fusion, and modes of equal weight are told better than guessed."""
    table = comparison(trained)
    assert len(table) == 8
    assert table["taken for ggF"].iloc[0] > 0.9
    others = table.iloc[1:]
    assert (others["taken for ggF"] < 0.85).all()
    assert (others["found"] > table["found"].iloc[0]).all()
    assert (others["VBF found"] > 0.4).all()
    assert others["log loss"].min() < 0.8 * np.log(len(MODES))


@pytest.mark.slow
def test_a_forest_needs_few_of_the_columns(trained: list[Trained]) -> None:
    [baseline] = [one for one in trained if one.name == BASELINE]
    [again] = [one for one in trained if one.name.startswith(f"{BASELINE}, ")]
    used = used_columns(baseline.importances, COLUMNS)
    assert 0 < len(used) < len(COLUMNS) < len(INPUTS)
    assert again.name.endswith(f"{len(used)} columns")
    assert again.log_loss < 1.1 * baseline.log_loss
