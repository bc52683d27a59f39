"""Which experiments a run makes: true mus, order, streams."""

import itertools

import numpy as np
import pytest
from scipy import stats

from HiggsML.experiments import EventPool, make_pseudo_experiment
from HiggsML.experiments.protocol import (
    Experiment,
    call_order,
    draw_pseudo_experiment,
    experiment_seed,
    true_mus,
)
from HiggsML.nuisances import NUISANCES, NuisanceValues, draw_nuisances
from HiggsML.streams import children

P_VALUE = 1e-4
"""A test of a right program fails with this probability; the seeds are fixed."""


# --- true mus ------------------------------------------------------------------------------------


def test_true_mus_are_uniform_in_the_range() -> None:
    """Kolmogorov-Smirnov on 2,000 mus, at 1e-4."""
    mus = true_mus(11, 2_000, (0.5, 2.5))
    assert stats.kstest(mus, stats.uniform(0.5, 2.0).cdf).pvalue > P_VALUE


def test_true_mus_of_neighbouring_seeds_and_sets_are_independent() -> None:
    """Correlation of 2,000 pairs, each at 1e-4."""
    mus = np.array(true_mus(11, 2_000, (0.1, 3.0)))
    assert stats.pearsonr(mus[:-1], mus[1:]).pvalue > P_VALUE
    assert stats.pearsonr(mus, true_mus(12, 2_000, (0.1, 3.0))).pvalue > P_VALUE


def test_a_longer_run_begins_with_the_mus_of_a_shorter_one() -> None:
    assert true_mus(5, 10, (0.1, 3.0))[:4] == true_mus(5, 4, (0.1, 3.0))


def test_the_range_stretches_the_same_mus() -> None:
    unit = np.array(true_mus(5, 10, (0.0, 1.0)))
    np.testing.assert_allclose(true_mus(5, 10, (1.0, 4.0)), 1.0 + 3.0 * unit)


# --- order ---------------------------------------------------------------------------------------


def test_every_experiment_is_called_once() -> None:
    order = call_order(5, 7, 9)
    assert len(order) == 63
    assert set(order) == {Experiment(i, j) for i in range(7) for j in range(9)}
    assert {type(number) for experiment in order for number in experiment} == {int}


def test_the_order_follows_from_the_seed() -> None:
    assert call_order(5, 7, 9) == call_order(5, 7, 9)
    assert call_order(5, 7, 9) != call_order(6, 7, 9)


def test_the_order_tells_nothing_of_the_set_or_its_mu() -> None:
    """Rank correlation of place with set, number and mu over 2,000 calls, each at 1e-4."""
    order = call_order(5, 50, 40)
    mus = true_mus(5, 50, (0.1, 3.0))
    places = np.arange(len(order))
    for told in (
        [experiment.set_index for experiment in order],
        [experiment.experiment_index for experiment in order],
        [mus[experiment.set_index] for experiment in order],
    ):
        assert stats.spearmanr(places, told).pvalue > P_VALUE
    # Neighbours share a set as often as chance has it: 2,000 / 50 times, a Poisson number.
    shared = sum(a.set_index == b.set_index for a, b in itertools.pairwise(order))
    assert abs(shared - 40) < 4.0 * np.sqrt(40)


# --- streams -------------------------------------------------------------------------------------


def first_words(seed: np.random.SeedSequence) -> tuple[int, ...]:
    return tuple(seed.generate_state(4).tolist())


def test_an_experiment_is_keyed_by_seed_set_and_number() -> None:
    """No two of 2 x 20 x 20 experiments share a stream; (1, 2) is not (2, 1)."""
    words = {
        first_words(experiment_seed(seed, Experiment(i, j)))
        for seed in (5, 6)
        for i in range(20)
        for j in range(20)
    }
    assert len(words) == 800


