"""Small training rows for every approach of the catalogue, and the approaches fitted to them."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from HiggsML.approaches import APPROACHES
from HiggsML.generation import generate
from HiggsML.schema import FEATURES, LABELS
from small_approaches import inputs_of


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More threads cost more than they give on few rows."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def rows() -> tuple[Any, Any, Any]:
    """Features (n, 28), codes (0: signal) and weights."""
    frame = generate({"htautau": 500, "ztautau": 500, "ttbar": 100, "diboson": 100}, 3)
    y = 1 - frame[LABELS].to_numpy(int)
    weights = np.random.default_rng(1).uniform(0.5, 1.5, len(y))
    return frame[list(FEATURES)].to_numpy(np.float32), y, weights


@pytest.fixture(scope="session")
def fitted(rows: tuple[Any, Any, Any]) -> dict[str, tuple[Any, Any]]:
    """Each installed approach of the catalogue, made small, and what it sees, by name."""
    features, y, weights = rows
    found = {}
    for name, entry in APPROACHES.items():
        if not entry.is_installed:
            continue
        estimator, x = entry.build(), inputs_of(entry, features)
        small = {"n_estimators": 5, "max_iter": 300, "copies": 2, "epochs": 1}
        if "hidden_layer_sizes" in estimator.get_params():
            small |= {"max_iter": 1, "batch_size": 300}
        known = estimator.get_params()
        estimator.set_params(**{key: value for key, value in small.items() if key in known})
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)
            found[name] = estimator.fit(x, y, sample_weight=weights), x
    return found
