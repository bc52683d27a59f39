"""Streams of random numbers out of one seed."""

import numpy as np
import pytest

from HiggsML.streams import child, children, stream


def words(seed: np.random.SeedSequence) -> tuple[int, ...]:
    return tuple(seed.generate_state(4).tolist())


def test_a_stream_is_the_same_on_every_machine() -> None:
    assert words(stream(5)) == words(np.random.SeedSequence(5))
    below = (1464702589, 1568343219, 2000152293, 3751102364)
    assert words(stream(5, 1, 2)) == below


@pytest.mark.parametrize(
    "key", [(), (0,), (1,), (0, 0), (0, 1), (1, 0), (1, 2), (2, 1), (12,), (0, 0, 0), (2**31,)]
)
def test_each_key_and_each_seed_has_a_stream_of_its_own(key: tuple[int, ...]) -> None:
    others = [(3,), (1, 1), (1, 2, 0), (0, 2)]
    assert words(stream(5, *key)) not in {words(stream(5, *other)) for other in others}
    assert words(stream(5, *key)) != words(stream(6, *key))
    assert words(stream(5, *key)) != words(stream(5 + 2**64, *key))


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


def test_what_is_below_tells_nothing_of_what_is_above() -> None:
    """Nothing of the parent is left in a child: numpy keeps the seed beside a key."""
    parent, found = stream(2**100 + 5), child(stream(2**100 + 5), 1)
    assert found.entropy != parent.entropy
    assert found.spawn_key == ()
