"""Statistics of the draw. Each test draws with fixed seeds; a correct draw with other seeds would
fail it with the probability that the docstring states."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from HiggsML.experiments import drawing
from HiggsML.experiments.drawing import draw_rows, tau_threshold
from HiggsML.schema import PROCESSES

FACTORS = np.array([1.5, 0.9, 1.1, 0.4])
N_DRAWS = 2000
ALL = np.float32(0.0)


def draw(pool, seed, threshold=ALL, factors=FACTORS, threads=1):
    return draw_rows(
        pool.groups, factors, pool.weights, pool.had_pt, threshold,
        np.random.SeedSequence(77, spawn_key=(seed,)), threads,
    )  # fmt: skip


def expected_of_rows(pool):
    """Expected multiplicity of each row."""
    groups = pool.groups
    weights = pool.weights if len(pool.weights) else np.repeat(groups.weight, groups.size)
    return weights * FACTORS[pool.process_of(np.arange(pool.n_rows))]


@pytest.fixture(scope="module", params=["equal", "different"])
def drawn(request, pool, uneven_pool):
    """A pool, and the rows of many draws in slices of about 50 events."""
    chosen = pool if request.param == "equal" else uneven_pool
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "SLICE", 50)
        return chosen, [draw(chosen, seed) for seed in range(N_DRAWS)]


def test_counts_of_processes_are_poisson(drawn):
    """Mean and variance of 2,000 counts of four processes: eight tests at 1e-4 (two-sided)."""
    pool, draws = drawn
    counts = np.array([np.bincount(pool.process_of(rows), minlength=4) for rows in draws])
    means = np.array([pool.sum_weights[p] for p in PROCESSES]) * FACTORS
    z = (counts.mean(axis=0) - means) / np.sqrt(means / N_DRAWS)
    assert (np.abs(z) < stats.norm.isf(0.5e-4)).all()
    dispersion = counts.var(axis=0, ddof=1) / means * (N_DRAWS - 1)
    p = stats.chi2.sf(dispersion, N_DRAWS - 1)
    assert ((p > 0.5e-4) & (p < 1.0 - 0.5e-4)).all()


def test_multiplicities_are_poisson(drawn):
    """Chi-square of the multiplicities 0, 1, 2, 3, more, over all rows and draws: at 1e-4.

    And of the totals of all rows against their expected values: at 1e-4.
    """
    pool, draws = drawn
    expected = expected_of_rows(pool)
    table = np.zeros((pool.n_rows, 5))
    totals = np.zeros(pool.n_rows)
    for rows in draws:
        times = np.bincount(rows, minlength=pool.n_rows)
        table[np.arange(pool.n_rows), np.minimum(times, 4)] += 1
        totals += times
    chances = stats.poisson.pmf(np.arange(4)[None, :], expected[:, None])
    chances = np.column_stack([chances, 1.0 - chances.sum(axis=1)])
    found, right = table.sum(axis=0), N_DRAWS * chances.sum(axis=0)
    assert stats.chi2.sf(((found - right) ** 2 / right).sum(), 4) > 1e-4
    right = N_DRAWS * expected
    chosen = right > 10.0
    deviation = ((totals - right) ** 2 / right)[chosen].sum()
    assert stats.chi2.sf(deviation, chosen.sum()) > 1e-4


def test_draws_are_uncorrelated(drawn):
    """Counts of neighbouring draws, of processes, and of halves of the pool: ten tests at 1e-4."""
    pool, draws = drawn
    counts = np.array([np.bincount(pool.process_of(rows), minlength=4) for rows in draws])
    correlations = np.corrcoef(counts.T)[np.triu_indices(4, 1)].tolist()
    correlations += [np.corrcoef(c[:-1], c[1:])[0, 1] for c in counts.T]
    assert np.abs(correlations).max() < stats.norm.isf(0.5e-4) / np.sqrt(N_DRAWS - 1)


def test_the_order_tells_nothing_of_the_process(drawn):
    """Runs of signal and background, and the mean place of signal: each at 1e-4 (two-sided).

    Sums over all draws of (value - mean) and variance under a random order.
    """
    pool, draws = drawn
    runs, places = np.zeros(2), np.zeros(2)
    for rows in draws:
        signal = pool.process_of(rows) == 0
        n, s = len(signal), int(signal.sum())
        mean = 1.0 + 2.0 * s * (n - s) / n
        variance = (mean - 1.0) * (mean - 2.0) / (n - 1)
        runs += (1 + (signal[1:] != signal[:-1]).sum() - mean, variance)
        place = np.flatnonzero(signal).sum() - s * (n - 1) / 2.0
        places += (place, s * (n - s) * (n + 1) / 12.0)
    for total, variance in (runs, places):
        assert abs(total) / np.sqrt(variance) < stats.norm.isf(0.5e-4)


def test_the_process_is_equally_frequent_everywhere(drawn):
    """Chi-square of process against tenth of the sequence, 27 degrees of freedom: at 1e-4."""
    pool, draws = drawn
    table = np.zeros((10, 4))
    for rows in draws:
        tenth = np.arange(len(rows)) * 10 // len(rows)
        np.add.at(table, (tenth, pool.process_of(rows)), 1)
    assert stats.chi2_contingency(table).pvalue > 1e-4


def test_a_row_may_come_anywhere(drawn):
    """Kolmogorov-Smirnov of the place of five rows in draws where they come once: each at 1e-4."""
    pool, draws = drawn
    for row in np.argsort(np.abs(expected_of_rows(pool) - 1.0))[:5]:
        hits = [(np.flatnonzero(rows == row) + 0.5) / len(rows) for rows in draws]
        places = np.concatenate([hit for hit in hits if len(hit) == 1])
        assert len(places) > 500
        assert stats.kstest(places, "uniform").pvalue > 1e-4


@pytest.mark.parametrize("size", [10, 2048])
@pytest.mark.parametrize("which", ["pool", "uneven_pool"])
def test_threads_do_not_change_the_draw(request, monkeypatch, which, size):
    monkeypatch.setattr(drawing, "SLICE", size)
    pool = request.getfixturevalue(which)
    one = draw(pool, 1)
    assert len(one) > 0
    for threads in (2, 3, 50):
        np.testing.assert_array_equal(draw(pool, 1, threads=threads), one)


def test_seeds_decide_the_draw(pool):
    np.testing.assert_array_equal(draw(pool, 1), draw(pool, 1))
    assert draw(pool, 1).tolist() != draw(pool, 2).tolist()
    seed = np.random.SeedSequence(1)
    draw_rows(pool.groups, FACTORS, pool.weights, pool.had_pt, ALL, seed, 1)
    assert seed.n_children_spawned == 0


def test_the_cut_only_leaves_out(pool):
    threshold = np.float32(30.0)
    everything = draw(pool, 1)
    passing = everything[pool.had_pt[everything] >= threshold]
    assert 0 < len(passing) < len(everything)
    np.testing.assert_array_equal(draw(pool, 1, threshold), passing)


def test_nothing_is_drawn_at_rate_zero(pool):
    assert len(draw(pool, 1, factors=np.zeros(4))) == 0
    only_ttbar = draw(pool, 1, factors=np.array([0.0, 0.0, 1.0, 0.0]))
    assert set(pool.process_of(only_ttbar)) == {2}


@given(st.floats(0.5, 2.0))
def test_the_threshold_is_that_of_the_definition(tes):
    edge = np.float32(25.9995 / tes)
    around = (edge.view(np.int32) + np.arange(-1000, 1000, dtype=np.int32)).view(np.float32)
    pts = np.append((np.arange(12_000, 55_000) / 1000).astype(np.float32), around)
    passes = np.round(pts.astype(np.float64) * tes, 3) >= 26.0
    np.testing.assert_array_equal(pts >= tau_threshold(tes), passes)


def test_nothing_passes_without_energy():
    assert tau_threshold(0.0) == np.inf
