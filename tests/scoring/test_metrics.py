"""Scores against hand-worked cases, against HiggsML 0.1.5, and their properties."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from higgsml_scoring import metrics

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "scoring.json").read_text())

estimates = st.floats(-10, 10)
counts = st.integers(10, 10**6)
fractions = st.floats(0, 1)


@pytest.mark.parametrize(
    ("mu", "mu_hat", "delta", "rmse", "mae"),
    [
        (1.0, 1.0, 0.0, 0.0, 0.0),
        (1.0, 1.5, 0.5, 0.5, 0.5),  # the claimed error is the true one
        (1.0, 1.5, 0.0, math.sqrt(0.25 + 0.0625), 1.0),
        (2.0, 1.0, 2.0, math.sqrt(1 + 9), 2.0),
        (0.0, -3.0, 1.0, math.sqrt(9 + 64), 5.0),
    ],
)
def test_rmse_and_mae_of_one_experiment(mu, mu_hat, delta, rmse, mae):
    assert metrics.rmse(mu, mu_hat, delta) == pytest.approx(rmse, rel=1e-15)
    assert metrics.mae(mu, mu_hat, delta) == pytest.approx(mae, rel=1e-15)


def test_ends_of_an_interval_cover():
    mu = np.array([1.0, 1.0, 1.0, 1.0])
    held = metrics.covers(mu, [1.0, 0.0, 1.1, 0.0], [2.0, 1.0, 2.0, 0.9])
    assert held.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("n", "sigma", "low", "high"),
    [
        (100, 0.04654, 0.5896, 0.7758),
        (1_000, 0.01472, 0.6533, 0.7121),
        (10_000, 0.004654, 0.6734, 0.6920),
        (100_000, 0.001472, 0.6798, 0.6856),
    ],
)
def test_free_band(n, sigma, low, high):
    assert metrics.coverage_sigma(n) == pytest.approx(sigma, rel=1e-3)
    assert metrics.free_band(n) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("width", "score"), [(0.4, 0.914), (0.5, 0.691), (0.55, 0.596), (0.7, 0.355), (1.0, -0.001)]
)
def test_score_in_the_free_band_is_minus_the_logarithm_of_the_width(width, score):
    assert metrics.quantiles_score(width, 0.6827, 10_000) == pytest.approx(score, abs=5e-4)


@pytest.mark.parametrize(("sigmas", "penalty"), [(1, 2), (2, 17), (3, 82)])
def test_penalty_below_the_band_grows_with_the_fourth_power(sigmas, penalty):
    coverage = metrics.free_band(400)[0] - sigmas * metrics.coverage_sigma(400)
    assert metrics.coverage_penalty(coverage, 400) == pytest.approx(penalty, rel=1e-12)


@pytest.mark.parametrize(("sigmas", "penalty"), [(1, 2), (2, 9), (3, 28)])
def test_penalty_above_the_band_grows_with_the_third_power(sigmas, penalty):
    coverage = metrics.free_band(400)[1] + sigmas * metrics.coverage_sigma(400)
    assert metrics.coverage_penalty(coverage, 400) == pytest.approx(penalty, rel=1e-12)


@pytest.mark.parametrize("case", GOLDEN)
def test_scores_are_those_of_higgsml_0_1_5(case):
    golden = GOLDEN[case]
    mu = np.array(golden["mu"])[:, np.newaxis]
    mu_hat, delta, p16, p84 = (
        np.array(golden[name]) for name in ("mu_hat", "delta_mu_hat", "p16", "p84")
    )
    rmse, mae = metrics.rmse(mu, mu_hat, delta), metrics.mae(mu, mu_hat, delta)
    widths, held = metrics.widths(p16, p84), metrics.covers(mu, p16, p84)
    for row, expected in enumerate(golden["of_sets"]):
        width, coverage = widths[row].mean(), held[row].mean()
        found = [
            np.sqrt(np.mean(rmse[row] ** 2)),  # 0.1.5 averages the squares of an array
            mae[row].mean(),
            width,
            coverage,
            metrics.quantiles_score(width, coverage, held[row].size),
        ]
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    width, coverage = widths.mean(), held.mean()
    score = metrics.quantiles_score(width, coverage, held.size)
    found = [rmse.mean(), mae.mean(), width, coverage, score]
    assert found == pytest.approx(golden["of_all"], rel=1e-12, abs=1e-12)


def test_golden_cases_lie_within_below_and_above_the_band():
    low, high = metrics.free_band(75)
    coverage = {case: GOLDEN[case]["of_all"][3] for case in GOLDEN}
    assert coverage["narrow"] < low <= coverage["calibrated"] <= high < coverage["wide"]


@given(counts, st.sampled_from([0, 1]), st.floats(1e-9, 1e-6))
def test_penalty_is_continuous_at_the_edges_of_the_band(n, edge, step):
    at = metrics.free_band(n)[edge]
    outside = at + (2 * edge - 1) * step * metrics.coverage_sigma(n)
    assert metrics.coverage_penalty(at, n) == pytest.approx(1, abs=1e-12)
    assert metrics.coverage_penalty(outside, n) == pytest.approx(1, abs=1e-12)


@given(fractions, counts, st.floats(1e-3, 10))
def test_score_is_never_better_than_in_the_band(coverage, n, width):
    best = metrics.quantiles_score(width, metrics.ONE_SIGMA, n)
    assert metrics.quantiles_score(width, coverage, n) <= best


@given(fractions, fractions, counts)
def test_penalty_grows_with_the_distance_from_the_band(one, other, n):
    nearer, farther = sorted([one, other], key=lambda c: abs(c - metrics.ONE_SIGMA))
    same_side = (nearer - metrics.ONE_SIGMA) * (farther - metrics.ONE_SIGMA) >= 0
    if same_side:
        assert metrics.coverage_penalty(nearer, n) <= metrics.coverage_penalty(farther, n)


@given(fractions, counts, st.floats(1e-3, 10), st.floats(1.001, 3))
def test_wider_intervals_score_worse_at_the_same_coverage(coverage, n, width, factor):
    wide = metrics.quantiles_score(width * factor, coverage, n)
    assert wide < metrics.quantiles_score(width, coverage, n)


@given(estimates, estimates, st.floats(0, 10))
def test_estimates_on_either_side_of_mu_score_the_same(mu, distance, delta):
    for metric in (metrics.rmse, metrics.mae):
        above, below = metric(mu, mu + distance, delta), metric(mu, mu - distance, delta)
        assert above == pytest.approx(below, abs=1e-9, rel=1e-9)


@given(estimates, estimates, st.floats(0, 10))
def test_a_true_claim_scores_best(mu, mu_hat, delta):
    distance = abs(mu_hat - mu)
    for metric in (metrics.rmse, metrics.mae):
        assert metric(mu, mu_hat, distance) <= metric(mu, mu_hat, delta) + 1e-12
