"""Factories equal the plain calls of the libraries."""

import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import AdaBoostClassifier, ExtraTreesClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import RidgeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from xgboost import XGBClassifier

from HiggsML import approaches
from HiggsML.approaches import describe

PLAIN = {
    "boosted_trees": XGBClassifier(
        n_estimators=100, max_depth=3, learning_rate=0.1, random_state=1
    ),
    "random_forest": RandomForestClassifier(n_estimators=60, min_samples_leaf=50, random_state=1),
    "extra_trees": ExtraTreesClassifier(n_estimators=60, min_samples_leaf=50, random_state=1),
    "ada_boost": AdaBoostClassifier(n_estimators=50, random_state=1),
    "ridge": CalibratedClassifierCV(RidgeClassifier(), cv=5),
    "linear_svc": CalibratedClassifierCV(LinearSVC(random_state=1), cv=5),
}


def rows(n=600, columns=6, classes=3):
    rng = np.random.default_rng(1)
    y = rng.integers(0, classes, n)
    return rng.normal(size=(n, columns)) + y[:, None] * 0.5, y, rng.random(n)


@pytest.mark.parametrize("name", PLAIN)
def test_a_factory_equals_the_plain_call(name):
    x, y, w = rows()
    found, plain = getattr(approaches, name)(), PLAIN[name]
    p = [estimator.fit(x, y, sample_weight=w).predict_proba(x) for estimator in (found, plain)]
    np.testing.assert_array_equal(*p)


def test_options_replace_settings():
    assert approaches.strong_boosted_trees(max_depth=2).max_depth == 2
    assert approaches.ridge(alpha=3.0).estimator.alpha == 3.0
    assert approaches.network(max_iter=2).max_iter == 2


def test_the_network_is_that_of_the_example():
    path = Path(__file__).parents[2] / "examples" / "small_network" / "model.py"
    model = runpy.run_path(str(path))["Model"](len, len)
    assert approaches.network().get_params() == model.classifier.get_params()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("network", "columns", "classes", "parameters"),
    [
        (approaches.three_layer_network(max_iter=1), 3, 2, 4_353),  # one output; 4,386 with two
        (approaches.three_layer_network(max_iter=1), 3, 3, 4_386 + 33),
        (approaches.two_layer_network(max_iter=1), 100, 5, 2_285),
    ],
)
def test_networks_have_the_known_numbers_of_parameters(network, columns, classes, parameters):
    x, y, _ = rows(columns=columns, classes=classes)
    assert describe(network.fit(x, y)).parameters == parameters


def still(network, x, y, weights=None):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.set_params(learning_rate_init=1e-12, max_iter=1).fit(x, y, weights)


@pytest.mark.parametrize("solver", ["sgd", "adam"])
def test_a_network_starts_at_the_shares_of_the_classes(solver):
    """The image sums of a public challenge: ln of the shares, from 700 images in 1,259,300 on."""
    x, _, _ = rows(1_000)
    y = np.repeat([0, 1, 2], [900, 90, 10])
    network = approaches.NetworkAtPriors((4,), solver=solver, random_state=1)
    found = still(network, x, y).intercepts_[-1]
    np.testing.assert_allclose(found, np.log([0.9, 0.09, 0.01]), atol=1e-6)
    weights = 1.0 / np.bincount(y)[y]
    np.testing.assert_allclose(still(network, x, y, weights).intercepts_[-1], -np.log(3.0))
    binary = still(network, x, y > 0).intercepts_[-1]
    np.testing.assert_allclose(binary, np.log(0.1 / 0.9), atol=1e-6)
    assert network.get_params()["warm_start"] is False


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_network_at_the_shares_learns_as_any_other():
    x, y, w = rows()
    arguments = {"hidden_layer_sizes": (8,), "random_state": 1, "max_iter": 30}
    plain, ours = MLPClassifier(**arguments), approaches.NetworkAtPriors(**arguments)
    scores = [network.fit(x, y, sample_weight=w).score(x, y) for network in (plain, ours)]
    assert abs(scores[0] - scores[1]) < 0.1
    assert scores[1] > 0.39  # 0.33 is chance
