import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from HiggsML.errors import DataError
from HiggsML.experiments import EventBlock, EventPool
from HiggsML.experiments.pool import packing
from HiggsML.experiments.pool.row_packing import pack_rows
from HiggsML.schema import PRI_COLUMNS


def sorted_rows(rows):
    """Rows in an order that does not depend on the order they were in."""
    return np.sort(rows.view("V64"))


def test_every_event_is_in_its_group_once(make_blocks):
    blocks = make_blocks()
    pool = EventPool.from_blocks(blocks)
    assert pool.n_rows == sum(len(b.weights) for b in blocks)
    key, before = packing.decimals_key(""), 0
    for code, block in enumerate(blocks):
        (group,) = np.flatnonzero(pool.groups.process == code)
        start, size = pool.groups.start[group], pool.groups.size[group]
        packed = pool.rows[start : start + size]
        expected = pack_rows(block.primaries, "", key=key, first=before)
        before += len(block.weights)
        np.testing.assert_array_equal(sorted_rows(packed), sorted_rows(expected))
        assert pool.groups.is_equal[group]
        assert pool.groups.weight[group] == block.weights[0]
        assert pool.sum_weights[block.process] == pytest.approx(block.weights.sum(), rel=1e-12)
        assert (pool.process_of(np.arange(start, start + size)) == code).all()


def test_rows_are_shuffled_within_a_group(make_blocks):
    """Rank correlation of the order before and after: |r| < 5 sigma = 5 / sqrt(700)."""
    block = make_blocks()[1]
    pool = EventPool.from_blocks([block])
    before = block.primaries[:, PRI_COLUMNS.index("PRI_met")].argsort()
    after = pool.rows["met"].argsort()
    assert abs(np.corrcoef(before, after)[0, 1]) < 5.0 / np.sqrt(len(before))


def test_the_pool_does_not_depend_on_the_cut_into_blocks(make_blocks):
    whole = make_blocks("different")
    cut = [
        EventBlock(b.process, b.primaries[i : i + 37], b.weights[i : i + 37])
        for b in whole
        for i in range(0, len(b.weights), 37)
    ]
    one, other = EventPool.from_blocks(whole), EventPool.from_blocks(cut)
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.weights, other.weights)


def test_lost_decimals_are_those_of_the_source(make_blocks, tmp_path):
    one, again, other = (
        EventPool.from_blocks(make_blocks(), tmp_path / str(i), source).rows
        for i, source in enumerate(("one", "one", "other"))
    )
    np.testing.assert_array_equal(one, again)
    assert (one["had_pt"] != other["had_pt"]).mean() > 0.9
    np.testing.assert_array_equal(one["lep_pt"], other["lep_pt"])


def test_unequal_weights_lie_within_a_factor_of_two(uneven_pool):
    groups = uneven_pool.groups
    assert not groups.is_equal.any()
    for start, size, largest in zip(groups.start, groups.size, groups.weight, strict=True):
        weights = uneven_pool.weights[start : start + size]
        assert weights.max() == largest
        assert weights.min() >= 0.5 * 2.0 ** np.floor(np.log2(largest))


def test_a_few_weights_of_a_process_are_groups_of_equal_weight(make_blocks):
    block = make_blocks()[0]
    weights = np.resize([0.5, 0.25, 3.0, 0.0], len(block.weights))
    pool = EventPool.from_blocks([block._replace(weights=weights)])
    assert pool.groups.weight.tolist() == [0.25, 0.5, 3.0]
    assert pool.groups.is_equal.all()
    assert pool.n_rows == 300  # no weight, no row
    assert len(pool.weights) == 0


def test_a_failing_lepton_is_never_selected(pool):
    fails = pool.rows["lep_pt"] < 20.0
    assert fails.any()
    assert (pool.had_pt[fails] == 0.0).all()
    np.testing.assert_array_equal(pool.had_pt[~fails], pool.rows["had_pt"][~fails])


def test_frames_make_the_same_pool_as_blocks(make_blocks):
    blocks = make_blocks()
    frames = {
        b.process: pd.DataFrame(b.primaries, columns=list(PRI_COLUMNS)).assign(weights=b.weights)
        for b in blocks
    }
    np.testing.assert_array_equal(
        EventPool.from_frames(frames).rows, EventPool.from_blocks(blocks).rows
    )
    with pytest.raises(DataError, match=r"columns are missing.*PRI_met"):
        EventPool.from_frames({"htautau": frames["htautau"].drop(columns="PRI_met")})


