"""Differences are bootstrapped in pairs, and called significant only where they are."""

import dataclasses

import numpy as np
import pytest

from higgsml_scoring.answers import Answers
from higgsml_scoring.comparison import _holm, _p_value, compare
from higgsml_scoring.errors import ComparisonError
from higgsml_scoring.results import Results
from higgsml_scoring.run_facts import parse_run_facts
from toy_results import toy_answers, toy_files

MU = np.linspace(0.1, 3, 10)
RUN = parse_run_facts(toy_files(1, 1)["run.json"], "run.json")


def results(answers, mu=MU):
    return Results(mu, answers, 1.0, {}, RUN)


def narrowed(answers, factor):
    """The same coverage in every experiment with narrower intervals: moved ends, not centres.

    Only where an interval ends far from mu is it cut: on the side away from mu.
    """
    mu = MU[:, np.newaxis]
    low, high = answers.p16.copy(), answers.p84.copy()
    cut = (1 - factor) * (high - low)
    right = high - mu > mu - low
    return dataclasses.replace(
        answers, p16=np.where(right, low, low + cut), p84=np.where(right, high - cut, high)
    )


def test_an_improvement_in_every_experiment_is_significant():
    answers = toy_answers(MU, 200)
    comparison = compare(["plain", "narrow"], [results(answers), results(narrowed(answers, 0.9))])
    assert [row.label for row in comparison.contestants] == ["narrow", "plain"]
    (difference,) = comparison.differences
    assert (difference.better, difference.worse) == ("narrow", "plain")
    assert difference.value == pytest.approx(-np.log(0.9), abs=0.01)
    assert difference.significant
    assert "narrow beats plain by 0.1" in difference.sentence()
    assert ": significant (p = 0.0" in difference.sentence()


def test_pairing_removes_the_noise_that_all_share():
    answers = toy_answers(MU, 200)
    pair = [results(answers), results(narrowed(answers, 0.99))]
    (difference,) = compare(["a", "b"], pair).differences
    first, second = compare(["a", "b"], pair).contestants
    alone = max(row.quantiles_score.high - row.quantiles_score.low for row in (first, second))
    assert difference.high - difference.low < 0.1 * alone  # 95 % of one, 68 % of the other
    assert difference.significant


def test_equal_results_do_not_differ():
    answers = toy_answers(MU, 50)
    (difference,) = compare(["a", "b"], [results(answers), results(answers)]).differences
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)
    assert difference.p_value == 1
    assert "not significant (p = 1.00)" in difference.sentence()


def test_equally_good_results_seldom_differ_significantly():
    """Two toys with equal errors and independent noise, 30 times; at most 5 % are asked for.

    Of 30 at 5 %, more than 6 happen with probability 0.06 %. The bootstrap is cautious: here none
    is.
    """
    significant = 0
    for seed in range(30):
        pair = [results(toy_answers(MU, 100, seed=2 * seed + side)) for side in (0, 1)]
        (difference,) = compare(["a", "b"], pair, bootstraps=400).differences
        significant += difference.significant
    assert significant <= 6


def test_three_results_make_three_pairs_best_first():
    answers = toy_answers(MU, 100)
    three = [results(narrowed(answers, factor)) for factor in (1, 0.8, 0.9)]
    comparison = compare(["a", "b", "c"], three, bootstraps=200)
    assert [row.label for row in comparison.contestants] == ["b", "c", "a"]
    assert [(d.better, d.worse) for d in comparison.differences] == [
        ("b", "c"),
        ("b", "a"),
        ("c", "a"),
    ]


def test_same_input_same_comparison():
    pair = [results(toy_answers(MU, 50, seed=seed)) for seed in (1, 2)]
    assert compare(["a", "b"], pair, bootstraps=50) == compare(["a", "b"], pair, bootstraps=50)


def test_holm_by_hand():
    assert _holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert _holm([0.5, 0.9]) == [1.0, 1.0]
    assert _holm([0.02]) == [0.02]


def test_p_value_counts_the_smaller_tail_twice():
    assert _p_value(np.array([-1.0] + 98 * [1.0])) == pytest.approx(2 * 2 / 100)
    assert _p_value(np.full(99, 1.0)) == pytest.approx(2 / 100)
    assert _p_value(np.zeros(99)) == 1


def different_experiments():
    answers = toy_answers(MU, 20)
    first = results(answers)
    other_run = dataclasses.replace(RUN, experiments_digest="00" * 32)
    fewer = Answers(*(column[:, :-1] for column in vars(answers).values()))
    return {
        "digest": [first, dataclasses.replace(first, run=other_run)],
        "truth": [first, results(answers, MU + 0.1)],
        "number": [first, results(fewer)],
    }


@pytest.mark.parametrize("case", ["digest", "truth", "number"])
def test_refuses_other_experiments(case):
    with pytest.raises(ComparisonError, match="b and a were not measured on the same experiments"):
        compare(["a", "b"], different_experiments()[case])


def test_refuses_a_single_result():
    with pytest.raises(ComparisonError, match="nothing to compare"):
        compare(["a"], [results(toy_answers(MU, 5))])
