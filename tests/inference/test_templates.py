import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.inference.templates import (
    BASE_POINTS,
    Shift,
    Templates,
    fit_templates,
    monomial_gradients,
    monomials,
    shift_coordinates,
)

coordinates = st.tuples(*[st.floats(-3, 3)] * 3).map(np.array)


def test_the_first_base_point_is_nominal():
    assert BASE_POINTS[0] == Shift()


def test_coordinates_are_prior_widths_and_the_square_of_the_soft_momentum():
    x = shift_coordinates(Shift(tes=0.98, jes=1.01, soft_met=5.0))
    np.testing.assert_allclose(x, [-2.0, 1.0, 2.5])


@given(x=coordinates)
def test_gradients_are_those_of_the_monomials(x):
    step = 1e-6
    numeric = [(monomials(x + d) - monomials(x - d)) / (2 * step) for d in np.eye(3) * step]
    np.testing.assert_allclose(monomial_gradients(x), numeric, atol=1e-6)


def test_a_polynomial_is_found_exactly(templates):
    def histograms(shift):
        return templates.expected(shift), np.full((4, 12), 2.0)

    found = fit_templates(histograms)
    np.testing.assert_allclose(found.coefficients, templates.coefficients, atol=1e-6)
    np.testing.assert_allclose(found.variances, 2.0, atol=1e-6)


def test_scatter_about_the_polynomial_is_counted_as_error(templates):
    """The mean of 48 scatters with 9 degrees of freedom each is within 25 % (five sigma)."""
    rng = np.random.default_rng(3)

    def histograms(shift):
        return templates.expected(shift) + rng.normal(0.0, 3.0, (4, 12)), np.zeros((4, 12))

    assert fit_templates(histograms).variances.mean() == pytest.approx(9.0, rel=0.25)


def test_merging_adds_bins(templates):
    groups = np.repeat([0, 1, 2], 4)
    merged = templates.merged(groups)
    shift = Shift(1.01, 0.99, 2.0)
    expected = templates.expected(shift).reshape(4, 3, 4).sum(axis=2)
    np.testing.assert_allclose(merged.expected(shift), expected)
    assert isinstance(merged, Templates)
