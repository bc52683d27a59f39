"""The report: averages, invariances, errors, and toy measurements of known score."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from higgsml_scoring.answers import Answers
from higgsml_scoring.errors import ResultsError
from higgsml_scoring.metrics import free_band
from higgsml_scoring.report import quantities, score
from higgsml_scoring.verdict import judge
from toy_results import toy_answers

MU = np.linspace(0.1, 3, 10)


def permuted(answers, order):
    return Answers(
        *(np.take_along_axis(column, order, axis=1) for column in vars(answers).values())
    )


def test_scores_of_two_small_sets_by_hand():
    answers = Answers(
        mu_hat=np.array([[1.0, 2.0], [2.0, 3.0]]),
        delta_mu_hat=np.array([[0.0, 1.0], [1.0, 1.0]]),
        p16=np.array([[1.0, 1.5], [1.0, 2.0]]),
        p84=np.array([[2.0, 2.5], [3.0, 5.0]]),
    )
    report = score(np.array([1.0, 2.0]), answers, 60.0, bootstraps=10)
    first, second = report.sets
    assert (first.rmse.value, first.mae.value) == (0.5, 0.5)
    assert (first.interval.value, first.coverage.value) == (1.0, 0.5)
    # (0 + 1 and 1 + 0) / 2, both squares and sums
    assert (second.rmse.value, second.mae.value) == (1.0, 1.0)
    assert (second.interval.value, second.coverage.value) == (2.5, 1.0)
    assert (first.bias.value, second.bias.value, first.mu_hat) == (0.5, 0.5, 1.5)
    scores = report.scores()
    assert scores["rmse"] == 0.75
    assert scores["mae"] == 0.75
    assert scores["interval"] == 1.75
    assert scores["coverage"] == 0.75  # within 0.6827 +- 2 * 0.2327
    assert scores["quantiles_score"] == pytest.approx(-np.log(1.751), rel=1e-15)
    assert scores["ingestion_duration"] == 60.0
    assert report.experiments == 4


def test_names_of_the_scores():
    report = score(MU, toy_answers(MU, 10), 1.0, bootstraps=10)
    assert list(report.scores()) == [
        "rmse",
        "mae",
        "interval",
        "coverage",
        "quantiles_score",
        "ingestion_duration",
    ]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_scores_do_not_depend_on_the_order_of_experiments_or_sets(seed):
    rng = np.random.default_rng(seed)
    answers = toy_answers(MU, 30, seed=seed)
    order = np.argsort(rng.random((10, 30)), axis=1)
    sets = rng.permutation(10)
    moved = Answers(*(column[sets] for column in vars(permuted(answers, order)).values()))
    one = score(MU, answers, 1.0, bootstraps=2).scores()
    other = score(MU[sets], moved, 1.0, bootstraps=2).scores()
    assert other == pytest.approx(one, rel=1e-12)


def test_same_results_same_report():
    answers = toy_answers(MU, 30)
    assert score(MU, answers, 1.0) == score(MU, answers, 1.0)


def test_arguments_are_not_changed():
    answers = toy_answers(MU, 30)
    kept = {name: column.copy() for name, column in vars(answers).items()}
    score(MU, answers, 1.0, bootstraps=2)
    assert all(np.array_equal(getattr(answers, name), kept[name]) for name in kept)


def test_report_is_frozen():
    report = score(MU, toy_answers(MU, 10), 1.0, bootstraps=2)
    for frozen in (report, report.sets[0], report.coverage):
        with pytest.raises(dataclasses.FrozenInstanceError):
            frozen.value = 1.0


def test_refuses_a_score_that_is_not_finite():
    answers = Answers(*(np.full((1, 2), 1e200) for _ in range(4)))
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(ResultsError, match="not a finite number"),
    ):
        score(np.array([1.0]), answers, 1.0, bootstraps=2)


def half_range(estimate):
    return (estimate.high - estimate.low) / 2


def test_errors_are_binomial_for_the_coverage():
    """Half a 68 % range of 1000 bootstraps has a relative error of about 3 %; 15 % are 5 of them.

    A set of 1000 has 32 times the error of all: of the ten ranges one of 4 errors is rare (0.06 %).
    """
    answers = toy_answers(MU, 1000)
    report = score(MU, answers, 1.0)
    held = quantities(MU, answers)[3]
    expected = np.sqrt(held.var(axis=1).mean() / held.size)
    assert half_range(report.coverage) == pytest.approx(expected, rel=0.15)
    for row, values in zip(report.sets, held, strict=True):
        assert half_range(row.coverage) == pytest.approx(values.std() / np.sqrt(1000), rel=0.15)


def test_errors_of_a_set_are_standard_errors():
    """As above; the distance of mu_hat from mu has the spread of mu_hat."""
    answers = toy_answers(MU, 1000)
    for row, mu_hat in zip(score(MU, answers, 1.0).sets, answers.mu_hat, strict=True):
        assert half_range(row.bias) == pytest.approx(mu_hat.std() / np.sqrt(1000), rel=0.15)
        assert row.bias.low < row.bias.value < row.bias.high
        assert row.bias.value == pytest.approx(mu_hat.mean() - row.mu, abs=1e-12)


def test_calibrated_toy_gets_its_expected_score():
    """Every one of ten seeded toys: width 2 sigma, and the score -ln(width) with no penalty.

    A calibrated toy pays a penalty when its coverage lies beyond two binomial sigma, in 4.6 % of
    the toys; of these ten none does. Widths must agree within four bootstrap errors.
    """
    expected_width = 2 * 0.275 * np.mean(0.8 + 0.2 * MU)
    expected_score = -np.log(expected_width + 1e-3)
    for seed in range(10):
        report = score(MU, toy_answers(MU, 1000, seed=seed), 1.0)
        found = report.interval
        assert abs(found.value - expected_width) < 4 * half_range(found)
        assert abs(report.quantiles_score.value - expected_score) < 0.02
        assert judge(report).kind == "calibrated"


@pytest.mark.parametrize(
    ("stretch", "kind"), [(0.9, "under-covering"), (0.5, "under-covering"), (1.2, "over-covering")]
)
def test_stretched_toys_get_their_verdict(stretch, kind):
    """Coverage moves by 9 binomial sigma or more, so the verdict is sure."""
    report = score(MU, toy_answers(MU, 1000, stretch=stretch), 1.0)
    low, high = free_band(10_000)
    assert not low <= report.coverage.value <= high
    assert judge(report).kind == kind
