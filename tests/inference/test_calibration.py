import numpy as np
import pytest

from HiggsML.inference.calibration import COVERAGE, Calibration, calibrate


def test_the_level_leaves_out_what_fluctuates_in_the_linear_estimate_too():
    """500 toys, a hundred times: a level that is 1.3, and fluctuates by a third of what it would.

    The mean is within four of its errors; the spread of a hundred is known to 7 %.
    """
    rng = np.random.default_rng(2)
    levels, alone, told = [], [], []
    for _ in range(100):
        normal = rng.normal(size=(5, 100))
        ratios = 1.3 * (normal + 0.1 * rng.normal(size=(5, 100))) ** 2 / 1.01
        found = Calibration((1.0,) * 5, ratios, normal**2, ratios, 0)
        levels.append(found.level)
        told.append(found.level_error)
        alone.append(np.quantile(ratios, COVERAGE))
    assert np.mean(levels) == pytest.approx(1.3, abs=4.0 * np.std(levels) / 10.0)
    assert np.std(levels) < 0.45 * np.std(alone)
    assert np.mean(told) == pytest.approx(np.std(levels), rel=0.3)


def test_coverage_at_the_level_is_right_on_average():
    normal = np.random.default_rng(2).normal(size=(5, 200))
    found, error = Calibration((1.0,) * 5, 1.7 * normal**2, normal**2, normal, 0).coverage()
    assert found.mean() == pytest.approx((normal**2 <= 1.0).mean(), abs=0.002)
    assert error == pytest.approx(np.sqrt(found * (1 - found) / 200))


def test_toys_of_a_smooth_model_cover(templates):
    """All 150 fits converge; the level is within four of its errors of one, and so is chi-squared.

    The mean of 150 values of chi-squared with 11 degrees of freedom is known to 0.38.
    """
    found = calibrate(templates, 150, np.random.default_rng(8))
    assert found.invalid == 0
    assert found.ratios.shape == (5, 30)
    assert abs(found.level - 1.0) < 4 * found.level_error
    assert found.goodness.mean == pytest.approx(11.0, abs=4 * 0.38)


@pytest.mark.slow
def test_ten_thousand_toy_fits_converge(templates):
    assert calibrate(templates, 10_000, np.random.default_rng(9)).invalid == 0
