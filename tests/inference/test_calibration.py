import numpy as np
import pytest

from HiggsML.inference.calibration import COVERAGE, Calibration, calibrate


def test_chi_squared_ratios_give_the_asymptotic_level():
    """The level of 50,000 draws is within five of its own errors of one."""
    ratios = np.random.default_rng(2).chisquare(1, (5, 10_000))
    found = Calibration((1.0,) * 5, ratios, 0)
    assert found.level_error == pytest.approx(1.92 / np.sqrt(50_000), rel=0.2)
    assert abs(found.level - 1.0) < 5 * found.level_error


def test_coverage_at_the_level_is_right_on_average():
    ratios = np.random.default_rng(2).chisquare(1, (5, 200)) * 1.7
    found, error = Calibration((1.0,) * 5, ratios, 0).coverage()
    assert found.mean() == pytest.approx(COVERAGE, abs=0.002)
    assert error == pytest.approx(np.sqrt(found * (1 - found) / 200))


def test_toys_of_a_smooth_model_cover(templates):
    """All 150 fits converge; the level is within four of its errors of one."""
    found = calibrate(templates, 150, np.random.default_rng(8))
    assert found.invalid == 0
    assert found.ratios.shape == (5, 30)
    assert abs(found.level - 1.0) < 4 * found.level_error


@pytest.mark.slow
def test_ten_thousand_toy_fits_converge(templates):
    assert calibrate(templates, 10_000, np.random.default_rng(9)).invalid == 0
