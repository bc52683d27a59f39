"""Cuts: their texts, what they keep, and which one is best."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.approaches.cuts import Cut, best_cut, binned, crossings, cut_from_text
from HiggsML.errors import ApproachError

FINITE = st.floats(-1e6, 1e6)
CUTS = st.one_of(
    st.builds(lambda high: Cut("DER_pt_h", "left", high=high), FINITE),
    st.builds(lambda low: Cut("DER_pt_h", "right", low=low), FINITE),
    st.builds(lambda low, high: Cut("x0", "middle", low, high), FINITE, FINITE),
    st.builds(lambda low, high: Cut("x0", "sides", low, high), FINITE, FINITE),
)
PLANTED = {
    "left": Cut("x", "left", high=0.3),
    "right": Cut("x", "right", low=0.6),
    "middle": Cut("x", "middle", 0.2, 0.7),
    "sides": Cut("x", "sides", 0.2, 0.7),
}


def planted(cut, n=20_000):
    """Background is flat; signal is flat where the cut passes, and rare elsewhere."""
    rng = np.random.default_rng(3)
    is_signal = rng.random(n) < 0.5
    values = rng.random(n)
    kept = ~is_signal | cut.passes(values) | (rng.random(n) < 0.1)
    return values[kept], is_signal[kept]


@given(CUTS)
def test_the_text_of_a_cut_is_read_back(cut):
    assert cut_from_text(str(cut)) == cut


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("x <= 1.0", [True, True, False, False]),
        ("x >= 2.0", [False, False, True, True]),
        ("1.0 <= x <= 2.0", [False, True, True, False]),
        ("x <= 0.5 or x >= 2.5", [True, False, False, True]),
    ],
)
def test_a_cut_keeps_what_its_text_says(text, kept):
    assert cut_from_text(text).passes(np.array([0.0, 1.0, 2.0, 3.0])).tolist() == kept


@pytest.mark.parametrize("text", ["", "x < 1", "x <= a", "x <= 1 or y >= 2", "1 <= x"])
def test_another_text_is_refused(text):
    with pytest.raises(ApproachError, match="not the text of a cut"):
        cut_from_text(text)


@pytest.mark.parametrize("case", PLANTED)
@pytest.mark.parametrize("criterion", ["error", "significance"])
def test_a_planted_cut_is_found(case, criterion):
    """Edges are right to the width of two bins."""
    wanted = PLANTED[case]
    values, is_signal = planted(wanted)
    # a half each for the error; little signal on much background for the significance
    sums = (
        np.where(is_signal, is_signal.sum(), (~is_signal).sum())
        / (1.0, 0.01)[criterion == "significance"]
    )
    weights = np.where(is_signal, 1.0 if criterion == "error" else 0.01, 1.0) / sums
    found = best_cut("x", values, is_signal, weights, 50, criterion)
    assert found is not None
    assert found.case == case
    np.testing.assert_allclose((found.low, found.high), (wanted.low, wanted.high), atol=0.04)


def test_the_best_cut_is_that_of_trying_all():
    """The four cases on all pairs of edges, by definition."""
    rng = np.random.default_rng(8)
    is_signal = rng.random(400) < 0.4
    values = rng.normal(np.where(is_signal, 1.0, 0.0)).round(1)
    weights = rng.random(400) / np.where(is_signal, 80.0, 120.0)
    edges = binned(values, is_signal, weights, 12)[0]
    for criterion in ("error", "significance"):
        best = -np.inf
        for low in edges:
            for high in edges:
                for cut in (
                    Cut("x", "left", high=high),
                    Cut("x", "right", low=low),
                    Cut("x", "middle", low, high),
                    Cut("x", "sides", low, high),
                ):
                    if cut.case in ("middle", "sides") and low >= high:
                        continue
                    best = max(best, quality(cut, values, is_signal, weights, criterion))
        found = best_cut("x", values, is_signal, weights, 12, criterion)
        assert found is not None
        assert quality(found, values, is_signal, weights, criterion) == pytest.approx(best)


def quality(cut, values, is_signal, weights, criterion):
    kept = cut.passes(values)
    s, b = weights[kept & is_signal].sum(), weights[kept & ~is_signal].sum()
    return s - b if criterion == "error" else s / np.sqrt(s + b) if s + b else 0.0


def test_one_outlier_empties_no_bin():
    values = np.append(np.random.default_rng(1).normal(size=999), 1e9)
    _, signal, background = binned(values, np.arange(1_000) % 2 == 0, np.ones(1_000), 50)
    assert len(signal) == 50
    np.testing.assert_allclose(signal + background, 20.0, atol=2.0)


def test_a_rare_signal_has_its_edges():
    """A thousandth of the weight, above all background: it fills half of the bins."""
    values = np.random.default_rng(1).random(2_000)
    is_signal = values > 0.5
    edges, signal, _ = binned(values, is_signal, np.where(is_signal, 1e-3, 1.0), 50)
    assert np.count_nonzero(edges > 0.5) == pytest.approx(25, abs=1)
    assert np.count_nonzero(signal) == pytest.approx(25, abs=1)


def test_what_is_undefined_is_a_value_of_its_own():
    """Half of the events have no second jet: one bin, the first."""
    values = np.append(np.full(500, -25.0), np.random.default_rng(1).random(500))
    edges, signal, _ = binned(values, values < 0.0, np.ones(1000), 50)
    assert -25.0 < edges[0] < 0.0
    assert signal.tolist() == [500.0] + [0.0] * (len(edges))


@given(st.lists(st.integers(0, 5), min_size=2, max_size=40), st.integers(2, 9))
def test_no_value_lies_on_an_edge(numbers, n_bins):
    values = np.array(numbers, dtype=np.float64)
    edges, signal, background = binned(values, values > 2, np.ones(len(values)), n_bins)
    assert not np.isin(edges, values).any()
    assert len(signal) <= n_bins
    counted = np.histogram(values, [-1.0, *edges, 9.0])[0]
    np.testing.assert_array_equal(signal + background, counted)


def test_edges_have_few_decimals():
    edges = binned(np.array([88.41, 88.62, 125.37, 125.44]), np.arange(4) > 1, np.ones(4), 4)[0]
    assert edges.tolist() == [88.5, 107.0, 125.4]


def test_histograms_cross_where_their_difference_changes_its_sign():
    signal, background = np.array([1.0, 3.0, 2.0, 0.0, 5.0]), np.array([2.0, 1.0, 2.0, 4.0, 1.0])
    assert crossings(signal, background).tolist() == [0, 1, 3]  # equal bins take no side


def test_equal_histograms_get_no_cut():
    values = np.tile(np.arange(10.0), 2)
    assert best_cut("x", values, np.arange(20) < 10, np.ones(20), 5, "error") is None
