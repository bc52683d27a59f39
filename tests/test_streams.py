"""Streams of random numbers out of one seed."""

import numpy as np
import pytest

from HiggsML.streams import child, children, stream


def words(seed: np.random.SeedSequence) -> tuple[int, ...]:
    return tuple(seed.generate_state(4).tolist())


def test_a_stream_is_that_of_numpy_under_the_key() -> None:
    assert words(stream(5, 1, 2)) == words(np.random.SeedSequence(5, spawn_key=(1, 2)))
    assert words(stream(5)) == words(np.random.SeedSequence(5))


@pytest.mark.parametrize(
    "key", [(), (0,), (1,), (0, 0), (0, 1), (1, 0), (1, 2), (2, 1), (12,), (0, 0, 0), (2**31,)]
)
def test_each_key_and_each_seed_has_a_stream_of_its_own(key: tuple[int, ...]) -> None:
    others = [(3,), (1, 1), (1, 2, 0), (0, 2)]
    assert words(stream(5, *key)) not in {words(stream(5, *other)) for other in others}
    assert words(stream(5, *key)) != words(stream(6, *key))
    assert words(stream(5, *key)) != words(stream(5 + 2**64, *key))


def test_children_are_those_that_numpy_spawns_first() -> None:
    spawned = np.random.SeedSequence(5, spawn_key=(7,)).spawn(3)
    assert [words(seed) for seed in children(stream(5, 7), 3)] == [words(s) for s in spawned]


def test_children_do_not_depend_on_earlier_ones() -> None:
    parent = stream(5, 7)
    before = words(child(parent, 1))
    parent.spawn(2)
    children(parent, 3)
    assert words(child(parent, 1)) == before
    assert words(children(parent, 2)[1]) == before
    assert parent.n_children_spawned == 2  # by numpy, not by us


def test_a_child_has_the_key_below_its_parents() -> None:
    assert words(child(child(stream(5), 1), 2)) == words(stream(5, 1, 2))
    assert child(stream(5, 3), 4).spawn_key == (3, 4)
