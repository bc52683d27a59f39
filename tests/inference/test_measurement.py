import cloudpickle
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from HiggsML.errors import DataError
from HiggsML.experiments import make_pseudo_experiment
from HiggsML.inference import AnnealedNetwork, Measurement, Scout, physics_inputs
from HiggsML.inference.binning import discriminants
from HiggsML.inference.influence import mu_by_shift, values_at
from HiggsML.inference.post_fit import post_fit_events
from HiggsML.nuisances import NuisanceValues
from HiggsML.running.diagnostics import check_diagnostics
from HiggsML.schema import DETAILED_LABELS, PROCESSES, WEIGHTS
from HiggsML.systematics import systematics


@pytest.fixture(scope="module")
def measurement(events):
    found = Measurement(
        LogisticRegression(max_iter=500), lambda: events, systematics, fine_bins=8, n_toys=0
    )
    found.fit()
    return found


@pytest.fixture(scope="module")
def experiment(pool):
    """Makes a test set with a given mu."""

    def make(mu):
        values = NuisanceValues(tes=1.01, jes=0.99, soft_met=2.0)
        return make_pseudo_experiment(pool, mu, values, np.random.SeedSequence(5)).test_set()

    return make


def test_templates_hold_the_expected_events(measurement, events):
    nominal = systematics(events)
    expected = [nominal[WEIGHTS][nominal[DETAILED_LABELS] == p].sum() for p in PROCESSES]
    found = measurement.templates.coefficients[0].sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_the_answer_is_what_the_contract_asks(measurement, experiment):
    answer = measurement.predict(experiment(1.5))
    assert set(answer) == {"mu_hat", "delta_mu_hat", "p16", "p84", "bad_fit"}
    assert 0.1 <= answer["p16"] < answer["p84"] <= 3.0
    assert answer["p16"] <= answer["mu_hat"] <= answer["p84"]
    assert answer["delta_mu_hat"] == pytest.approx((answer["p84"] - answer["p16"]) / 2)


def test_answers_do_not_depend_on_what_was_asked_before(measurement, experiment):
    test_set = experiment(0.5)
    first = measurement.predict(test_set)
    measurement.predict(experiment(2.5))
    assert measurement.predict(test_set) == first


def test_a_copy_in_another_process_answers_the_same(measurement, experiment):
    test_set = experiment(1.0)
    sent = cloudpickle.dumps(measurement)
    assert len(sent) < 2_000_000  # without the training events
    assert cloudpickle.loads(sent).predict(test_set) == measurement.predict(test_set)


def test_a_hard_decision_makes_one_bin_beside_the_counting_bins(events, experiment):
    """Cut and count: what passes is a bin, what fails is counted with the bulk."""

    class Threshold(LogisticRegression):
        def predict_proba(self, x):
            p = super().predict_proba(x)
            passed = p[:, 0] > 0.4
            return np.eye(4)[np.where(passed, 0, 1 + p[:, 1:].argmax(axis=1))]

    measurement = Measurement(Threshold(max_iter=500), lambda: events, systematics, n_toys=0)
    measurement.fit()
    assert [len(edges) for edges in measurement.bins.edges] == [1, 0, 0]
    features = experiment(1.0)["data"].to_numpy(np.float32)
    bins = measurement.bins.bin_of(features)
    rich = measurement.selection.is_signal_rich(features)
    seen = measurement.classifier.predict_proba(measurement.inputs(features, np.flatnonzero(rich)))
    passed = np.zeros(len(features), dtype=bool)
    passed[np.flatnonzero(rich)[seen[:, 0] == 1.0]] = True
    np.testing.assert_array_equal(bins == measurement.bins.n_bins - 1, passed)


