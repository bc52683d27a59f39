"""Pairs of jets of a second collision: how many, how hard, how well balanced."""

import numpy as np
import pytest

from HiggsML.generation.constants.radiation import SecondCollision
from HiggsML.generation.physics.radiation import MOST_JETS, PT, X, Y
from HiggsML.generation.physics.second_collisions import with_second_collision
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.records import as_record
from HiggsML.numerics.without_arrays import compiled

TRIES = 400_000


@compiled
def collide(stream, collision, activity, jets, count, results):
    for i in range(len(results)):
        top_up(stream)
        results[i, 0] = with_second_collision(stream, collision, activity, jets, count) - count
        for k in range(3):
            results[i, 1 + k] = jets[count, (PT, X, Y)[k]] if results[i, 0] > 0.0 else 0.0


def collisions(activity, **changes):
    collision = SecondCollision()._replace(**changes)
    results, jets = np.empty((TRIES, 4)), np.zeros((MOST_JETS, 5))
    collide(open_stream(3, 1, 0), as_record(collision), activity, jets, 2, results)
    return collision, results


def test_pairs_come_at_the_rate_of_their_power_law():
    """Share of events with a pair above two kT, for an activity of two: five errors."""
    collision, found = collisions(2.0, rate=0.02, power=4.0, lowest=15.0)
    assert set(found[:, 0]) == {0.0, 2.0}
    for kt in (15.0, 30.0):
        share = 2.0 * collision.rate * (kt / 15.0) ** -collision.power
        error = np.sqrt(share / TRIES)
        assert np.mean(found[:, 1] >= kt) == pytest.approx(share, abs=5.0 * error)


def test_a_full_list_of_jets_still_takes_the_pair():
    results, jets = np.empty((50, 4)), np.zeros((MOST_JETS, 5))
    collision = as_record(SecondCollision()._replace(rate=1.0))
    collide(open_stream(3, 1, 0), collision, 1.0, jets, MOST_JETS - 2, results)
    assert np.all(results[:, 0] == 2.0)


def test_without_imbalance_the_pair_is_back_to_back():
    jets, results = np.zeros((MOST_JETS, 5)), np.empty((20, 4))
    collision = as_record(SecondCollision()._replace(rate=1.0, imbalance=0.0))
    collide(open_stream(3, 1, 0), collision, 1.0, jets, 0, results)
    np.testing.assert_allclose(jets[0, [X, Y]], -jets[1, [X, Y]], atol=1e-9)
