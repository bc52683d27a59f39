"""The approaches by name: each one is a classifier for a measurement; and what is imported when."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from HiggsML.approaches import APPROACHES
from HiggsML.approaches.catalogue import EXTRAS
from small_approaches import inputs_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

HEAVY = ("torch", "imblearn", "matplotlib", "xgboost", "numba")


def test_nothing_heavy_is_imported() -> None:
    code = f"import sys, HiggsML.approaches; print([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_extras_are_those_of_the_package() -> None:
    assert {entry.extra for entry in APPROACHES.values()} <= {None, *EXTRAS}


@pytest.mark.parametrize("name", APPROACHES)
def test_an_approach_is_a_classifier_that_learns(name, fitted, rows) -> None:
    """On training rows, so that few of them are enough; 0.5 is chance."""
    if name not in fitted:
        pytest.skip(f"{name} needs HiggsML[{APPROACHES[name].extra}]")
    estimator, x = fitted[name]
    _, y, weights = rows
    p = estimator.predict_proba(x)
    assert p.shape == (len(y), 2)
    assert estimator.classes_.tolist() == [0, 1]
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-5)
    assert roc_auc_score(y == 0, p[:, 0], sample_weight=weights) > 0.55
    assert set(clone(estimator).get_params()) == set(estimator.get_params())


@pytest.mark.parametrize("name", ["logistic_regression", "random_forest", "parallel_cuts"])
def test_shuffled_labels_teach_nothing(name, rows) -> None:
    """AUC 0.50 on other rows; its error is 0.024, and three times that is allowed."""
    entry = APPROACHES[name]
    features, y, _ = rows
    x = inputs_of(entry, features)
    shuffled = np.random.default_rng(6).permutation(y)
    estimator = entry.build().fit(x[:600], shuffled[:600])
    auc = roc_auc_score(shuffled[600:] == 0, estimator.predict_proba(x[600:])[:, 0])
    assert auc == pytest.approx(0.5, abs=0.072)
