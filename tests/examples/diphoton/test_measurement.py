"""The strength of vector-boson fusion: pseudo-data, coverage, and what jets are worth."""

from pathlib import Path

import numpy as np
import pytest

from diphoton_study.event_table import INPUTS, INPUTS_WITHOUT_JETS
from diphoton_study.measurement import SIGNAL, TASK, Coverage, cover, draw, fit, halves
from diphoton_study.mini_trees import MODES
from diphoton_study.processing import SelectedEvents, process, read_selected
from diphoton_study.synthetic import write_samples
from HiggsML.inference import Mixture
from HiggsML.inference.calibration import COVERAGE
from HiggsML.inference.likelihood import expected_width
from higgsml_kit.cli import main
from small_run import read_json

EVENTS = {"ggF": 60_000, "VBF": 16_000, "WH": 6_000, "ZH": 6_000, "ttH": 10_000}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> tuple[SelectedEvents, SelectedEvents]:
    """Events that make the measurement, others for pseudo-data."""
    folder = tmp_path_factory.mktemp("events")
    return halves(read_selected(process(write_samples(folder, EVENTS, 7), folder)))


@pytest.fixture(scope="module")
def mixture(parts: tuple[SelectedEvents, SelectedEvents]) -> Mixture:
    """The measurement with jets."""
    return fit(parts[0], INPUTS, 100)


@pytest.fixture(scope="module")
def coverage(mixture: Mixture, parts: tuple[SelectedEvents, SelectedEvents]) -> Coverage:
    """300 measurements of pseudo-data."""
    return cover(mixture, parts[1], INPUTS, 100, seed=8)


def test_halves_have_all_the_yields(selected: SelectedEvents) -> None:
    whole = np.bincount(selected.mode, selected.weights)
    for part in halves(selected):
        assert abs(len(part.mode) - len(selected.mode) / 2) <= 0.5
        np.testing.assert_allclose(np.bincount(part.mode, part.weights), whole)


def test_intervals_of_300_experiments_cover(coverage: Coverage) -> None:
    """Within three binomial errors; 300 measurements are outside for one seed in 370."""
    found = coverage.summary()
    assert abs(found["coverage"] - COVERAGE) < 3.0 * np.sqrt(COVERAGE * (1.0 - COVERAGE) / 300)
    assert abs(found["mean pull"]) < 0.25  # of a skew likelihood it is not zero
    assert abs(found["width of pulls"] - 1.0) < 0.2
    assert 0.8 < found["width at 1"] / found["expected width"] < 1.2
    assert all(one.valid for some in coverage.results for one in some)


def test_jets_make_the_interval_shorter(
    mixture: Mixture, parts: tuple[SelectedEvents, SelectedEvents]
) -> None:
    without = fit(parts[0], INPUTS_WITHOUT_JETS, 0)
    assert expected_width(mixture.templates) < 0.8 * expected_width(without.templates)


def test_negative_weights_stay_in_the_templates(
    mixture: Mixture, parts: tuple[SelectedEvents, SelectedEvents]
) -> None:
    assert (parts[0].weights < 0.0).any()
    sums = mixture.templates.coefficients[0].sum(axis=1)
    wanted = np.bincount(parts[0].mode, parts[0].weights)
    np.testing.assert_allclose(sums, wanted, rtol=1e-9)
    assert sums[4] < 0.7 * np.bincount(parts[0].mode, np.abs(parts[0].weights))[4]


def test_pseudo_data_have_the_yields_of_their_strength(selected: SelectedEvents) -> None:
    """Means of 200 experiments within four standard errors, theory included."""
    rng = np.random.default_rng(9)
    codes = selected.mode[:, np.newaxis].astype(np.float32)
    drawn = [
        np.bincount(draw(selected, codes, 2.0, rng)[:, 0].astype(int), minlength=len(MODES))
        for _ in range(200)
    ]
    wanted = np.bincount(selected.mode, selected.weights) * [1.0, 2.0, 1.0, 1.0, 1.0]
    spread = np.array([0.0 if mode.name == SIGNAL else mode.theory_error for mode in MODES])
    error = np.sqrt((wanted + np.square(spread * wanted)) / 200)
    assert (np.abs(np.mean(drawn, axis=0) - wanted) < 4.0 * error).all()


def test_the_task_has_a_prior_for_each_other_mode() -> None:
    assert TASK.signal == SIGNAL
    assert TASK.names == ("ggF_yield", "WH_yield", "ZH_yield", "ttH_yield")
    np.testing.assert_array_equal(TASK.rates(3.0, {"ttH_yield": 1.1}), [1.0, 3.0, 1.0, 1.0, 1.1])


def test_the_scoring_program_scores_the_answers(coverage: Coverage, tmp_path: Path) -> None:
    coverage.write(tmp_path / "run", "VBF", 8)
    assert main(["score", str(tmp_path / "run"), "--output", str(tmp_path / "scores")]) == 0
    scores = read_json(tmp_path / "scores" / "scores.json")
    assert scores["coverage"] == pytest.approx(coverage.summary()["coverage"])
