"""The likelihood against numbers of the one that had mu and its six parameters written out."""

from pathlib import Path

import numpy as np
import pytest

from HiggsML.inference.likelihood import BinnedLikelihood, expected_width
from HiggsML.inference.templates import Templates

GOLDEN = dict(np.load(Path(__file__).parents[1] / "golden" / "likelihood.npz"))
MODELS = range(len(GOLDEN["coefficients"]))
PRECISION = 1e-12  # relative
DERIVATIVES = ("gradient", "information")


def templates_of(model: int) -> Templates:
    return Templates(GOLDEN["coefficients"][model], GOLDEN["variances"][model])


@pytest.mark.parametrize("model", MODELS)
def test_the_likelihood_is_what_it_was(model: int) -> None:
    """Value, derivatives and expectation at 50 points each; 200 in all."""
    likelihood = BinnedLikelihood(templates_of(model), GOLDEN["counts"][model])
    golden = {
        name: GOLDEN[name][model] for name in ("value", "gradient", "expected", "information")
    }
    for k, theta in enumerate(GOLDEN["thetas"][model]):
        value, gradient = likelihood.value_and_gradient(theta)
        found = {
            "value": value,
            "gradient": gradient,
            "expected": likelihood.expected_and_slopes(theta)[0],
            "information": likelihood.information(theta),
        }
        for name, numbers in found.items():
            # Derivatives are sums that cancel: the largest one of a point says how exact they are.
            largest = np.abs(golden[name][k]).max() if name in DERIVATIVES else 0.0
            np.testing.assert_allclose(
                numbers, golden[name][k], PRECISION, PRECISION * largest, err_msg=name
            )


@pytest.mark.parametrize("model", MODELS)
def test_the_expected_width_is_what_it_was(model: int) -> None:
    """The profiled one nearly: the old one took the error of the simulation at another point."""
    profiled, of_statistics = GOLDEN["width"][model]
    templates = templates_of(model)
    assert expected_width(templates) == pytest.approx(profiled, rel=5e-4)
    assert expected_width(templates, profiled=False) == pytest.approx(of_statistics, rel=PRECISION)


def test_the_golden_points_tell_something() -> None:
    """Two hundred points, all different, none of them beyond the floor of the expectation."""
    assert GOLDEN["thetas"].shape == (4, 50, 7)
    assert len(np.unique(GOLDEN["value"])) == 200
    assert GOLDEN["expected"].min() > 1.0
    assert (GOLDEN["counts"] == 0.0).sum() == 1
