from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from HiggsML.inference.calibration import draw_counts
from HiggsML.inference.intervals import fit_mu
from HiggsML.inference.likelihood import BinnedLikelihood, expected_events, expected_width
from HiggsML.inference.minimisation import minimise
from HiggsML.inference.templates import Templates
from HiggsML.nuisances import NUISANCES, NuisanceValues, nuisance_values
from HiggsML.task import HIGGSML

MU_RANGE = HIGGSML.mu_range
UPPER = [row.z_limits[1] for row in NUISANCES.values()]
AT_CENTRE = nuisance_values(dict.fromkeys(NUISANCES, 0.0))  # soft momentum at its median


def test_the_asimov_fit_finds_the_truth(templates):
    result = fit_mu(BinnedLikelihood(templates, expected_events(templates, 1.4, AT_CENTRE)))
    assert result.valid
    assert result.mu == pytest.approx(1.4, abs=1e-3)
    assert result.nuisances == pytest.approx(dict.fromkeys(NUISANCES, 0.0), abs=1e-2)


def test_the_width_is_what_the_fisher_information_promises(templates):
    result = fit_mu(BinnedLikelihood(templates, expected_events(templates, 1.0, AT_CENTRE)))
    assert result.high - result.low == pytest.approx(expected_width(templates), rel=0.03)


def test_the_ends_are_where_the_profile_crosses(templates):
    counts = draw_counts(templates, 1.2, np.random.default_rng(4), tuple(NUISANCES))
    likelihood = BinnedLikelihood(templates, counts)
    result = fit_mu(likelihood, level=1.3)
    least = minimise(likelihood).fval
    for end in (result.low, result.high):
        assert minimise(likelihood, mu=end).fval - least == pytest.approx(1.3, abs=2e-3)


@pytest.mark.parametrize("true_mu", [-1.0, 0.1, 3.0, 4.5])
def test_the_interval_lies_in_the_range_and_is_never_empty(templates, true_mu):
    counts = expected_events(templates, true_mu, AT_CENTRE)
    result = fit_mu(BinnedLikelihood(templates, counts))
    assert result.valid
    assert MU_RANGE[0] <= result.low < result.high <= MU_RANGE[1]


def test_the_interval_is_relative_to_the_best_mu_in_the_range(templates):
    likelihood = BinnedLikelihood(templates, expected_events(templates, 3.4, AT_CENTRE))
    result = fit_mu(likelihood)
    at_edge = minimise(likelihood, mu=3.0).fval
    assert result.high == 3.0
    assert minimise(likelihood, mu=result.low).fval - at_edge == pytest.approx(1.0, abs=2e-3)


def test_what_no_model_describes_excludes_nothing(templates):
    """Counts far from any expectation: the whole range is left."""
    counts = np.random.default_rng(1).permutation(expected_events(templates, 1.0, AT_CENTRE))
    result = fit_mu(BinnedLikelihood(templates, counts))
    assert not result.excludes
    assert result.p_value < 1e-12
    assert (result.low, result.high) == MU_RANGE
    assert result.answer()["bad_fit"]


def test_fixed_nuisances_shorten_the_interval(templates):
    counts = expected_events(templates, 1.0, NuisanceValues())
    widths = [
        result.high - result.low
        for free in (tuple(NUISANCES), ())
        for result in [fit_mu(BinnedLikelihood(templates, counts, free))]
    ]
    assert widths[1] < widths[0]


