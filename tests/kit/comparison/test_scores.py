"""Widths, and the order of approaches."""

import numpy as np
import pytest

from HiggsML.approaches import APPROACHES
from higgsml_kit.comparison.events import class_balanced, generated_events
from higgsml_kit.comparison.scores import score, train, width_of

WIDTHS = (
    *("parallel_cuts", "sequential_cuts", "pyramid_match"),
    *("random_forest", "strong_boosted_trees"),
)


def hard(n, seed):
    """Half of the signal and a fifth of the background pass; 100 and 10,000 events expected."""
    rng = np.random.default_rng(seed)
    is_signal = rng.random(n) < 0.5
    passed = rng.random(n) < np.where(is_signal, 0.5, 0.2)
    weights = np.where(is_signal, 100.0, 10_000.0) / np.bincount(is_signal)[is_signal.astype(int)]
    return passed.astype(float), is_signal, weights


def test_the_width_of_a_hard_decision_is_that_of_two_bins():
    s, b = np.array([50.0, 50.0]), np.array([2_000.0, 8_000.0])
    exact = 2.0 / np.sqrt(np.sum(s**2 / (s + b)))
    width, error = width_of(*hard(40_000, 1))
    assert width == pytest.approx(exact, abs=4.0 * error)
    assert error < 0.05 * width


def test_the_error_of_the_width_is_its_spread():
    """60 samples give the spread to a tenth; the seeds are fixed."""
    found = np.array([width_of(*hard(4_000, seed)) for seed in range(60)])
    assert found[:, 0].std() == pytest.approx(found[:, 1].mean(), rel=0.35)


def test_a_continuous_score_beats_a_cut_on_it():
    rng = np.random.default_rng(1)
    is_signal = rng.random(40_000) < 0.5
    p = 1.0 / (1.0 + np.exp(-rng.normal(np.where(is_signal, 1.0, 0.0), 1.0)))
    weights = np.where(is_signal, 0.01, 1.0)
    cut = width_of((p > 0.7).astype(float), is_signal, weights)[0]
    assert width_of(p, is_signal, weights)[0] < 0.95 * cut


def test_balanced_weights_have_equal_sums():
    is_signal = np.arange(10) < 3
    found = class_balanced(np.arange(1.0, 11.0), is_signal)
    np.testing.assert_allclose([found[is_signal].sum(), found[~is_signal].sum()], [5.0, 5.0])


def test_a_part_of_the_events_stands_for_all():
    training, test = generated_events(10_000, 1)
    for events in (training, test):
        assert events.yields[0] == pytest.approx(training.yields[0])
        assert events.yields[1] == pytest.approx(training.yields[1])
    assert len(training.weights) / len(test.weights) == pytest.approx(3 / 7, rel=1e-3)


@pytest.mark.slow
def test_intervals_narrow_from_counting_to_shape_fit():
    """The order of the table, each step by more than two of its errors, of 100,000 events."""
    training, test = generated_events(100_000, 1)
    rows = {}
    for name in WIDTHS:
        entry = APPROACHES[name]
        rows[name], _ = score(entry, train(entry, training), training, test)
    widths = np.array([rows[name].width for name in WIDTHS])
    errors = np.array([rows[name].width_error for name in WIDTHS])
    assert (np.diff(widths)[[0, 2, 3]] < -2.0 * np.hypot(errors[:-1], errors[1:])[[0, 2, 3]]).all()
    assert widths[2] < widths[1]