def test_an_experiment_does_not_depend_on_what_was_made_before() -> None:
    alone = first_words(experiment_seed(5, Experiment(3, 4)))
    for i in range(5):
        experiment_seed(5, Experiment(3, i)).spawn(3)
    true_mus(5, 10, (0.1, 3.0))
    assert first_words(experiment_seed(5, Experiment(3, 4))) == alone


def test_all_bits_of_the_seed_count() -> None:
    seeds = (5, 5 + 2**32, 5 + 2**64, 5 + 2**127)
    assert len({first_words(experiment_seed(s, Experiment(0, 0))) for s in seeds}) == 4
    assert len({true_mus(s, 1, (0.1, 3.0))[0] for s in seeds}) == 4
    assert len({tuple(call_order(s, 5, 5)) for s in seeds}) == 4


def first_uniform(experiment: Experiment) -> float:
    return float(np.random.default_rng(experiment_seed(9, experiment)).random())


def test_experiments_are_independent() -> None:
    """Uniform numbers of 2,000 streams: uniform over the streams, and neighbours (in set and in
    number) uncorrelated; five tests at 1e-4."""
    numbers = np.array([[first_uniform(Experiment(i, j)) for j in range(50)] for i in range(40)])
    assert stats.kstest(numbers.ravel(), stats.uniform.cdf).pvalue > P_VALUE
    assert stats.pearsonr(numbers[:-1].ravel(), numbers[1:].ravel()).pvalue > P_VALUE
    assert stats.pearsonr(numbers[:, :-1].ravel(), numbers[:, 1:].ravel()).pvalue > P_VALUE
    mus = true_mus(9, 40, (0.0, 1.0))
    assert stats.pearsonr(mus, numbers[:, 0]).pvalue > P_VALUE
    assert stats.pearsonr(mus, numbers.mean(axis=1)).pvalue > P_VALUE


# --- one experiment ------------------------------------------------------------------------------

SEED = experiment_seed(5, Experiment(1, 2))


def test_an_experiment_is_its_nuisance_parameters_and_its_events(pool: EventPool) -> None:
    """A stream for each: the events are those that the drawn values give under the second one."""
    nuisance_seed, event_seed = children(SEED, 2)
    values = draw_nuisances(NUISANCES, np.random.default_rng(nuisance_seed))
    drawn = draw_pseudo_experiment(pool, 1.5, tuple(NUISANCES), SEED)
    assert drawn.nuisances == values
    assert drawn.mu == 1.5
    expected = make_pseudo_experiment(pool, 1.5, values, event_seed)
    np.testing.assert_array_equal(drawn.features, expected.features)


def test_nuisance_parameters_and_events_have_streams_of_their_own(pool: EventPool) -> None:
    """With all nuisance parameters off the events are those of the nominal detector: nothing that
    was drawn for nuisance parameters was taken from the events."""
    _, event_seed = children(SEED, 2)
    drawn = draw_pseudo_experiment(pool, 1.5, (), SEED)
    assert drawn.nuisances == NuisanceValues()
    nominal = make_pseudo_experiment(pool, 1.5, NuisanceValues(), event_seed)
    np.testing.assert_array_equal(drawn.features, nominal.features)


@pytest.mark.parametrize("name", NUISANCES)
def test_switching_one_parameter_off_leaves_the_others(pool: EventPool, name: str) -> None:
    everything = draw_pseudo_experiment(pool, 1.0, tuple(NUISANCES), SEED).nuisances
    others = [other for other in NUISANCES if other != name]
    without = draw_pseudo_experiment(pool, 1.0, others, SEED).nuisances
    assert getattr(without, name) == NUISANCES[name].nominal != getattr(everything, name)
    for other in others:
        assert getattr(without, other) == getattr(everything, other)


def test_mu_does_not_move_the_nuisance_parameters(pool: EventPool) -> None:
    drawn = [draw_pseudo_experiment(pool, mu, tuple(NUISANCES), SEED) for mu in (0.1, 3.0)]
    assert drawn[0].nuisances == drawn[1].nuisances
