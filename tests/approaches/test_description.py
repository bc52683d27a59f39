"""What is told of a fitted approach."""

import numpy as np
import pytest

from HiggsML.approaches import APPROACHES, CutAndCount, describe, random_forest
from HiggsML.errors import ApproachError
from HiggsML.inference.inputs import INPUT_NAMES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("name", [name for name in APPROACHES if name != "histogram_boosting"])
def test_every_approach_is_described(name, fitted):
    if name not in fitted:
        pytest.skip(f"{name} needs HiggsML[{APPROACHES[name].extra}]")
    told = describe(fitted[name][0])
    lines = str(told).splitlines()
    assert lines[0] == told.name
    assert len(told.rows) > 0
    assert len(lines) == 2 + len(told.rows) + (told.parameters is not None)


def test_importances_are_in_order_and_named(fitted):
    told = describe(fitted["boosted_trees"][0], INPUT_NAMES)
    values = [row[1] for row in told.rows]
    assert values == sorted(values, reverse=True)
    assert sum(values) == pytest.approx(1.0, rel=1e-5)
    assert {row[0] for row in told.rows} == set(INPUT_NAMES)
    with pytest.raises(ApproachError, match="27 features need as many names"):
        describe(fitted["boosted_trees"][0], ["one"])


def test_layers_have_their_parameters(fitted):
    told = describe(fitted["network"][0])
    assert told.rows == (("dense", 64, 28 * 64), ("dense", 64, 65 * 64), ("dense", 1, 65))
    assert told.parameters == 28 * 64 + 65 * 64 + 65
    assert "6,017 parameters" in str(told)


def test_cuts_are_readable():
    x = np.arange(40.0)[:, None]
    assert str(describe(CutAndCount(names=("PRI_met",)).fit(x, x[:, 0] > 20.2))) == (
        "CutAndCount\ncut\nPRI_met <= 20.5"
    )


def test_what_is_not_fitted_cannot_be_shown():
    with pytest.raises(ApproachError, match="nothing of this can be shown"):
        describe(random_forest())
