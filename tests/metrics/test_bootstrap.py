"""Errors from resampled events: those of theory, and small ones of differences."""

import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.metrics import auc, best_cut, paired_bootstrap


def events(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    is_signal = rng.random(n) < 0.5
    return rng.normal(1.2 * is_signal, 1.0), is_signal, rng


def test_the_error_of_a_mean_is_that_of_theory():
    """Of 1000 resamples, the error of the error is 2.2 %; five of them are allowed."""
    scores, is_signal, _ = events()
    found = paired_bootstrap(
        lambda values, truth, weights: float(np.average(values, weights=weights)),
        {"trees": scores},
        is_signal,
        resamples=1000,
    )
    assert found["trees"].std() == pytest.approx(scores.std() / np.sqrt(1500), rel=0.11)
    assert found["trees"].mean() == pytest.approx(scores.mean(), abs=0.01)


def test_the_luck_of_the_sample_cancels_in_differences():
    scores, is_signal, rng = events()
    both = {"trees": scores, "network": scores + rng.normal(0.0, 0.1, len(scores))}
    found = paired_bootstrap(auc, both, is_signal, resamples=60)
    alone = found["trees"].std()
    assert (found["trees"] - found["network"]).std() < 0.3 * alone
    assert found["trees"].mean() == pytest.approx(auc(scores, is_signal), abs=3.0 * alone)


def test_the_same_seed_draws_the_same_events():
    scores, is_signal, _ = events(200)
    draws = [
        paired_bootstrap(auc, {"trees": scores}, is_signal, resamples=5, seed=seed)["trees"]
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_weights_of_the_events_stay():
    """An event without weight has none, however often it is drawn."""
    scores, is_signal, rng = events(300)
    junk = np.concatenate([scores, rng.normal(9.0, 1.0, 300)])
    truth = np.concatenate([is_signal, np.zeros(300, dtype=bool)])
    weights = np.repeat([1.0, 0.0], 300)
    found = paired_bootstrap(auc, {"trees": junk}, truth, weights, resamples=20)
    assert found["trees"].mean() == pytest.approx(auc(scores, is_signal), abs=0.03)


def test_any_metric_of_weighted_scores():
    scores, is_signal, _ = events(500)
    found = paired_bootstrap(
        lambda *event: best_cut(*event).ams, {"trees": scores}, is_signal, resamples=4
    )
    assert (found["trees"] > 0.0).all()


def test_no_classifier_is_refused():
    with pytest.raises(DataError, match="there is no classifier"):
        paired_bootstrap(auc, {}, [1, 0])
