import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.inference.likelihood import BinnedLikelihood, expected_events
from HiggsML.inference.minimisation import minimise
from HiggsML.inference.templates import Templates
from HiggsML.nuisances import NUISANCES, NuisanceValues, nuisance_values
from HiggsML.task import HIGGSML

thetas = st.lists(st.floats(-2, 1.5), min_size=7, max_size=7).map(np.array)


def with_error(templates: Templates, relative: float) -> Templates:
    return Templates(templates.coefficients, (relative * templates.coefficients[0]) ** 2)


@pytest.fixture(scope="module")
def shared_templates():
    """Hypothesis needs one that lives longer than a test."""
    rng = np.random.default_rng(5)
    nominal = rng.uniform(10.0, 1000.0, (4, 9))
    effects = np.concatenate([[np.ones((4, 9))], rng.normal(0.0, 0.005, (11, 4, 9))])
    return Templates(nominal * effects, (0.1 * nominal) ** 2)


@given(theta=thetas)
def test_the_gradient_is_that_of_the_value(shared_templates, theta):
    theta[0] += 1.0  # mu
    rng = np.random.default_rng(1)
    likelihood = BinnedLikelihood(shared_templates, rng.poisson(500.0, 9))
    _, gradient = likelihood.value_and_gradient(theta)
    step = 1e-5
    for k, d in enumerate(np.eye(7) * step):
        up, down = (likelihood.value_and_gradient(theta + s * d)[0] for s in (1, -1))
        assert gradient[k] == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-2)


def test_the_value_is_zero_where_the_model_is_saturated(templates):
    truth = expected_events(templates, 1.0, NuisanceValues(soft_met=1.0))
    likelihood = BinnedLikelihood(templates, truth)
    value, gradient = likelihood.value_and_gradient(likelihood.start())
    assert value == pytest.approx(0.0, abs=1e-6)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-6)


def test_expectations_agree_with_the_definition(templates):
    z = dict(zip(NUISANCES, (0.5, -1.0, 0.3, 1.5, -2.0, 0.7), strict=True))
    likelihood = BinnedLikelihood(templates, np.ones(12))
    expected, _ = likelihood.expected_and_slopes(np.array([1.7, *z.values()]))
    np.testing.assert_allclose(expected, expected_events(templates, 1.7, nuisance_values(z)))


def test_without_nuisances_all_are_nominal(templates):
    likelihood = BinnedLikelihood(templates, np.ones(12), nuisances=())
    expected, slopes = likelihood.expected_and_slopes(np.array([0.5]))
    np.testing.assert_allclose(expected, expected_events(templates, 0.5, NuisanceValues()))
    assert slopes.shape == (1, 12)


def test_empty_bins_are_no_trouble(templates):
    value, gradient = BinnedLikelihood(templates, np.zeros(12)).value_and_gradient(np.zeros(7))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_the_soft_momentum_stops_at_its_clip():
    low, high = NUISANCES["soft_met"].z_limits
    assert np.exp(high) == pytest.approx(5.0)
    assert np.exp(low) < 0.01


def test_diboson_cannot_become_negative():
    low, _ = NUISANCES["diboson_scale"].z_limits
    assert nuisance_values({"diboson_scale": low}).diboson_scale == pytest.approx(0.0)


def test_simulation_error_widens_the_fit_as_more_variance_would(templates):
    truth = expected_events(templates, 1.0, NuisanceValues(soft_met=1.0))
    errors = []
    for relative in (0.0, 0.02):
        fit = minimise(BinnedLikelihood(with_error(templates, relative), truth, ()))
        fit.hesse()
        errors.append(fit.errors["mu"])
    variance = truth + ((0.02 * templates.coefficients[0]) ** 2).sum(axis=0)
    signal = templates.coefficients[0][0]
    by_hand = np.sqrt(np.sum(signal**2 / truth) / np.sum(signal**2 / variance))
    assert errors[1] / errors[0] == pytest.approx(by_hand, rel=0.02)


def test_simulation_error_does_not_pull_mu(templates):
    """Mean of mu over 200 toys with 20 % simulation error; wrong by chance once in 10^4 runs."""
    rng = np.random.default_rng(7)
    inexact = with_error(templates, 0.2)
    truth = expected_events(inexact, 1.0, NuisanceValues())
    error = np.sqrt(inexact.variances.sum(axis=0))
    found = []
    for _ in range(200):
        counts = rng.poisson(np.maximum(rng.normal(truth, error), 0.0))
        found.append(minimise(BinnedLikelihood(inexact, counts, ())).values["mu"])
    assert abs(np.mean(found) - 1.0) < 3.9 * np.std(found) / np.sqrt(len(found))


def test_parameters_are_mu_and_the_nuisances():
    assert ("mu", *NUISANCES) == HIGGSML.parameters


def test_the_information_is_the_mean_curvature(templates):
    """At the truth, with the expected counts, it is the derivative of the gradient."""
    theta = np.array([1.2, 0.3, -0.4, 0.2, 0.5, -0.3, 0.1])
    expected, _ = BinnedLikelihood(templates, np.ones(12)).expected_and_slopes(theta)
    likelihood = BinnedLikelihood(templates, expected)
    step = 1e-5
    curvature = [
        (likelihood.value_and_gradient(theta + d)[1] - likelihood.value_and_gradient(theta - d)[1])
        / (2.0 * step)
        for d in np.eye(7) * step
    ]
    np.testing.assert_allclose(likelihood.information(theta), curvature, rtol=1e-4, atol=1e-3)


def test_expectations_stay_above_zero_and_smooth(templates):
    """A strength far below zero wants negative events: value and slope go on smoothly."""
    likelihood = BinnedLikelihood(templates, expected_events(templates, 1.0, NuisanceValues()), ())
    values = []
    for mu in (-5.0, -50.0, -500.0, -5e4):
        value, gradient = likelihood.value_and_gradient(np.array([mu]))
        up, down = (
            likelihood.value_and_gradient(np.array([mu + step]))[0] for step in (1e-3, -1e-3)
        )
        assert gradient[0] == pytest.approx((up - down) / 2e-3, rel=1e-3)
        values.append(value)
    assert np.isfinite(values).all()
    assert values[0] < values[1] < values[2]  # ever worse
