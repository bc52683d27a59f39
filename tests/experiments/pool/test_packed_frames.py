"""The pool of frames that are used again: packed once, and again where they changed."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from HiggsML.errors import DataError
from HiggsML.experiments import EventPool
from HiggsML.experiments.pool.packed_frames import pool_of_frames

Frames = dict[str, pd.DataFrame]


def test_packed_once(test_set: Frames) -> None:
    first = pool_of_frames(test_set)
    again = {process: frame.copy() for process, frame in test_set.items()}
    assert pool_of_frames(again) is first
    assert np.array_equal(first.rows, EventPool.from_frames(test_set).rows)


def scaled(frames: Frames) -> None:
    frames["ztautau"]["PRI_had_pt"] *= 1.1


def one_value(frames: Frames) -> None:
    frames["ztautau"].iloc[5, frames["ztautau"].columns.get_loc("PRI_met")] += 1.0


def a_weight(frames: Frames) -> None:
    frames["htautau"].loc[0, "weights"] += 1e-9


def two_rows(frames: Frames) -> None:
    order = [1, 0, *range(2, len(frames["ttbar"]))]
    frames["ttbar"] = frames["ttbar"].iloc[order].reset_index(drop=True)


def a_row_less(frames: Frames) -> None:
    frames["diboson"] = frames["diboson"].iloc[:-1]


def a_process_less(frames: Frames) -> None:
    del frames["diboson"]


@pytest.mark.parametrize(
    "change", [scaled, one_value, a_weight, two_rows, a_row_less, a_process_less]
)
def test_a_change_is_noticed(test_set: Frames, change: Callable[[Frames], None]) -> None:
    before = pool_of_frames(test_set)
    change(test_set)
    after = pool_of_frames(test_set)
    assert after is not before
    fresh = EventPool.from_frames(test_set)
    assert np.array_equal(after.rows, fresh.rows)
    assert after.sum_weights == fresh.sum_weights


def test_an_error_leaves_no_pool_behind(test_set: Frames) -> None:
    broken = test_set | {"ttbar": test_set["ttbar"].drop(columns="PRI_met")}
    for _ in range(2):
        with pytest.raises(DataError, match="columns are missing"):
            pool_of_frames(broken)
    assert pool_of_frames(test_set).n_rows == sum(map(len, test_set.values()))
