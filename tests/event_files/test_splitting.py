"""Split into test pool and training set: by process, seeded, whatever the order of the file."""

import tracemalloc

import numpy as np
import pytest

from HiggsML.event_files import MARK_COLUMNS, EventBatch, Split, split_events
from HiggsML.schema import PROCESSES

ROWS = {"htautau": 5_000, "ztautau": 20_000, "ttbar": 900, "diboson": 7}


def make_rows(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Momenta (4, n) with three decimals, and processes, sorted by process."""
    codes = np.repeat(np.arange(4, dtype=np.int8), list(ROWS.values()))
    rng = np.random.default_rng(seed)
    momenta = rng.exponential(40.0, (len(MARK_COLUMNS), len(codes)))
    return momenta.round(3).astype(np.float32), codes


def split(
    features: np.ndarray, codes: np.ndarray, test_rows: int, seed: int = 0, batch: int = 1_000
) -> tuple[Split, np.ndarray]:
    """The split, and the mask of the test rows."""
    batches = (
        EventBatch(i, features[:, i : i + batch], np.ones(len(part)), part)
        for i in range(0, len(codes), batch)
        for part in [codes[i : i + batch]]
    )
    found = split_events(batches, test_rows, len(codes), seed)
    return found, found.in_test(features, codes)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 1.0])
def test_each_process_gives_its_share(share: float) -> None:
    features, codes = make_rows()
    wanted = int(share * len(codes))
    found, in_test = split(features, codes, wanted)
    counts = np.bincount(codes[in_test], minlength=4)
    np.testing.assert_array_equal(found.test_rows, counts)
    np.testing.assert_array_equal(found.test_rows + found.train_rows, list(ROWS.values()))
    np.testing.assert_array_equal(found.test_weights, counts)
    np.testing.assert_array_equal(found.train_weights, found.train_rows)
    assert (
        abs(counts - share * np.array(list(ROWS.values()))).max() < 2.0
    )  # rounded, and 1 for marks too close to be told apart
    assert abs(counts.sum() - wanted) <= 2


@pytest.mark.parametrize("order", ["shuffled", "reversed", "by momentum"])
def test_the_same_events_whatever_the_order(order: str) -> None:
    features, codes = make_rows()
    place = {
        "shuffled": np.random.default_rng(2).permutation(len(codes)),
        "reversed": np.arange(len(codes))[::-1],
        "by momentum": np.argsort(features[0]),
    }[order]
    _, before = split(features, codes, 7_000)
    _, after = split(features[:, place], codes[place], 7_000, batch=777)
    np.testing.assert_array_equal(after, before[place])


def test_another_seed_gives_another_split() -> None:
    features, codes = make_rows()
    one, other = (split(features, codes, 7_000, seed)[1] for seed in (1, 2**128 + 1))
    # Independent halves agree as often as chance says; 5 sigma of 25,907 events.
    share = 7_000 / len(codes)
    expected = share**2 + (1 - share) ** 2
    assert abs(np.mean(one == other) - expected) < 5.0 * np.sqrt(0.25 / len(codes))


def test_the_split_is_blind_to_what_an_event_looks_like() -> None:
    """Chi-square of the share in 20 bins of each momentum; each fails one time in 10^4."""
    features, codes = make_rows()
    _, in_test = split(features, codes, 7_000)
    share = in_test.mean()
    for values in features:
        bins = np.argsort(np.argsort(values)) * 20 // len(values)
        count, held = np.bincount(bins), np.bincount(bins, in_test)
        chi2 = ((held - share * count) ** 2 / (count * share * (1 - share))).sum()
        assert chi2 < 52.4  # quantile of 20 degrees, 1 - 1e-4


def test_copies_of_an_event_are_on_one_side() -> None:
    features, codes = make_rows()
    twice = np.hstack([features, -0.0 + features]), np.hstack([codes, codes])
    _, in_test = split(*twice, 14_000)
    np.testing.assert_array_equal(in_test[: len(codes)], in_test[len(codes) :])
    assert abs(in_test.sum() - 14_000) <= len(PROCESSES)


def test_memory_does_not_grow_with_the_file() -> None:
    """Ten times the events, the same memory (16 MB of counts, and what one batch takes)."""
    features, codes = make_rows()
    batch = EventBatch(0, features, np.ones(len(codes)), codes)

    def peak(batches: int) -> int:
        tracemalloc.start()
        split_events((batch for _ in range(batches)), 10_000, batches * len(codes), 0)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    few, many = peak(2), peak(20)
    assert many < few + 1_000_000
    assert few < 100_000_000
