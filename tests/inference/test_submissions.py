"""The sample submission and the examples: they fit, answer, and can be sent to a worker."""

import importlib.util
import sys
from pathlib import Path

import cloudpickle
import numpy as np
import pytest

from HiggsML.experiments import make_pseudo_experiment
from HiggsML.nuisances import NuisanceValues
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML

ROOT = Path(__file__).parents[2]
FOLDERS = [
    "sample_submission",
    *(
        f"examples/{p.name}"
        for p in sorted((ROOT / "examples").iterdir())
        if (p / "model.py").exists()
    ),
]
SIMPLE = ("counting", "stat_only", "one_systematic")
SMALL = {
    "sample_submission": {"max_iter": 2},
    "examples/fixed_nuisances": {"max_iter": 2},
    "examples/small_network": {"max_iter": 5},
    "examples/balanced_bagging": {"copies": 2, "estimator__n_estimators": 10},
    "examples/boosted_trees": {"n_estimators": 10},
    "examples/deepsets": {"epochs": 1},
    "examples/pixel_cnn": {"epochs": 1, "channels": (4,)},
    "examples/random_forest": {"n_estimators": 10},
}
"""Parameters with which classifiers train quickly."""
NEED_TORCH = ("deepsets", "pixel_cnn")
LONG = (
    *("balanced_bagging", "boosted_trees", "fixed_nuisances", "pyramid_match", "random_forest"),
    *("small_network", "pixel_cnn"),
)
"""Ten seconds each, most of it for templates, which all make alike."""


def load(folder):
    name = "tested_" + folder.replace("/", "_")
    spec = importlib.util.spec_from_file_location(name, ROOT / folder / "model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    cloudpickle.register_pickle_by_value(module)
    return module.Model


@pytest.mark.parametrize(
    "folder", ["sample_submission", "examples/fixed_nuisances", "examples/cut_and_count"]
)
def test_a_measurement_takes_the_range_of_the_run(folder):
    model = load(folder)
    assert model(len, systematics, mu_range=(0.5, 2.0)).task.mu_range == (0.5, 2.0)
    assert model(len, systematics).task.mu_range == HIGGSML.mu_range


@pytest.mark.parametrize(
    "folder",
    [pytest.param(name, marks=[pytest.mark.slow] * name.endswith(LONG)) for name in FOLDERS],
)
def test_a_submission_keeps_the_contract(folder, events, pool):
    if folder.endswith(NEED_TORCH):
        pytest.importorskip("torch", reason="PyTorch is not installed: make torch")
    model = load(folder)(lambda train_size=None: events, systematics)
    if not folder.endswith(SIMPLE):
        model.n_toys = 20
        model.classifier.set_params(**SMALL.get(folder, {}))
    model.fit()
    model = cloudpickle.loads(cloudpickle.dumps(model))
    experiment = make_pseudo_experiment(pool, 2.0, NuisanceValues(), np.random.SeedSequence(4))
    answer = model.predict(experiment.test_set())
    assert set(answer) - {"bad_fit"} == {"mu_hat", "delta_mu_hat", "p16", "p84"}
    assert np.isfinite(list(answer.values())).all()
    assert answer["p16"] < answer["p84"]
