"""The sentences say what limits a score, with the right numbers."""

import math

import numpy as np
import pytest

from higgsml_scoring.answers import Answers
from higgsml_scoring.metrics import quantiles_score
from higgsml_scoring.report import score
from higgsml_scoring.verdict import judge, judge_sets
from toy_results import toy_answers

MU = np.linspace(0.1, 3, 10)


def report_with(coverage: float, width: float = 0.5, n: int = 1000):
    """A report of one set in which exactly the given share of the intervals covers."""
    held = np.arange(n) < round(coverage * n)
    low = np.where(held, 1.0 - width / 2, 2.0)[np.newaxis]
    answers = Answers(low + width / 2, np.full((1, n), width / 2), low, low + width)
    return score(np.array([1.0]), answers, 1.0, bootstraps=10)


def test_calibrated():
    verdict = judge(report_with(0.68))
    assert verdict.kind == "calibrated"
    assert verdict.headline.startswith("Calibrated: ")
    assert verdict.penalty == 0
    assert verdict.width_term == pytest.approx(-math.log(0.501))
    assert "68.00\N{NO-BREAK SPACE}%" in verdict.sentences[0]
    assert "65.33\N{NO-BREAK SPACE}%" in verdict.sentences[0]
    assert "0.11 points" in verdict.sentences[1]  # -ln 0.9


def test_under_covering():
    verdict = judge(report_with(0.62))
    assert verdict.kind == "under-covering"
    assert "miss the true μ too often, which costs 3.30 points" in verdict.headline
    assert "4.3 binomial standard deviations too few" in verdict.sentences[0]
    # half-widths for 62 % and 68.27 %: 0.8779 and 1.0000 standard deviations
    assert "wider by 13.9\N{NO-BREAK SPACE}%" in verdict.sentences[1]


def test_over_covering():
    verdict = judge(report_with(0.75))
    assert verdict.kind == "over-covering"
    assert "too wide" in verdict.headline
    assert "4.6 binomial standard deviations too many" in verdict.sentences[0]
    assert "narrower by 13.1\N{NO-BREAK SPACE}%" in verdict.sentences[1]  # 1.1503 to 1.0000


@pytest.mark.parametrize("coverage", [0.0, 0.4, 0.62, 0.68, 0.75, 0.95, 1.0])
def test_width_term_and_penalty_make_up_the_score(coverage):
    verdict = judge(report_with(coverage))
    found = verdict.width_term - verdict.penalty
    assert found == pytest.approx(float(quantiles_score(0.5, coverage, 1000)), rel=1e-12)


@pytest.mark.parametrize("coverage", [0.0, 1.0])
def test_no_advice_from_a_coverage_of_none_or_all(coverage):
    assert "too far off" in judge(report_with(coverage)).sentences[1]


def test_advised_stretch_reaches_the_advised_score():
    """Gaussian toys: after stretching as advised, coverage is right to 2 binomial sigma."""
    narrow = judge(score(MU, toy_answers(MU, 1000, stretch=0.8), 1.0, bootstraps=2))
    wider_by = float(narrow.sentences[1].split("wider by ")[1].split("\N{NO-BREAK SPACE}")[0]) / 100
    stretched = score(MU, toy_answers(MU, 1000, stretch=0.8 * (1 + wider_by)), 1.0, bootstraps=2)
    assert judge(stretched).kind == "calibrated"
    assert f"would be {stretched.quantiles_score.value:.2f}" in narrow.sentences[1]


def test_sentences_on_sets_name_the_worst():
    answers = toy_answers(MU, 1000)
    answers.p16[3] += 5  # a set that never covers
    answers.mu_hat[7] -= 2
    coverage, bias = judge_sets(score(MU, answers, 1.0, bootstraps=2))
    assert f"lowest at μ = {MU[3]:.2f} (0.0\N{NO-BREAK SPACE}%)" in coverage
    assert "chance alone puts 0.5 there" in coverage
    assert "The largest bias is −2.0" in bias
    assert f"μ = {MU[7]:.2f}" in bias


@pytest.mark.parametrize("coverage", [0.0, 0.4, 0.68, 1.0])
@pytest.mark.parametrize("n", [1, 2, 10, 60, 99])
def test_no_verdict_on_few_experiments(n, coverage):
    verdict = judge(report_with(coverage, n=n))
    assert verdict.kind == "too few to tell"
    plural = "" if n == 1 else "s"
    assert verdict.headline.startswith(f"Too few to tell: {n} pseudo-experiment{plural} cannot")
    words = " ".join((verdict.headline, *verdict.sentences)).lower()
    for claim in ("calibrated:", "under-covering", "over-covering", "costs", "too wide", "gain"):
        assert claim not in words


def test_a_verdict_from_a_hundred_experiments_on():
    verdict = judge(report_with(0.68, n=100))
    assert verdict.kind == "calibrated"
    assert verdict.headline.startswith("Calibrated, as far as 100 pseudo-experiments can tell: ")
    assert judge(report_with(0.4, n=100)).kind == "under-covering"


def test_a_small_penalty_is_not_told_as_none():
    verdict = judge(report_with(0.653, n=1000))  # the free band begins at 0.6533
    assert verdict.kind == "under-covering"
    assert "costs less than 0.01 points" in verdict.headline


def test_small_sets_are_not_told_apart():
    (sentence,) = judge_sets(score(MU, toy_answers(MU, 20), 1.0, bootstraps=2))
    assert sentence.startswith("20 pseudo-experiments in each set are too few")
