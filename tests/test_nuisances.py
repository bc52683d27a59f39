import math

import numpy as np
import pytest
from scipy.stats import kstest, lognorm, norm

from HiggsML.errors import SettingsError
from HiggsML.nuisances import NUISANCES, NuisanceValues, draw_nuisances, free_yield


def test_the_official_table() -> None:
    table = {n.name: (n.nominal, n.prior, n.spread, n.low, n.high) for n in NUISANCES.values()}
    assert table == {
        "tes": (1.0, "normal", 0.01, 0.9, 1.1),
        "jes": (1.0, "normal", 0.01, 0.9, 1.1),
        "soft_met": (0.0, "lognormal", 1.0, 0.0, 5.0),
        "ttbar_scale": (1.0, "normal", 0.02, 0.8, 1.2),
        "diboson_scale": (1.0, "normal", 0.25, 0.0, 2.0),
        "bkg_scale": (1.0, "normal", 0.001, 0.99, 1.01),
    }


@pytest.mark.parametrize("name", NUISANCES)
def test_draws_follow_the_clipped_prior(name: str) -> None:
    """Kolmogorov-Smirnov on the draws inside the bounds; fails one seed in 1e4."""
    row = NUISANCES[name]
    rng = np.random.default_rng(1)
    drawn = np.array([row.draw(rng) for _ in range(5000)])
    assert drawn.min() >= row.low
    assert drawn.max() <= row.high
    prior = norm(row.nominal, row.spread) if row.prior == "normal" else lognorm(row.spread)
    inside = drawn[(drawn > row.low) & (drawn < row.high)]
    low, high = prior.cdf(row.low), prior.cdf(row.high)
    assert kstest(inside, lambda x: (prior.cdf(x) - low) / (high - low)).pvalue > 1e-4
    if name == "soft_met":  # 5.4 % of the prior lie above the bound
        assert np.mean(drawn == 5.0) == pytest.approx(1 - prior.cdf(5.0), abs=4 * 0.0032)


def test_switching_one_off_leaves_the_others() -> None:
    all_six = draw_nuisances(NUISANCES, np.random.default_rng(3))
    without = draw_nuisances(set(NUISANCES) - {"tes"}, np.random.default_rng(3))
    assert without.tes == 1.0
    assert without.jes == all_six.jes
    assert without.bkg_scale == all_six.bkg_scale
    assert draw_nuisances((), np.random.default_rng(3)) == NuisanceValues()


def test_rate_factors() -> None:
    values = NuisanceValues(ttbar_scale=1.1, diboson_scale=0.5, bkg_scale=1.01)
    assert values.rate_factors(mu=2.5) == pytest.approx(
        {"htautau": 2.5, "ztautau": 1.01, "ttbar": 1.1 * 1.01, "diboson": 0.5 * 1.01}
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1])
def test_impossible_values_are_refused(value: float) -> None:
    with pytest.raises(SettingsError, match="jes"):
        NuisanceValues(jes=value)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(SettingsError, match="taus"):
        draw_nuisances(["taus"], np.random.default_rng(0))


def test_a_free_yield_has_no_prior() -> None:
    row = free_yield("far")
    assert row.scales == ("far",)
    assert row.z_limits == (-1.0, math.inf)
    assert row.value_at(row.z_of(2.5)) == 2.5
    rng = np.random.default_rng(1)
    assert row.draw(rng) == 1.0
    assert rng.random() == np.random.default_rng(1).random()  # nothing is drawn
