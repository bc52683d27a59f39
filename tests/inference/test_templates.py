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
    found = fit_templates(nominal, lambda point: templates.expected(point)[None])
    np.testing.assert_allclose(found.coefficients, templates.coefficients, atol=1e-6)
    np.testing.assert_allclose(found.variances, 2.0, atol=1e-6)


def test_all_events_tell_what_is_nominal_and_a_part_what_a_shift_changes(templates):
    nominal = 1.1 * templates.expected(Shift()), np.zeros((4, 12))
    found = fit_templates(nominal, lambda point: templates.expected(point)[None])
    np.testing.assert_allclose(found.coefficients[0], nominal[0], rtol=1e-9)
    np.testing.assert_allclose(found.coefficients[1:], templates.coefficients[1:], atol=1e-6)


def noisy_parts(exact, rng, spread, n_parts=16):
    """Histograms of parts of events, whose sum scatters by `spread` at each base point."""
    at = {
        point: exact.expected(point) / n_parts
        + rng.normal(0.0, spread / np.sqrt(n_parts), (n_parts, 4, 12))
        for point in BASE_POINTS
    }
    return at.__getitem__


def test_the_error_of_the_polynomial_is_counted(templates):
    """What scatters by 3 at each base point moves the fit as far as `variances` say.

    The mean of 48 squared distances times 20 repetitions is within 20 % (four sigma: those at the
    base points hang together, twelve of 21 are independent).
    """
    rng = np.random.default_rng(3)
    exact = Templates(templates.coefficients, np.zeros((4, 12)))
    moved, told = [], []
    for _ in range(20):
        parts = noisy_parts(exact, rng, 3.0)
        found = fit_templates((exact.expected(Shift()), np.zeros((4, 12))), parts)
        distances = [found.expected(p) - exact.expected(p) for p in BASE_POINTS]
        moved.append(np.square(distances).mean())
        told.append(found.variances.mean())
    assert np.mean(told) == pytest.approx(np.mean(moved), rel=0.2)


def test_the_deviations_are_the_error_of_the_polynomials(templates):
    """A sum over bins far from nominal scatters as far as the deviations say.

    40 repetitions: the ratio of the two spreads is within 45 % (four sigma of 11 %).
    """
    rng = np.random.default_rng(6)
    exact = Templates(templates.coefficients, np.zeros((4, 12)))
    far, weights = Shift(tes=1.03, jes=0.97), rng.normal(size=12)
    moved, told = [], []
    for _ in range(40):
        parts = noisy_parts(exact, rng, 3.0)
        found = fit_templates((exact.expected(Shift()), np.zeros((4, 12))), parts)
        at = monomials(shift_coordinates(far), HIGGSML.exponents)
        moved.append(((found.expected(far) - exact.expected(far)) @ weights).sum())
        told.append(np.square(np.einsum("m,kmpn,n->k", at, found.deviations, weights)).sum())
    assert np.std(moved) == pytest.approx(np.sqrt(np.mean(told)), rel=0.45)


def test_neighbours_share_their_response(templates):
    """Where all bins respond alike, a window of noisy ones finds it; the nominal content stays."""
    rng = np.random.default_rng(4)
    alike = templates.coefficients[0] * np.where(np.arange(12) == 1, 0.02, 0.0)[:, None, None]
    alike[0] = templates.coefficients[0]
    exact = Templates(alike, np.zeros((4, 12)))
    nominal = alike[0], alike[0]  # unit weights: few events in each bin but the last ones
    parts = noisy_parts(exact, rng, 5.0)
    alone, shared = (fit_templates(nominal, parts, neighbours=some) for some in ((), [slice(0, 6)]))
    far = Shift(tes=1.03)
    distances = [(found.expected(far) - exact.expected(far))[0, :6] for found in (alone, shared)]
    assert np.square(distances[1]).sum() < 0.3 * np.square(distances[0]).sum()
    np.testing.assert_array_equal(shared.coefficients[:, :, 6:], alone.coefficients[:, :, 6:])
    np.testing.assert_allclose(shared.coefficients[0, 0, :6], nominal[0][0, :6], rtol=0.01)


def test_merging_adds_bins(templates):
    groups = np.repeat([0, 1, 2], 4)
    merged = templates.merged(groups)
    shift = Shift(tes=1.01, jes=0.99, soft_met=2.0)
    expected = templates.expected(shift).reshape(4, 3, 4).sum(axis=2)
    np.testing.assert_allclose(merged.expected(shift), expected)
    assert isinstance(merged, Templates)


def test_a_bin_without_events_is_not_known_to_be_empty():
    """Its error is one event's weight; bins that hold events keep theirs."""
    events = np.array([[[4.0, 8.0, 0.0], [20.0, 10.0, 5.0]]])
    variances = np.array([[8.0, 16.0, 0.0], [10.0, 5.0, 2.5]])
    found = Templates(events, variances, HIGGSML).with_least_errors()
    np.testing.assert_allclose(found.variances, [[8.0, 16.0, 4.0], [10.0, 5.0, 2.5]])


def test_weights_made_of_templates_do_not_pull_the_fit():
    """A linear fit of a rate in 60 bins: mean over 2,000 templates, of a spread of one error.

    Not corrected it is off by half of the error; corrected by less than 0.15 (of 0.02 by chance).
    """
    rng = np.random.default_rng(7)
    signal, background, weight = np.full(60, 0.5), np.full(60, 5.0), 0.5
    bias = []
    for _ in range(2_000):
        rows = rng.poisson(background / weight)
        events = np.array([[signal, weight * rows]])
        raw = Templates(events, np.array([np.zeros(60), weight**2 * rows]), HIGGSML)
        found = []
        for some in (raw, raw.without_bias()):
            expected = some.coefficients[0].sum(axis=0)
            response = signal / (expected + raw.variances.sum(axis=0))
            information = response @ signal
            found.append(response @ (signal + background - expected) / np.sqrt(information))
        bias.append(found)
    before, after = np.mean(bias, axis=0)
    assert before > 0.3
    assert abs(after) < 0.15
