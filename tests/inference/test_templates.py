import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.inference.polynomials import MonomialTable, monomials
from HiggsML.inference.polynomials import coordinates as shift_coordinates
from HiggsML.inference.templates import Templates, fit_templates
from HiggsML.nuisances import NuisanceValues as Shift
from HiggsML.task import HIGGSML

BASE_POINTS = HIGGSML.base_points
TABLE = MonomialTable(HIGGSML.exponents, by=range(3))
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
    np.testing.assert_allclose(TABLE(x)[1:], numeric, atol=1e-6)
    np.testing.assert_allclose(TABLE(x)[0], monomials(x), rtol=1e-12)


def test_a_polynomial_is_found_exactly(templates):
    nominal = templates.expected(Shift()), np.full((4, 12), 2.0)
    found = fit_templates(nominal, templates.expected)
    np.testing.assert_allclose(found.coefficients, templates.coefficients, atol=1e-6)
    np.testing.assert_allclose(found.variances, 2.0, atol=1e-6)


def test_all_events_tell_what_is_nominal_and_a_part_what_a_shift_changes(templates):
    nominal = 1.1 * templates.expected(Shift()), np.zeros((4, 12))
    found = fit_templates(nominal, templates.expected)
    np.testing.assert_allclose(found.coefficients[0], nominal[0], rtol=1e-9)
    np.testing.assert_allclose(found.coefficients[1:], templates.coefficients[1:], atol=1e-6)


def test_the_error_of_the_polynomial_is_counted(templates):
    """What scatters by 3 at each base point moves the fit as far as `variances` say.

    The mean of 48 squared distances times 20 repetitions is within 20 % (four sigma: those at the
    base points hang together, twelve of 21 are independent).
    """
    rng = np.random.default_rng(3)
    exact = Templates(templates.coefficients, np.zeros((4, 12)))
    moved, told = [], []
    for _ in range(20):
        at = {point: exact.expected(point) + rng.normal(0.0, 3.0, (4, 12)) for point in BASE_POINTS}
        found = fit_templates((at[Shift()], np.zeros((4, 12))), at.__getitem__)
        distances = [found.expected(p) - exact.expected(p) for p in BASE_POINTS]
        moved.append(np.square(distances).mean())
        told.append(found.variances.mean())
    assert np.mean(told) == pytest.approx(np.mean(moved), rel=0.2)


def test_merging_adds_bins(templates):
    groups = np.repeat([0, 1, 2], 4)
    merged = templates.merged(groups)
    shift = Shift(tes=1.01, jes=0.99, soft_met=2.0)
    expected = templates.expected(shift).reshape(4, 3, 4).sum(axis=2)
    np.testing.assert_allclose(merged.expected(shift), expected)
    assert isinstance(merged, Templates)
