"""A network whose learning rate falls and whose inputs are scaled."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from HiggsML.inference import AnnealedNetwork
from HiggsML.inference.forward_pass import probabilities


def problem(n=20_000, seed=1):
    """Three classes, inputs of very different sizes, weights."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    y = np.digitize(np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.3 * rng.normal(size=n), [-0.5, 0.5])
    scaled = x * np.float32([1.0, 100.0, 0.01, 1.0]) + np.float32([0.0, 300.0, 0.0, 5.0])
    return np.asfortranarray(scaled), y, rng.uniform(0.5, 2.0, n)


def network(**options):
    return AnnealedNetwork(
        (24, 24), batch_size=256, learning_rate_init=1e-2, max_iter=12, random_state=1, **options
    )


@pytest.fixture(scope="module")
def fitted():
    x, y, weights = problem()
    return network().fit(x, y, sample_weight=weights)


def test_it_learns_better_than_at_a_constant_rate(fitted):
    x, y, weights = problem()
    mean, spread = x.mean(axis=0), x.std(axis=0)
    options = {key: value for key, value in network().get_params().items() if key != "max_iter"}
    with pytest.warns(UserWarning, match="iterations"):
        constant = MLPClassifier(max_iter=12, **options).fit((x - mean) / spread, y, weights)
    test, truth, _ = problem(seed=2)
    falling = log_loss(truth, fitted.predict_proba(test))
    assert falling < log_loss(truth, constant.predict_proba((test - mean) / spread))


def test_the_first_layer_scales(fitted):
    """scikit-learn's own prediction takes inputs as they are, and stays in float32."""
    test, _, _ = problem(seed=2)
    assert fitted.coefs_[0].dtype == np.float32
    np.testing.assert_allclose(probabilities(fitted, test), fitted.predict_proba(test), atol=1e-6)


def test_same_seed_same_network_and_the_parameters_stay(fitted):
    x, y, weights = problem()
    again = clone(fitted).fit(x, y, sample_weight=weights)
    assert again.get_params() == network().get_params()
    for one, other in zip(again.coefs_, fitted.coefs_, strict=True):
        np.testing.assert_array_equal(one, other)
    assert pickle.loads(pickle.dumps(fitted)).get_params() == fitted.get_params()


def test_few_events_make_small_batches():
    """A pass over 1,000 events in one batch of 2,048 would be one step, and nothing learnt."""
    x, y, _ = problem(1_000)
    test, truth, _ = problem(seed=2)
    found = AnnealedNetwork((24,), batch_size=2048, learning_rate_init=1e-2, random_state=1)
    found.set_params(max_iter=12).fit(x, y)
    assert found.score(test, truth) > 0.6
    assert found.batch_size == 2048


def test_a_constant_input_does_no_harm():
    x, y, _ = problem(2_000)
    x[:, 3] = 7.0
    assert np.isfinite(network().fit(x, y).predict_proba(x)).all()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradients_are_the_slopes_of_the_cross_entropy(n_classes):
    """Along random directions of all weights and biases, by differences in double precision."""
    x, y, weights = problem(500)
    y = np.minimum(y, n_classes - 1)
    net = network().fit(x, y)
    net.coefs_ = [w.astype(float) for w in net.coefs_]
    net.intercepts_ = [b.astype(float) for b in net.intercepts_]
    x = x.astype(float)
    found = net._gradients(x, y, weights)
    rng = np.random.default_rng(3)
    values = [*net.coefs_, *net.intercepts_]
    for number, value in enumerate(values):
        direction = rng.normal(size=value.shape) / (300.0 if number == 0 else 1.0)
        sides = []
        for sign in (1.0, -1.0):
            value += sign * 1e-6 * direction
            sides.append(-np.sum(weights * np.log(net.predict_proba(x)[np.arange(500), y])))
            value -= sign * 1e-6 * direction
        slope = (sides[0] - sides[1]) / 2e-6
        assert np.sum(found[number] * direction) == pytest.approx(slope, rel=1e-3, abs=1e-2)
