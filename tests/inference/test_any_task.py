"""Other tasks than HiggsML are measured by the same code: coverage, pulls, derivatives, ranges."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from HiggsML.inference import Measurement
from HiggsML.inference.calibration import COVERAGE, calibrate, draw_counts
from HiggsML.inference.influence import mu_by_shift
from HiggsML.inference.intervals import fit_mu
from HiggsML.inference.likelihood import BinnedLikelihood, expected_events
from HiggsML.inference.templates import fit_templates
from HiggsML.schema import DETAILED_LABELS, WEIGHTS
from HiggsML.task import Task
from small_tasks import ENERGY, PROCESSES, TASKS, templates_of

TOYS = 500


@pytest.mark.parametrize("name", ["alone", "energy"])
def test_intervals_cover_and_pulls_are_normal(name: str) -> None:
    """500 toys: coverage, mean and width of the pulls within three standard errors.

    Of correct code each of the six numbers would be outside for one seed in 370.
    """
    task, true_mu = TASKS[name], 1.7
    templates = templates_of(task)
    rng = np.random.default_rng(12)
    covered, pulls = [], []
    for _ in range(TOYS):
        counts = draw_counts(templates, true_mu, rng, task.names)
        found = fit_mu(BinnedLikelihood(templates, counts))
        assert found.valid
        covered.append(found.low <= true_mu <= found.high)
        pulls.append((found.mu - true_mu) / found.mu_error)
    assert abs(np.mean(covered) - COVERAGE) < 3.0 * np.sqrt(COVERAGE * (1.0 - COVERAGE) / TOYS)
    assert abs(np.mean(pulls)) < 3.0 / np.sqrt(TOYS)
    assert abs(np.std(pulls) - 1.0) < 3.0 / np.sqrt(2.0 * TOYS)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_gradients_are_those_of_the_value(task: Task) -> None:
    templates = templates_of(task)
    counts = np.random.default_rng(3).poisson(templates.coefficients[0].sum(axis=0)).astype(float)
    likelihood = BinnedLikelihood(templates, counts)
    assert likelihood.parameters == task.parameters
    for theta in np.random.default_rng(4).uniform(0.2, 1.5, (5, len(task.parameters))):
        _, gradient = likelihood.value_and_gradient(theta)
        for k, step in enumerate(1e-5 * np.eye(len(theta))):
            up, down = (likelihood.value_and_gradient(theta + s * step)[0] for s in (1, -1))
            assert gradient[k] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-4)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_expectations_agree_with_the_definition(task: Task) -> None:
    templates = templates_of(task)
    z = dict.fromkeys(task.names, 0.8)
    values = {row.name: row.value_at(0.8) for row in task.nuisances}
    found, slopes = BinnedLikelihood(templates, np.ones(6)).expected_and_slopes(
        np.array([1.3, *z.values()])
    )
    np.testing.assert_allclose(found, expected_events(templates, 1.3, values), rtol=1e-12)
    assert slopes.shape == (len(task.parameters), 6)


def test_fixed_parameters_are_nominal() -> None:
    templates = templates_of(ENERGY)
    found, slopes = BinnedLikelihood(templates, np.ones(6), ()).expected_and_slopes(np.array([2.0]))
    np.testing.assert_allclose(found, expected_events(templates, 2.0, {}), rtol=1e-12)
    np.testing.assert_allclose(slopes[0], templates.coefficients[0, 1])


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_templates_of_any_task_are_fitted(task: Task) -> None:
    wanted = templates_of(task)
    nominal = wanted.expected({}), np.full((3, 6), 2.0)
    found = fit_templates(nominal, lambda point: wanted.expected(point)[None], task)
    np.testing.assert_allclose(found.coefficients, wanted.coefficients, atol=1e-8)
    np.testing.assert_allclose(found.variances, 2.0)
    assert found.merged(np.array([0, 0, 1, 1, 2, 2])).task is task


def test_toys_are_drawn_all_over_the_range() -> None:
    found = calibrate(templates_of(TASKS["rate"]), 10, np.random.default_rng(1))
    assert found.true_mu == pytest.approx((0.4, 1.2, 2.0, 2.8, 3.6))
    assert found.ratios.shape == (5, 2)
    assert found.invalid == 0


# --- from events to an interval ------------------------------------------------------------------


class OneCut:
    """The classifier sees events above it."""

    def fit(self, *_: object) -> None:
        pass

    def is_signal_rich(self, features: NDArray[np.float32]) -> NDArray[np.bool_]:
        rich: NDArray[np.bool_] = features[:, 0] > 0.5
        return rich


class OneBin:
    """All others are counted together."""

    shape = (1,)

    def bin_of(self, features: NDArray[np.float32]) -> NDArray[np.intp]:
        return np.zeros(len(features), dtype=np.intp)


def chosen_rows(features: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    return features[rows]


def shifted(frame: pd.DataFrame, energy: float = 1.0, seed: int = 0) -> pd.DataFrame:
    """Events with another energy; those below 0.1 are lost."""
    moved = frame.assign(x=frame["x"] * np.float32(energy))
    return moved[moved["x"] > 0.1]


def events(expected: Mapping[str, float], rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shapes = {"near": (1.0, 1.0), "wanted": (12.0, 0.25), "far": (8.0, 0.8)}
    parts = []
    for process in PROCESSES:
        x = rng.gamma(*shapes[process], rows).astype(np.float32)
        weights = np.full(rows, expected[process] / rows)
        parts.append(pd.DataFrame({"x": x, WEIGHTS: weights, DETAILED_LABELS: process}))
    return pd.concat(parts, ignore_index=True)


EXPECTED = {"near": 20_000.0, "wanted": 1_000.0, "far": 3_000.0}


def measurement(**options: Any) -> Measurement:
    found = Measurement(
        LogisticRegression(),
        lambda: events(EXPECTED, 40_000, 1),
        shifted,
        task=ENERGY,
        selection=OneCut(),
        counting=OneBin(),
        inputs=chosen_rows,
        fine_bins=8,
        n_toys=0,
        **options,
    )
    found.fit()
    return found


def experiment(mu: float, energy: float) -> pd.DataFrame:
    """Poisson events; the energy scales the rates that the task says."""
    rates = dict(zip(PROCESSES, ENERGY.rates(mu, {"energy": energy}), strict=True))
    rng = np.random.default_rng(5)
    drawn = events(EXPECTED, 60_000, 2)
    expected = drawn[WEIGHTS] * drawn[DETAILED_LABELS].map(rates)
    return shifted(drawn.iloc[np.repeat(np.arange(len(drawn)), rng.poisson(expected))], energy)


def test_a_classifier_becomes_a_measurement_of_another_task() -> None:
    """mu and the energy within four standard errors; wrong by chance once in 10^4 seeds."""
    fitted = measurement()
    data = experiment(1.5, 1.04)
    found = fitted.measure(data)
    assert found.valid
    assert abs(found.mu - 1.5) < 4.0 * found.mu_error
    assert abs(found.nuisances["energy"] - np.log(1.04) / 0.05) < 4.0 * found.errors["energy"]
    assert found.errors["energy"] < 0.7  # the data say more than the prior
    assert set(fitted.figures(data)) == {"templates_energy", "nuisances", "post_fit"}
    moved = mu_by_shift(fitted, events(EXPECTED, 5_000, 3), shifted)
    assert list(moved) == ["nominal", "energy +2", "energy -2", "all +2", "all -2"]


def test_intervals_are_cut_to_the_range_that_is_asked_for() -> None:
    fitted = measurement(mu_range=(0.5, 1.2))
    assert fitted.task.mu_range == fitted.templates.task.mu_range == (0.5, 1.2)
    answer = fitted.predict({"data": experiment(2.0, 1.0)})
    assert answer["mu_hat"] == answer["p84"] == 1.2
    assert 0.5 < answer["p16"] < 1.2
    wide = measurement(mu_range=(0.0, 9.0)).predict({"data": experiment(6.0, 1.0)})
    assert 5.0 < wide["p16"] < wide["mu_hat"] < wide["p84"] < 9.0