def test_bins_are_those_of_scikit_learn_s_own_prediction(events, experiment):
    """Scout, inputs and network without blocks: but for events on an edge, the same bins."""
    network = AnnealedNetwork((32, 32), batch_size=512, max_iter=2, random_state=1)
    measurement = Measurement(
        network,
        lambda: events,
        systematics,
        selection=Scout(0.3),
        inputs=physics_inputs,
        fine_bins=8,
        n_toys=0,
    )
    measurement.fit()
    bins = measurement.bins
    features = experiment(1.0)["data"].to_numpy(np.float32)
    wanted = bins.counting.bin_of(features)
    scout = measurement.selection
    rich = np.flatnonzero(scout.classifier.predict_proba(features)[:, 1] >= scout.threshold)
    score, background = discriminants(
        network.predict_proba(physics_inputs(features)[rich]), bins.yields, 0
    )
    first = np.prod(bins.counting.shape)
    for code, edges in enumerate(bins.edges):
        position = np.searchsorted(edges, score, side="right")
        chosen = (background == code) & (position > 0)
        wanted[rich[chosen]] = first + position[chosen] - 1
        first += len(edges)
    assert np.mean(bins.groups[wanted] != bins.bin_of(features)) < 1e-4
    counts = bins.histogram(features)
    assert np.abs(counts - np.bincount(bins.groups[wanted], minlength=bins.n_bins)).max() <= 1


def test_too_few_events_are_named(events):
    few = events.groupby(DETAILED_LABELS, observed=True).head(1)
    with pytest.raises(DataError, match=r"htautau: too few training events.*at least 2"):
        Measurement(LogisticRegression(), lambda: few, systematics).fit()


def test_few_events_give_a_rough_interval(events, experiment, caplog):
    """A sample of the public data has 2 diboson events among 700: all serve twice, with a word."""
    few = events.groupby(DETAILED_LABELS, observed=True).head(300)
    few = few[
        (few[DETAILED_LABELS] != "diboson") | (few[DETAILED_LABELS] == "diboson").cumsum().le(2)
    ]
    measurement = Measurement(LogisticRegression(max_iter=500), lambda: few, systematics, n_toys=0)
    measurement.fit()
    assert "Only 2 diboson events" in caplog.text
    assert "too few to measure mu" in caplog.text
    answer = measurement.predict(experiment(1.0))
    assert all(map(np.isfinite, answer.values()))
    assert answer["p16"] <= answer["mu_hat"] <= answer["p84"]


def test_training_events_are_not_changed(events):
    before = events.copy()
    Measurement(
        LogisticRegression(max_iter=500),
        lambda: events.head(9_000),
        systematics,
        fine_bins=4,
        n_toys=0,
    ).fit()
    assert events.equals(before)


def test_mu_is_told_for_each_nuisance_and_for_all(measurement, events):
    found = mu_by_shift(measurement, events, systematics)
    names = [*values_at(2.0), "all"]
    assert list(found) == ["nominal", *(f"{name} {z}" for name in names for z in ("+2", "-2"))]
    assert np.isfinite(list(found.values())).all()


def test_it_draws_what_it_found(measurement, experiment):
    data = experiment(1.0)["data"]
    found = measurement.figures(data)
    shifts = {"templates_tes", "templates_jes", "templates_soft_met"}
    assert set(measurement.figures()) == shifts
    assert set(found) == shifts | {"nuisances", "post_fit"}


def test_its_numbers_for_the_score_sheet(measurement):
    """A fit to a draw from its own templates: pulls of the bins have a spread of about 1."""
    told = check_diagnostics(measurement.diagnostics())
    assert told == measurement.diagnostics()
    assert list(told["templates"]) == list(PROCESSES)
    assert set(told["nuisances"]) == set(measurement.nuisances)
    counted, expected = (np.array(told["post_fit"][name]) for name in ("counted", "expected"))
    assert 0.5 < ((counted - expected) / np.sqrt(expected)).std() < 1.5
    assert all(0 < error <= 1.01 for _, error in told["nuisances"].values())


def test_the_figure_after_the_fit_shows_the_fit(measurement, experiment):
    """Drawn events are those that were counted; few bins are far from the fitted expectation."""
    data = experiment(1.0)["data"]
    result = measurement.measure(data)
    expected = post_fit_events(measurement.templates, result)
    post_fit = measurement.figures(data)["post_fit"]
    counted = post_fit.axes[0].lines[0].get_ydata()
    assert counted.sum() == len(data)
    total = expected.sum(axis=0)
    pulls = (counted - total) / np.sqrt(total + measurement.templates.variances.sum(axis=0))
    assert np.abs(pulls).mean() < 1.2
