from dataclasses import replace

import cloudpickle
import numpy as np
import pytest

from HiggsML.errors import SettingsError
from HiggsML.nuisances import NUISANCES, NuisanceValues, draw_nuisances
from HiggsML.schema import PROCESSES
from HiggsML.settings import ProtocolSettings
from HiggsML.task import HIGGSML, Task
from small_tasks import ALONE, ENERGY, RATE


def test_the_challenge_is_a_task() -> None:
    assert HIGGSML.parameters == ("mu", *NUISANCES)
    assert [row.name for row in HIGGSML.moving] == ["tes", "jes", "soft_met"]
    assert HIGGSML.processes[HIGGSML.signal_code] == "htautau"
    assert np.shape(HIGGSML.exponents) == (12, 3)
    assert HIGGSML.base_points[0] == NuisanceValues()
    assert dict(HIGGSML.base_points[0]) == HIGGSML.nominal


def test_the_range_of_mu_is_that_of_the_settings() -> None:
    assert ProtocolSettings().mu_range is HIGGSML.mu_range


def test_rates_are_those_of_the_pseudo_experiments() -> None:
    values = draw_nuisances(NUISANCES, np.random.default_rng(2))
    factors = values.rate_factors(1.7)
    np.testing.assert_array_equal(HIGGSML.rates(1.7, values), [factors[p] for p in PROCESSES])


def test_draws_are_those_of_the_pseudo_experiments() -> None:
    for enabled in (tuple(NUISANCES), ("jes", "bkg_scale"), ()):
        drawn = HIGGSML.draw(enabled, np.random.default_rng(2))
        assert draw_nuisances(enabled, np.random.default_rng(2)) == NuisanceValues(**drawn)


def test_rates_of_other_tasks() -> None:
    np.testing.assert_array_equal(ALONE.rates(3.0, {}), [1.0, 3.0, 1.0])
    np.testing.assert_array_equal(RATE.rates(3.0, {"near_rate": 0.5}), [0.5, 3.0, 1.0])
    np.testing.assert_array_equal(ENERGY.rates(3.0, {"energy": 2.0}), [2.0, 6.0, 1.0])


@pytest.mark.parametrize("name", NUISANCES)
def test_prior_widths_and_values_are_inverse(name: str) -> None:
    row = NUISANCES[name]
    for z in (-2.0, 0.3, 1.5):
        assert row.z_of(row.value_at(z)) == pytest.approx(z)
    low, high = row.z_limits
    assert row.value_at(low) >= row.low
    assert row.value_at(high) <= row.high * (1.0 + 1e-15)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"signal": "nothing"}, r"not among the processes.*nothing.*near, wanted, far"),
        ({"processes": ("wanted", "far")}, r"not among the processes.*near"),
        ({"exponents": ((0, 0),)}, r"each monomial needs an exponent.*1 exponents"),
        ({"exponents": ((1,), (0,))}, r"the first one must be constant"),
        ({"exponents": ()}, r"each monomial needs an exponent"),
    ],
)
def test_parts_that_do_not_fit_are_named(changed: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        replace(ENERGY, **changed)


def test_an_unknown_parameter_is_named() -> None:
    assert [row.name for row in HIGGSML.chosen(("jes", "tes"))] == ["jes", "tes"]
    with pytest.raises(SettingsError, match=r"unknown nuisance.*'ttes'.*tes"):
        HIGGSML.chosen(("ttes",))


def test_a_task_is_a_value() -> None:
    """It can be sent to another process, compared, and taken as a key."""
    for task in (HIGGSML, ENERGY):
        sent: Task = cloudpickle.loads(cloudpickle.dumps(task))
        assert sent == task
        assert hash(sent) == hash(task)
        assert replace(task, mu_range=(0.0, 9.0)) != task
