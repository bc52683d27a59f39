"""The strength of vector-boson fusion: pseudo-data, coverage, and what jets are worth."""

from pathlib import Path

import numpy as np
import pytest

from diphoton_study.event_table import INPUTS, INPUTS_WITHOUT_JETS
from diphoton_study.measurement import SIGNAL, TASK, Coverage, cover, draw, fit, halves
from diphoton_study.mini_trees import MODES
from diphoton_study.processing import SelectedEvents, process, read_selected
from diphoton_study.synthetic import EVENTS, write_samples
from HiggsML.inference import Mixture, MixtureResult
from HiggsML.inference.calibration import COVERAGE
from HiggsML.inference.likelihood import expected_width
from higgsml_kit.cli import main
from small_run import read_json

SMALL = {"ggF": 50_000, "VBF": 16_000, "WH": 6_000, "ZH": 6_000, "ttH": 10_000}

Parts = tuple[SelectedEvents, SelectedEvents]
"""Events that make the measurement, others for pseudo-data."""


def parts_of(events: dict[str, int], folder: Path) -> Parts:
    return halves(read_selected(process(write_samples(folder, events, 7), folder)))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return parts_of(SMALL, tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def mixture(parts: Parts) -> Mixture:
    """The measurement with jets."""
    return fit(parts[0], INPUTS, 0)


@pytest.fixture(scope="module")
def coverage(mixture: Mixture, parts: Parts) -> Coverage:
    """Twelve measurements of pseudo-data."""
    return cover(mixture, parts[1], INPUTS, 4, seed=8)


def test_halves_have_all_the_yields(selected: SelectedEvents) -> None:
    whole = np.bincount(selected.mode, selected.weights)
    for part in halves(selected):
        assert abs(len(part.mode) - len(selected.mode) / 2) <= 0.5
        np.testing.assert_allclose(np.bincount(part.mode, part.weights), whole)


@pytest.mark.slow
def test_intervals_of_300_experiments_cover(tmp_path: Path) -> None:
    """Within three binomial errors; 300 measurements are outside for one seed in 370.

    Templates of fewer events would shift all intervals alike: the numbers are those of the study.
    """
    own, other = parts_of(EVENTS, tmp_path)
    found = cover(fit(own, INPUTS), other, INPUTS, 100, seed=8)
    numbers = found.summary()
    assert abs(numbers["coverage"] - COVERAGE) < 3.0 * np.sqrt(COVERAGE * (1.0 - COVERAGE) / 300)
    assert abs(numbers["mean pull"]) < 0.3
    assert abs(numbers["width of pulls"] - 1.0) < 0.2
    assert 0.8 < numbers["width at 1"] / numbers["expected width"] < 1.2


def test_strengths_are_found(coverage: Coverage) -> None:
    """Means of four measurements within four standard errors, half of one for the templates."""
    for true, results in zip(coverage.strengths, coverage.results, strict=True):
        assert all(one.valid and 0.0 <= one.low < one.high for one in results)
        error = np.mean([one.mu_error for one in results])
        assert abs(np.mean([one.mu for one in results]) - true) < 4.0 * error * np.sqrt(0.25 + 0.25)


def test_the_summary_counts_what_is_covered() -> None:
    """Two true strengths, two intervals each, one of the four beside the truth."""
    ends = [[(0.5, 1.5), (0.9, 1.3)], [(1.0, 2.0), (2.1, 2.5)]]
    results = [
        [
            MixtureResult(
                mu=(low + high) / 2, mu_error=(high - low) / 2, low=low, high=high, nuisances={},
                errors={}, valid=True, mu_range=(0.0, 4.0), template_error=0.0, chi2=0.0,
                p_value=1.0, extrapolated=False, excludes=True, signal=SIGNAL, yields={},
            )
            for low, high in some
        ]
        for some in ends
    ]  # fmt: skip
    found = Coverage((1.0, 2.0), results, 0.8, 1.0).summary()
    assert found["coverage"] == 0.75
    assert found["coverage error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert (found["width at 1"], found["width at 2"]) == pytest.approx((0.7, 0.7))
    assert found["mean pull"] == pytest.approx((0.0 + 0.5 - 1.0 + 1.5) / 4)


def test_jets_make_the_interval_shorter(mixture: Mixture, parts: Parts) -> None:
    without = fit(parts[0], INPUTS_WITHOUT_JETS, 0)
    assert expected_width(mixture.templates) < 0.8 * expected_width(without.templates)


def test_negative_weights_stay_in_the_templates(mixture: Mixture, parts: Parts) -> None:
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
    assert scores["interval"] == pytest.approx(
        np.mean([one.high - one.low for some in coverage.results for one in some])
    )
