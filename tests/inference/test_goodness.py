import numpy as np
import pytest
from scipy.stats import chi2 as chi_squared

from HiggsML.inference.calibration import COVERAGE, draw_counts
from HiggsML.inference.goodness import BAD_FIT, HOPELESS, Goodness
from HiggsML.inference.intervals import fit_mu
from HiggsML.inference.likelihood import BinnedLikelihood, expected_events
from HiggsML.inference.templates import Templates
from HiggsML.nuisances import NUISANCES
from HiggsML.task import HIGGSML

TOYS = 150


@pytest.mark.parametrize("value", [0.5, 11.0, 40.0, 200.0])
def test_the_asymptotic_probability_is_that_of_chi_squared(value):
    found = Goodness.asymptotic(11).p_value(value)
    assert found == pytest.approx(chi_squared.sf(value, 11), rel=1e-9)


def test_toys_give_the_mean_and_the_variance():
    least = np.random.default_rng(1).chisquare(11, 5_000)
    found = Goodness.of_toys(least.reshape(5, -1))
    assert found.mean == pytest.approx(11.0, abs=4 * np.sqrt(22 / 5_000))
    assert found.variance == pytest.approx(22.0, rel=0.15)


def test_the_rule_for_an_interval():
    rule = Goodness.asymptotic(100)
    bad = chi_squared.isf(BAD_FIT, 100)
    assert rule.widening(0.99 * bad) == 1.0
    assert rule.widening(1.01 * bad) == pytest.approx(1.01 * bad / 100)
    assert rule.widening(99.0 * HOPELESS) == pytest.approx(0.99 * HOPELESS)
    assert rule.widening(101.0 * HOPELESS) == np.inf


def test_good_fits_are_called_good(templates):
    """Probabilities of 150 toys: the mean within four errors of a half, none in a million."""
    rng = np.random.default_rng(3)
    found = [
        fit_mu(BinnedLikelihood(templates, draw_counts(templates, 1.5, rng, tuple(NUISANCES))))
        for _ in range(TOYS)
    ]
    assert np.mean([each.p_value for each in found]) == pytest.approx(0.5, abs=4 * 0.289 / 12.2)
    assert min(each.p_value for each in found) > 1e-6
    assert all(each.valid and each.excludes and not each.extrapolated for each in found)


def in_more_bins(templates, number=8):
    """The same in more bins, each with a part of the events: a bad fit is seen at once."""
    coefficients = np.repeat(templates.coefficients, number, axis=2) / number
    return Templates(coefficients, np.zeros_like(coefficients[0]))


@pytest.mark.parametrize(("factor", "toys"), [(2.0, 150), (30.0, 30)])
def test_intervals_cover_where_counts_scatter_more_than_they_should(templates, factor, toys):
    """Variances of the bins are 2 or 30 times the Poisson ones, which no template knows.

    The coverage is not below 0.683 by more than three binomial errors: once in 740.
    Without the rule it would be 0.52 and 0.14.
    """
    many = in_more_bins(templates)
    rng = np.random.default_rng(5)
    covered, bad = [], []
    for _ in range(toys):
        truth = expected_events(many, 1.5, HIGGSML.draw(HIGGSML.names, rng))
        counts = rng.poisson(np.maximum(rng.normal(truth, np.sqrt((factor - 1) * truth)), 0.0))
        found = fit_mu(BinnedLikelihood(many, counts.astype(float)))
        covered.append(found.low <= 1.5 <= found.high)
        bad.append(found.answer()["bad_fit"])
    assert np.mean(covered) > COVERAGE - 3.0 * np.sqrt(COVERAGE * (1 - COVERAGE) / toys)
    assert np.mean(bad) > 0.85


AT_CLIPS = [
    {row.name: value}
    for row in NUISANCES.values()
    for value in (row.low, row.high)
    if value not in (0.0, row.nominal)
]
AT_THREE = [
    {row.name: float(np.clip(row.value_at(z), row.low, row.high)) for row in NUISANCES.values()}
    for z in (-3.0, 3.0)
]
ALL_AT_CLIPS = [
    {row.name: row.high for row in NUISANCES.values()},
    {row.name: row.low for row in NUISANCES.values()},
]


@pytest.mark.parametrize("mu", [0.1, 3.0])
@pytest.mark.parametrize("values", [*AT_CLIPS, *AT_THREE, *ALL_AT_CLIPS], ids=str)
def test_every_fit_has_a_minimum_within_the_clips(templates, values, mu):
    """And it covers, or says that it excludes nothing: of three toys, one (0.03 fail by chance)."""
    rng = np.random.default_rng(11)
    expected = expected_events(templates, mu, values)
    results = [fit_mu(BinnedLikelihood(templates, rng.poisson(expected) * 1.0)) for _ in range(3)]
    assert all(result.valid for result in results)
    assert any(result.low <= mu <= result.high for result in results)


def test_where_the_templates_are_extrapolated_the_interval_is_twice_as_wide(templates):
    far = {"tes": 1.03, "jes": 0.97}
    found = fit_mu(BinnedLikelihood(templates, expected_events(templates, 1.5, far)))
    near = fit_mu(BinnedLikelihood(templates, expected_events(templates, 1.5, {"tes": 1.03})))
    assert (found.extrapolated, near.extrapolated) == (True, False)
    assert found.answer()["bad_fit"]
    assert not near.answer()["bad_fit"]
    assert found.high - found.low == pytest.approx(4.0 * found.mu_error, rel=0.1)


def test_the_error_of_the_shifts_is_in_the_interval(templates):
    """The truth is off by what the deviations say: coverage and pulls of 150, three errors.

    Of correct code each of the two would be outside once in 370.
    """
    rng = np.random.default_rng(8)
    deviations = rng.normal(0.0, 0.002, (6, 12, 4, 1)) * templates.coefficients[0]
    deviations[:, [0, *range(3, 12)]] = 0.0
    deviations[..., 6:] = 0.0  # few events: chi-squared hardly sees it
    told = Templates(templates.coefficients, templates.variances, deviations=deviations)
    covered, pulls, shares = [], [], []
    for _ in range(150):
        draw = np.tensordot(rng.normal(size=6), deviations, 1)
        truth = Templates(templates.coefficients + draw, templates.variances)
        values = {"tes": 1.01, "jes": 0.99, "soft_met": 1.0}
        counts = rng.poisson(expected_events(truth, 1.5, values)).astype(float)
        found = fit_mu(BinnedLikelihood(told, counts))
        covered.append(found.low <= 1.5 <= found.high)
        pulls.append((found.mu - 1.5) / found.mu_error)
        shares.append(found.template_error / found.mu_error)
    assert np.median(shares) > 0.3
    assert abs(np.mean(covered) - COVERAGE) < 3.0 * np.sqrt(COVERAGE * (1 - COVERAGE) / 150)
    assert abs(np.std(pulls) - 1.0) < 3.0 / np.sqrt(300)