def pyhf_fit(pyhf, templates, counts):
    """Best mu and the ends where twice the negative log likelihood rises by one."""
    nominal = templates.coefficients[0]
    samples = []
    for process, yields in zip(("S", "Z", "T", "V"), nominal, strict=True):
        modifiers = []
        if process == "S":
            modifiers.append({"name": "mu", "type": "normfactor", "data": None})
        if process == "T":
            shifted = {"hi_data": (yields * 1.02).tolist(), "lo_data": (yields * 0.98).tolist()}
            modifiers.append({"name": "ttbar", "type": "histosys", "data": shifted})
        samples.append({"name": process, "data": yields.tolist(), "modifiers": modifiers})
    model = pyhf.Model({"channels": [{"name": "bins", "samples": samples}]}, poi_name="mu")
    data = [*counts, *model.config.auxdata]
    bounds = [(-5.0, 10.0) if name == "mu" else (-5.0, 5.0) for name in model.config.par_names]
    best, least = pyhf.infer.mle.fit(data, model, par_bounds=bounds, return_fitted_val=True)

    def rise(mu):
        _, value = pyhf.infer.mle.fixed_poi_fit(
            mu, data, model, par_bounds=bounds, return_fitted_val=True
        )
        return float(value - least) - 1.0

    mu = float(best[model.config.poi_index])

    return mu, brentq(rise, mu - 1.0, mu), brentq(rise, mu, mu + 1.0)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pyhf_agrees(templates):
    """mu and both ends to 1e-3, on the model that both can express: mu and a ttbar rate.

    The rate is a shift of all bins that is linear in its standard normal parameter.
    """
    pyhf = pytest.importorskip("pyhf")
    pyhf.set_backend("numpy", pyhf.optimize.minuit_optimizer(tolerance=1e-4))
    flat = Templates(
        np.where(np.arange(12)[:, None, None] == 0, templates.coefficients, 0.0),
        templates.variances,
    )
    rng = np.random.default_rng(11)
    counts = rng.poisson(expected_events(flat, 1.3, NuisanceValues(ttbar_scale=1.03))).astype(float)
    result = fit_mu(BinnedLikelihood(flat, counts, ("ttbar_scale",)))
    mu, low, high = pyhf_fit(pyhf, flat, counts)
    assert [result.mu, result.low, result.high] == pytest.approx([mu, low, high], abs=1e-3)


def test_fisher_scoring_reaches_the_minimum(templates):
    """The slopes at the end are those of a minimum, with and without a parameter at its limit.

    With a hundred times the events, scales are known to thousandths of their priors: minimisers
    that guess the second derivatives stop too early there.
    """
    precise = Templates(100.0 * templates.coefficients, templates.variances)
    rng = np.random.default_rng(21)
    for true_mu, soft_met in [(0.2, 1.0), (0.2, 5.0), (1.5, 0.1), (2.9, 5.0)] * 5:
        z = rng.normal(0.0, 1.5, 6).tolist()
        truth = replace(nuisance_values(dict(zip(NUISANCES, z, strict=True))), soft_met=soft_met)
        counts = rng.poisson(expected_events(precise, true_mu, truth)).astype(float)
        likelihood = BinnedLikelihood(precise, counts)
        fit = minimise(likelihood)
        theta = np.array(fit.values)
        _, gradient = likelihood.value_and_gradient(theta)
        inside = [abs(t - edge) > 1e-3 for t, edge in zip(theta, [1e9, *UPPER], strict=True)]
        step = np.linalg.solve(likelihood.information(theta), np.where(inside, gradient, 0.0))
        assert fit.valid
        assert gradient @ step / 2.0 < 0.01


@pytest.mark.parametrize("true_mu", [-0.5, 1.2, 3.6])
def test_the_answer_is_cut_to_the_range_and_the_fit_is_not(templates, true_mu):
    result = fit_mu(BinnedLikelihood(templates, expected_events(templates, true_mu, AT_CENTRE)))
    assert result.mu == pytest.approx(true_mu, abs=5e-3)
    possible = float(np.clip(true_mu, *MU_RANGE))
    assert result.mu_error == pytest.approx(expected_width(templates, possible) / 2.0, rel=0.02)
    answer = result.answer()
    assert answer["mu_hat"] == pytest.approx(possible, abs=5e-3)
    assert (answer["p16"], answer["p84"]) == (result.low, result.high)
    assert answer["delta_mu_hat"] == pytest.approx((result.high - result.low) / 2.0)