@pytest.mark.parametrize("value", [np.nan, -0.5, np.inf])
def test_impossible_weights_are_named(make_blocks, value, tmp_path):
    blocks = make_blocks()
    blocks[2].weights[5] = value
    with pytest.raises(DataError, match=r"block 2 \(ttbar\), event 5.*weight") as caught:
        EventPool.from_blocks(blocks, tmp_path / "pool")
    assert str(value) in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_other_impossible_blocks_are_refused(make_blocks):
    block = make_blocks()[0]
    for wrong, what in (
        ([block._replace(process="wjets")], "unknown process"),
        ([block._replace(weights=block.weights[:-1])], r"shape \(399, 16\)"),
        ([block._replace(weights=0.0 * block.weights)], "no event"),
        ([], "no event"),
    ):
        with pytest.raises(DataError, match=what):
            EventPool.from_blocks(wrong)


def test_a_file_is_opened_again(make_blocks, tmp_path):
    made = EventPool.from_blocks(make_blocks("different"), tmp_path / "deep" / "pool", "source")
    for pool in (EventPool.open(str(made.path)), pickle.loads(pickle.dumps(made))):
        assert pool.n_rows == made.n_rows
        assert pool.sum_weights == made.sum_weights
        assert pool.source_digest == "source"
        np.testing.assert_array_equal(pool.rows, made.rows)
        np.testing.assert_array_equal(pool.weights, made.weights)
    assert [path.name for path in made.path.parent.iterdir()] == ["pool"]


def test_a_temporary_pool_goes_with_its_object(make_blocks):
    pool = EventPool.from_blocks(make_blocks())
    path = pool.path
    child = os.fork()
    if child == 0:
        del pool  # a fork must not take the file away from its parent
        os._exit(0)
    os.waitpid(child, 0)
    assert path.exists()
    del pool
    assert not path.parent.exists()


def damage(path, how):
    content = bytearray(path.read_bytes())
    if how == "truncated":
        content = content[:-100]
    elif how == "header":
        content[100] ^= 1
    elif how == "format":
        content[13] ^= 1
    else:
        content = bytearray(b"no pool")
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["truncated", "header", "format", "text"])
def test_a_damaged_file_is_refused_and_rebuilt(make_blocks, tmp_path, how):
    path = tmp_path / "pool"
    pool = EventPool.from_blocks(make_blocks(), path, "source")
    rows = pool.rows.copy()
    damage(path, how)
    with pytest.raises(DataError, match="pool"):
        EventPool.open(path)
    np.testing.assert_array_equal(EventPool.cached(path, "source", make_blocks).rows, rows)


def test_the_cache_is_used_until_the_source_changes(make_blocks, tmp_path):
    def unused():
        raise AssertionError("the cache should have been used")

    path = tmp_path / "pool"
    EventPool.cached(path, "one", make_blocks)
    assert EventPool.cached(path, "one", unused).source_digest == "one"
    assert EventPool.cached(path, "two", make_blocks).source_digest == "two"
    with pytest.raises(DataError, match="cannot be read"):
        EventPool.open(tmp_path / "nothing")


SCRIPT = """
import resource, sys
import numpy as np
from HiggsML.experiments import EventBlock, EventPool

path, n_blocks = sys.argv[1], int(sys.argv[2])
event = np.array([30, 0, 0, 40, 0, 1] + [-25] * 6 + [0, 0, 20, 2], dtype=np.float32)
block = EventBlock("ztautau", np.tile(event, (50_000, 1)), np.ones(50_000))
pool = EventPool.cached(path, "source", lambda: (block for _ in range(n_blocks)))
assert pool.n_rows == 50_000 * n_blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def start_script(path, n_blocks):
    command = [sys.executable, "-c", SCRIPT, str(path), str(n_blocks)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_may_build_at_once(tmp_path):
    builders = [start_script(tmp_path / "pool", 2) for _ in range(2)]
    for builder in builders:
        builder.communicate()
    assert [builder.returncode for builder in builders] == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["pool"]
    assert EventPool.open(tmp_path / "pool").n_rows == 100_000


@pytest.mark.slow
def test_packing_needs_no_more_memory_for_more_events(tmp_path):
    """Forty times as many events, 150 MB of pool: the peak grows by less than a quarter."""
    few, many = (int(start_script(tmp_path / str(n), n).communicate()[0]) for n in (1, 40))
    assert many < 1.25 * few


def test_the_parts_of_a_file_begin_where_the_documentation_says():
    layout = packing.Layout.of(4096, 1000, has_weights=True)
    assert layout == (4096, 4096 + 64_000, 73_728, 73_728 + 8_000)
