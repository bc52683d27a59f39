"""Approaches as measurements of small pseudo-experiments."""

import numpy as np

from HiggsML.approaches import APPROACHES
from higgsml_kit.comparison.measuring import Plan, measure


def test_approaches_measure_the_same_experiments():
    names = ("logistic_regression", "sequential_cuts")
    plan = Plan(12_000, 1, experiments=1, toys=20)
    found = measure({name: APPROACHES[name] for name in names}, plan)
    assert list(found) == list(names)
    for row in found.values():
        assert 0.0 < row.mean_width <= 2.9
        assert 0.0 <= row.coverage <= 1.0
        assert np.isfinite(row.quantiles_score)
    one = measure({names[0]: APPROACHES[names[0]]}, plan)
    assert one[names[0]] == found[names[0]]  # whoever measures beside it


def test_experiments_grow_with_the_events():
    assert Plan(1_600_000, 1).luminosity == Plan(5_000_000, 1).luminosity == 10.0
    assert Plan(160_000, 1).luminosity == 1.0
