"""Planted mixtures of three processes in a plane, measured with all yields free."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from HiggsML.errors import DataError, SettingsError
from HiggsML.inference import Mixture
from HiggsML.inference.calibration import COVERAGE
from HiggsML.inference.halves import half_of_groups
from HiggsML.nuisances import Nuisance, free_yield
from HiggsML.task import Task
from small_tasks import ENERGY, FREE, PROCESSES

CENTRES = np.array([[0.0, 0.0], [1.2, 0.6], [0.0, 1.5]])
YIELDS = np.array([800.0, 400.0, 600.0])


def points(counts: Any, rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any]]:
    """So many events of each process."""
    codes = np.repeat(np.arange(3), counts)
    return CENTRES[codes] + rng.normal(size=(len(codes), 2)), np.array(PROCESSES)[codes]


def fitted(rows: int, seed: int = 1, task: Task = FREE, **options: Any) -> Mixture:
    """A measurement that was made of as many rows of each process."""
    x, process = points([rows] * 3, np.random.default_rng(seed))
    mixture = Mixture(LogisticRegression(), task, fine_bins=16, **{"n_toys": 0, **options})
    return mixture.fit(x, process, np.repeat(YIELDS / rows, rows))


def measured(
    mixture: Mixture, number: int, seed: int, lowest: float = 0.5
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Coverage and pulls of experiments whose yields all are drawn anew."""
    rng = np.random.default_rng(seed)
    covered, pulls = [], []
    for _ in range(number):
        rates = rng.uniform(lowest, 2.0, 3)
        found = mixture.measure(points(rng.poisson(YIELDS * rates), rng)[0])
        assert found.valid
        covered.append(found.low <= rates[1] <= found.high)
        pulls.append((found.mu - rates[1]) / found.mu_error)
    return np.array(covered), np.array(pulls)


@cache
def exact() -> Mixture:
    """Templates of fifty times the events of an experiment."""
    return fitted(40_000)


def test_intervals_of_300_mixtures_cover_and_pulls_are_normal() -> None:
    """Each of the three numbers would be outside for one seed in 370."""
    covered, pulls = measured(exact(), 300, seed=2)
    assert abs(covered.mean() - COVERAGE) < 3.0 * np.sqrt(COVERAGE * (1 - COVERAGE) / 300)
    assert abs(pulls.mean()) < 3.0 / np.sqrt(300)
    assert abs(pulls.std() - 1.0) < 3.0 / np.sqrt(600)


def test_the_error_of_few_template_rows_enters_the_interval() -> None:
    """Templates of fewer events than an experiment, drawn anew: 200 experiments in 20 turns.

    Without the error less than half of the intervals cover. With it some more than nominal: the sum
    of a template has no error, and the fit counts one. The lower bound is three binomial errors.
    """
    found = [measured(fitted(600, seed), 10, seed, 0.8) for seed in range(20)]
    covered, pulls = map(np.concatenate, zip(*found, strict=True))
    assert COVERAGE - 3.0 * np.sqrt(COVERAGE * (1 - COVERAGE) / 200) < covered.mean() < 0.82
    assert abs(pulls.mean()) < 0.3


def test_the_interval_ends_at_zero_where_there_is_no_signal() -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        found = exact().measure(points(rng.poisson(YIELDS * [1.0, 0.0, 0.4]), rng)[0])
        assert found.valid
        assert 0.0 <= found.low < found.high < 0.5
        assert found.yields["wanted"] >= 0.0
        assert found.answer()["mu_hat"] >= 0.0


def test_a_background_may_be_missing() -> None:
    """Its yield goes to the boundary, and the strength stays right: four standard errors."""
    rng = np.random.default_rng(5)
    found = exact().measure(points(rng.poisson(YIELDS * [1.0, 1.0, 0.0]), rng)[0])
    assert found.valid
    assert found.yields["far"] < 60.0
    assert abs(found.mu - 1.0) < 4.0 * found.mu_error


def test_yields_and_the_fraction_add_up() -> None:
    x, _ = points([900, 700, 300], np.random.default_rng(6))
    found = exact().measure(x)
    assert found.signal == "wanted"
    assert found.yields["wanted"] == pytest.approx(found.mu * YIELDS[1])
    assert sum(found.yields.values()) == pytest.approx(1900.0, rel=1e-3)
    assert found.fraction == pytest.approx(700 / 1900, abs=0.06)
    doubled = exact().measure(x, np.full(len(x), 2.0))
    assert doubled.yields["wanted"] == pytest.approx(2.0 * found.yields["wanted"], rel=0.01)
    assert doubled.fraction == pytest.approx(found.fraction, rel=0.01)


def test_a_prior_makes_the_interval_shorter() -> None:
    rows = [Nuisance("near_rate", 1.0, "normal", 0.01, 0.0, 2.0, scales=("near",))]
    known = fitted(5_000, task=replace(FREE, nuisances=(*rows, free_yield("far"))))
    x, _ = points(YIELDS.astype(int), np.random.default_rng(7))
    free = fitted(5_000).measure(x)
    assert known.measure(x).mu_error < 0.98 * free.mu_error


