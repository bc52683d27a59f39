"""What a submission can compute with everything public does not lead to a seed.

Public are the sources, the settings but for the seeds, the counts, the training set and, to a
submission that runs, test sets: here three. Leptons are not shifted, so that an event of the hidden
pool can be told by its lepton. Each attack is made twice: on a seed that is among few candidates,
which it finds, and on a fresh one. Two leptons that agree by chance in three columns
of three decimals are one pair in 10^8.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest

from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import (
    Experiment,
    call_order,
    draw_pseudo_experiment,
    experiment_seed,
    true_mus,
)
from HiggsML.generation import GeneratedData
from HiggsML.generation.blocks import generate_block
from HiggsML.schema import PRI_COLUMNS
from HiggsML.settings import Settings
from HiggsML.streams import children, seed_below, stream
from small_run import SETTINGS

LEPTON = ["PRI_lep_pt", "PRI_lep_eta", "PRI_lep_phi"]
EVENTS, ENOUGH = 24, 5
"""Events that are made for a candidate; how many leptons shall be found for it to be taken."""

Rows = set[tuple[float, ...]]


def fresh(settings: Settings = SETTINGS) -> Settings:
    seeds = replace(
        settings,
        data=replace(settings.data, seed="fresh"),
        protocol=replace(settings.protocol, random_seed="fresh"),
    ).draw_seeds()
    return settings.with_seeds(seeds)


def some_test_sets(settings: Settings) -> list[np.ndarray]:
    """The first three test sets that a submission is given."""
    pool = EventPool.from_blocks(GeneratedData(settings.data).test_blocks())
    return [features_of(pool, settings, k) for k in range(3)]


def features_of(pool: EventPool, settings: Settings, turn: int) -> np.ndarray:
    protocol, seed = settings.protocol, settings.protocol.random_seed
    counts = protocol.num_of_sets, protocol.num_pseudo_experiments
    experiment: Experiment = call_order(seed, *counts)[turn]
    mu = true_mus(seed, counts[0], protocol.mu_range)[experiment.set_index]
    drawn = draw_pseudo_experiment(pool, mu, protocol.enabled, experiment_seed(seed, experiment))
    return drawn.features


def leptons(rows: np.ndarray) -> Rows:
    """The leptons of rows whose first columns are the primary ones."""
    at = [PRI_COLUMNS.index(name) for name in LEPTON]
    return {tuple(map(float, row)) for row in rows[:, at]}


def leptons_of(seed: int) -> Rows:
    """The first leptons that the generator makes of Z events with this seed."""
    return leptons(generate_block("ztautau", EVENTS, seed, 0, slice_index=0))


def found(seen: Rows, candidates: Iterable[int]) -> list[int]:
    """The candidates for a seed of the generator whose events are among those that were seen."""
    return [seed for seed in candidates if len(leptons_of(seed) & seen) >= ENOUGH]


def seen_by_a_submission(settings: Settings) -> tuple[Rows, Rows]:
    """The leptons of the training set, and those of three test sets."""
    train = GeneratedData(settings.data).get_train_set()[list(PRI_COLUMNS)].to_numpy()
    return leptons(train), set().union(*map(leptons, some_test_sets(settings)))


KEYS = {"train": 0, "test": 1}
GUESSES = [*range(300), 31415, 27182, *range(20260101, 20260132), *range(20260601, 20260631)]


@pytest.mark.parametrize("part", KEYS)
def test_a_guessed_seed_of_the_data(part: str) -> None:
    """Guesses at `data.seed`, checked with the training set and with test sets."""
    guesses = {seed_below(guess, KEYS[part]): guess for guess in GUESSES}
    weak = replace(SETTINGS, data=replace(SETTINGS.data, seed=20260611))
    for settings, expected in ((weak, [20260611]), (fresh(), [])):
        seen = dict(zip(KEYS, seen_by_a_submission(settings), strict=True))[part]
        assert [guesses[seed] for seed in found(seen, guesses)] == expected


def test_a_seed_that_went_through_a_narrow_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search of all numbers of 8 bits finds a pool whose seed was cut down to 8 bits, no other.

    Nor is a pool found by the 32 bits that numpy's seed sequence makes of its seed.
    """
    settings = fresh()
    seed = settings.data.seed
    squeezed = np.random.SeedSequence(seed).generate_state(4, np.uint32).tolist()
    squeezed += np.random.SeedSequence(seed).generate_state(2, np.uint64).tolist()
    _, seen = seen_by_a_submission(settings)
    assert found(seen, [*range(256), *squeezed, seed % 2**32, seed % 2**64, seed]) == []
    whole = seed_below
    monkeypatch.setattr(
        "HiggsML.generation.generated_data.seed_below", lambda *key: whole(*key) % 256
    )
    _, seen = seen_by_a_submission(settings)
    assert found(seen, range(256)) == [whole(seed, KEYS["test"]) % 256]


def relatives(seed: int) -> set[int]:
    """Seeds that can be computed from another."""
    sequence = np.random.SeedSequence(seed)
    spawned = [sequence, *sequence.spawn(4), *children(sequence, 4), *children(stream(seed, 0), 4)]
    states = [each.generate_state(4, np.uint32).tobytes() for each in spawned]
    near = {seed ^ (1 << bit) for bit in range(128)} | {seed, seed + 1, seed - 1, ~seed % 2**128}
    below = {seed_below(seed, *key) for key in ((0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1))}
    return near | below | {int.from_bytes(state, "little") for state in states}


def test_the_training_events_do_not_lead_to_the_test_events() -> None:
    """Not even for one who had found the seed of all training events."""
    settings = fresh()
    train, test = seen_by_a_submission(settings)
    known = seed_below(settings.data.seed, KEYS["train"])
    assert found(train, [known]) == [known]
    assert found(test, relatives(known)) == []
    assert not train & test
    planted = seed_below(known, KEYS["test"])  # a pool that was made of the training seed
    assert found(leptons_of(planted), relatives(known)) == [planted]


def test_a_guessed_seed_of_the_experiments() -> None:
    """Guesses at `random_seed`, for one who had found the hidden pool already."""
    weak = replace(SETTINGS, protocol=replace(SETTINGS.protocol, random_seed=20260611))
    hidden = replace(SETTINGS, protocol=fresh().protocol)
    pool = EventPool.from_blocks(GeneratedData(SETTINGS.data).test_blocks())
    made = {
        guess: features_of(
            pool, replace(SETTINGS, protocol=replace(SETTINGS.protocol, random_seed=guess)), 0
        )
        for guess in GUESSES
    }
    for settings, expected in ((weak, [20260611]), (hidden, [])):
        seen = features_of(pool, settings, 0)
        assert [g for g, rows in made.items() if np.array_equal(rows, seen)] == expected


@pytest.mark.parametrize("change", [lambda key: key ^ 1, lambda key: key + (1 << 200)])
def test_every_bit_of_a_seed_counts(change: Callable[[int], int]) -> None:
    seed = fresh().data.seed
    for bit in (0, 31, 32, 63, 64, 96, 127):
        changed = change(seed) ^ (1 << bit) if bit else change(seed)
        for key in range(3):
            ours, others = (stream(s, key).generate_state(4, np.uint32) for s in (seed, changed))
            assert (ours != others).sum() >= 3
        assert not leptons_of(seed) & leptons_of(changed)
