"""Drawing rows without an array of all of them."""

import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.event_files import checked_indices, draw_rows, selection


@pytest.mark.parametrize(("available", "size"), [(1, 1), (10, 0), (10, 10), (100, 37), (0, 0)])
def test_rows_are_distinct_ascending_and_in_range(
    monkeypatch: pytest.MonkeyPatch, available: int, size: int
) -> None:
    monkeypatch.setattr(selection, "STRETCH", 8)
    rows = draw_rows(available, size, np.random.default_rng(3))
    assert rows.dtype == np.int64
    assert len(rows) == size
    assert (np.diff(rows) > 0).all()
    assert ((rows >= 0) & (rows < available)).all()


def test_each_pair_of_rows_is_equally_likely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chi-square of all 45 pairs in 9,000 draws of 2 from 10 rows; fails one time in 10^4."""
    monkeypatch.setattr(selection, "STRETCH", 4)
    rng = np.random.default_rng(5)
    counts = np.zeros((10, 10))
    for _ in range(9_000):
        counts[tuple(draw_rows(10, 2, rng))] += 1
    pairs = counts[np.triu_indices(10, 1)]
    assert pairs.sum() == 9_000
    assert ((pairs - 200.0) ** 2 / 200.0).sum() < 87.0  # chi-square quantile, 44 degrees, 1 - 1e-4


def test_no_more_rows_are_selected_than_there_are() -> None:
    assert checked_indices([1, 1, 0], 3).tolist() == [0, 1, 1]
    with pytest.raises(DataError, match="4 of 3"):
        checked_indices([1, 1, 0, 2], 3)