def test_events_of_negative_weight_stay_in_the_templates() -> None:
    """Pairs of weight 1 and -1 at one place take the events there out again."""
    rng = np.random.default_rng(8)
    x, process = points([4_000] * 3, rng)
    extra = rng.normal([6.0, 6.0], size=(500, 2))
    x = np.concatenate([x, extra, extra + 1e-9])
    process = np.concatenate([process, ["far"] * 1_000])
    weights = np.repeat([1.0, -1.0], [12_500, 500])
    mixture = Mixture(GaussianNB(), FREE, n_toys=0).fit(x, process, weights)
    sums = mixture.templates.coefficients[0].sum(axis=1)
    np.testing.assert_allclose(sums, [4_000.0] * 3)
    # The variance counts them, the expectation does not.
    assert mixture.templates.variances[2].sum() > 1.15 * mixture.templates.variances[0].sum()


def test_toys_calibrate_the_level() -> None:
    mixture = fitted(5_000, n_toys=200)
    assert mixture.calibration is not None
    assert mixture.calibration.invalid == 0
    assert abs(mixture.calibration.level - 1.0) < 4.0 * mixture.calibration.level_error


class RememberingClassifier(LogisticRegression):  # type: ignore[misc]
    """Knows what it was trained on."""

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Any:
        self.seen = x, y, sample_weight
        return super().fit(x, y, sample_weight)


def test_no_group_is_on_both_sides_and_classes_are_balanced() -> None:
    rng = np.random.default_rng(9)
    x, process = points([3_000, 600, 300], rng)
    groups = rng.integers(0, 200, len(x))
    frame = pd.DataFrame({"x": x[:, 0], "group": groups})
    mixture = Mixture(RememberingClassifier(), FREE, n_toys=0).fit(
        frame, process, np.full(len(x), -1.0) ** rng.choice([2, 3], len(x), p=[0.9, 0.1]), groups
    )
    seen, codes, weights = mixture.classifier.seen
    assert 0.4 < len(seen) / len(x) < 0.6
    trained = np.isin(groups, seen["group"])
    assert trained.sum() == len(seen)  # all rows of a group, or none
    assert (weights > 0.0).all()
    np.testing.assert_allclose(np.bincount(codes, weights), len(seen) / 3)


def test_a_half_has_its_share_of_rare_processes() -> None:
    codes = np.repeat([0, 1, 2], [1_000, 10, 4])
    rng = np.random.default_rng(10)
    half = half_of_groups(codes, None, 10**6, rng)
    np.testing.assert_array_equal(np.bincount(codes[half]), [500, 5, 2])
    few = half_of_groups(codes, None, 100, rng)
    np.testing.assert_array_equal(np.bincount(codes[few]), [100, 5, 2])
    pairs = np.arange(len(codes)) // 2
    half = half_of_groups(codes, pairs, 10**6, rng)
    np.testing.assert_array_equal(half[::2], half[1::2])
    assert half[codes == 2].sum() == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"process": ["near", "odd"] * 50}, r"process, row 1.*no process.*odd.*near, wanted, far"),
        ({"process": ["near"] * 99}, r"each row needs a process.*'processes': 99"),
        ({"weights": [1.0] * 99 + [np.nan]}, r"weights, row 99.*finite"),
        ({"process": ["near", "wanted"] * 50}, r"far: no event is left for the classifier"),
        ({"weights": [1.0] * 34 + [-1.0] * 33 + [1.0] * 33}, r"wanted.*more than zero"),
        ({"groups": [1] * 100}, r"no event is left for the templates"),
    ],
)
def test_events_that_do_not_fit_are_named(change: dict[str, Any], message: str) -> None:
    x, process = points([34, 33, 33], np.random.default_rng(11))
    arguments: dict[str, Any] = {"x": x, "process": process} | change
    with pytest.raises(DataError, match=message):
        Mixture(LogisticRegression(), FREE, n_toys=0).fit(**arguments)


def test_a_classifier_that_tells_nothing_is_refused() -> None:
    x, process = points([500] * 3, np.random.default_rng(12))
    with pytest.raises(DataError, match="does not tell the processes apart"):
        Mixture(DummyClassifier(), FREE, n_toys=0).fit(x, process)


def test_a_hopeless_measurement_says_so(caplog: pytest.LogCaptureFixture) -> None:
    x, process = points([500] * 3, np.random.default_rng(13))
    Mixture(LogisticRegression(), FREE, n_toys=0).fit(x, process, np.full(1_500, 0.3 / 500))
    assert "too few to measure wanted" in caplog.text


def test_a_task_whose_events_move_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"no events that move.*energy"):
        Mixture(LogisticRegression(), ENERGY)
