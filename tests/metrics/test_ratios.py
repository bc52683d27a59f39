"""Efficiencies, rejection and log loss against scikit-learn, and by hand."""

import numpy as np
import pytest
from sklearn import metrics as reference

from HiggsML.errors import DataError
from HiggsML.metrics import auc, efficiencies, log_loss, rejection


def sample(n=3000, seed=5):
    rng = np.random.default_rng(seed)
    is_signal = rng.random(n) < 0.4
    scores = np.round(1.0 / (1.0 + np.exp(-rng.normal(is_signal * 1.5, 1.0))), 2)
    return scores, is_signal, rng.random(n)


def test_efficiencies_are_those_of_the_library():
    scores, is_signal, weights = sample()
    signal, background = efficiencies(scores, is_signal, weights)
    mistag, tag, _ = reference.roc_curve(
        is_signal, scores, sample_weight=weights, drop_intermediate=False
    )
    np.testing.assert_allclose(signal, tag, atol=1e-12)
    np.testing.assert_allclose(background, mistag, atol=1e-12)


def test_the_area_is_that_of_the_library():
    scores, is_signal, weights = sample()
    expected = reference.roc_auc_score(is_signal, scores, sample_weight=weights)
    assert auc(scores, is_signal, weights) == pytest.approx(expected, abs=1e-12)
    assert auc(0.0 * scores, is_signal) == 0.5


def test_efficiencies_need_signal_and_background():
    with pytest.raises(DataError, match="weights of background do not sum to more than zero"):
        efficiencies([0.1, 0.2], [1, 1])


@pytest.mark.parametrize("efficiency", [0.3, 0.5, 0.99, 1.0])
def test_rejection_by_brute_force(efficiency):
    scores, is_signal, weights = sample()
    kept = []
    for cut in np.unique(scores):
        passed = scores >= cut
        if weights[passed & is_signal].sum() >= efficiency * weights[is_signal].sum() - 1e-9:
            kept.append(weights[passed & ~is_signal].sum() / weights[~is_signal].sum())
    found = rejection(scores, is_signal, weights, efficiency=efficiency)
    assert found == pytest.approx(1.0 / min(kept))


def test_rejection_of_a_perfect_score_is_infinite():
    assert rejection([0.1, 0.9], [0, 1], efficiency=1.0) == np.inf


@pytest.mark.parametrize(("accuracy", "micro"), [(0.765086, 4.256874), (0.805868, 5.151141)])
def test_micro_rejection_of_hard_decisions_is_that_of_their_accuracy(accuracy, micro):
    """1 / (1 - accuracy), as in the published table of cuts."""
    is_signal = np.array([1, 1, 0, 0])
    decisions = np.array([1.0, 0.0, 0.0, 1.0])
    weights = np.array([accuracy, 1.0 - accuracy] * 2)
    found = rejection(decisions, is_signal, weights, average="micro")
    assert found == pytest.approx(1.0 / (1.0 - accuracy), rel=1e-12)
    assert found == pytest.approx(micro, abs=1.5e-5)


def test_micro_rejection_counts_every_event_as_both_classes():
    scores, is_signal, weights = sample()
    scores = np.round(128.0 * scores) / 128.0  # so that 1 - p has the same ties
    mistag, tag, _ = reference.roc_curve(
        np.concatenate([is_signal, ~is_signal]),
        np.concatenate([scores, 1.0 - scores]),
        sample_weight=np.tile(weights, 2),
        drop_intermediate=False,
    )
    expected = 1.0 / mistag[tag >= 0.5].min()
    assert rejection(scores, is_signal, weights, average="micro") == pytest.approx(expected)


def test_an_unknown_average_is_refused():
    with pytest.raises(DataError, match=r'unknown average.*use "class" or "micro"'):
        rejection([0.1, 0.9], [0, 1], average="macro")


def test_log_loss_is_that_of_the_library():
    rng = np.random.default_rng(1)
    table = rng.dirichlet(np.ones(5), 400)
    codes, weights = rng.integers(0, 5, 400), rng.random(400)
    assert log_loss(table, codes, weights) == pytest.approx(
        reference.log_loss(codes, table, sample_weight=weights)
    )


def test_log_loss_of_constant_answers():
    """ln 5 for a fifth each: what five classes in equal shares cost who knows nothing."""
    codes = np.repeat(np.arange(5), 7)
    assert log_loss(np.full((35, 5), 0.2), codes) == pytest.approx(1.609438, abs=1e-6)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_log_loss_of_a_certain_mistake_is_finite(kind):
    loss = log_loss(np.array([[1.0, 0.0]], dtype=kind), [1])
    assert loss == pytest.approx(-np.log(np.finfo(kind).eps))


@pytest.mark.parametrize(
    ("table", "codes", "message"),
    [
        ([0.2, 0.8], [0, 1], "a row of probabilities and a class are needed"),
        ([[0.2, 0.8]], [0, 1], "a row of probabilities and a class are needed"),
        ([[0.2, 0.8]], [2], "a class has no column of probabilities"),
    ],
)
def test_log_loss_of_what_does_not_fit_is_refused(table, codes, message):
    with pytest.raises(DataError, match=message):
        log_loss(table, codes)
