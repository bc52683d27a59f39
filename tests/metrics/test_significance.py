"""AMS and significance: published vectors, brute force, and the choice of a cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from HiggsML.errors import DataError
from HiggsML.metrics import ams, ams_scan, best_cut, max_significance

VECTORS = {
    (10, 100): 0.939537,
    (100, 1000): 3.096692,
    (200, 4500): 2.956503,
    (50, 0): 10.724325,
    (0, 100): 0.0,
}

SMALL = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        arrays(np.int64, n, elements=st.integers(0, 6)),  # few values: many ties
        arrays(np.bool_, n),
        arrays(np.float64, n, elements=st.integers(0, 10).map(float)),  # sums are exact
    )
)


def brute_force(scores, is_signal, weights, cut):
    passed = scores >= cut
    return weights[passed & is_signal].sum(), weights[passed & ~is_signal].sum()


def sample(n=4000, seed=3):
    rng = np.random.default_rng(seed)
    is_signal = rng.random(n) < 0.3
    scores = np.round(rng.normal(is_signal * 1.5, 1.0), 2)
    return scores, is_signal, np.where(is_signal, 0.02, 0.5) * rng.random(n)


@pytest.mark.parametrize("counts", VECTORS)
def test_ams_has_the_published_values(counts):
    assert ams(*counts) == pytest.approx(VECTORS[counts], abs=5e-7)


def test_ams_of_arrays_is_that_of_each():
    signal, background = np.array([*VECTORS], dtype=float).T
    np.testing.assert_allclose(ams(signal, background), [*VECTORS.values()], atol=5e-7)
    np.testing.assert_array_equal(
        ams(signal, background, luminosity=2.0), ams(2.0 * signal, 2.0 * background)
    )


def test_ams_of_what_is_not_positive_is_zero():
    np.testing.assert_array_equal(ams([-1.0, 5.0, 5.0], [10.0, -10.0, -30.0]), 0.0)
    assert ams(3.0, 0.0, b_reg=0.0) == 0.0


def test_ams_of_a_small_signal_is_s_over_root_b():
    assert ams(1e-3, 1e4, b_reg=0.0) == pytest.approx(1e-5, rel=1e-6)


@settings(deadline=None, max_examples=60)
@given(SMALL)
def test_the_scan_is_brute_force_with_ties(events):
    scores, is_signal, weights = events
    scan = ams_scan(scores, is_signal, weights)
    np.testing.assert_array_equal(scan.cuts, np.unique(scores)[::-1])
    np.testing.assert_array_equal(scan.rows, [np.sum(scores == cut) for cut in scan.cuts])
    for i, cut in enumerate(scan.cuts):
        s, b = brute_force(*events, cut)
        assert (scan.signal[i], scan.background[i], scan.ams[i]) == (s, b, ams(s, b))


@settings(deadline=None, max_examples=60)
@given(SMALL, st.floats(0.05, 1.0))
def test_the_chosen_cut_is_brute_force_with_ties(events, top):
    scores = events[0]
    chosen = best_cut(*events, top=top)
    by_row = np.array([ams(*brute_force(*events, cut)) for cut in scores])
    least = np.sort(by_row)[::-1][max(1, int(top * len(scores))) - 1]
    assert chosen.cut == pytest.approx(scores[by_row >= least].mean())
    assert chosen.ams == ams(*brute_force(*events, chosen.cut - 1e-9))
    assert chosen.best_ams == by_row.max()
    assert chosen.best in scores[by_row == by_row.max()]


def test_the_mean_of_the_best_tenth_by_hand():
    """A tenth of twenty events is two: the cuts at 0.80 and 0.85 have the highest AMS."""
    scores = np.arange(20) / 20.0
    is_signal = np.isin(np.arange(20), (17, 18))
    weights = np.where(is_signal, 5.0, 10.0)
    by_row = [float(ams(*brute_force(scores, is_signal, weights, cut))) for cut in scores]
    assert np.argsort(by_row)[-2:].tolist() == [16, 17]
    chosen = best_cut(scores, is_signal, weights, top=0.1)
    assert chosen.cut == pytest.approx((scores[16] + scores[17]) / 2.0)
    assert chosen.best == scores[17]
    assert chosen.ams == pytest.approx(by_row[17])  # what passes 0.825 is what passes 0.85


def test_a_floor_leaves_lower_scores_out():
    scores, is_signal, weights = sample()
    free = best_cut(scores, is_signal, weights)
    floor = free.cut + 0.5
    above = best_cut(scores, is_signal, weights, floor=floor)
    assert min(above.cut, above.best) >= floor
    assert above.best_ams < free.best_ams
    with pytest.raises(DataError, match=r"no score reaches the floor.*highest score is"):
        best_cut(scores, is_signal, weights, floor=99.0)


def test_half_the_sample_at_double_weights_is_the_sample():
    scores, is_signal, weights = (np.repeat(values, 2) for values in sample())
    whole = best_cut(scores, is_signal, weights)
    half = best_cut(scores[::2], is_signal[::2], 2.0 * weights[::2])
    factor = best_cut(scores[::2], is_signal[::2], weights[::2], luminosity=2.0)
    for part in (half, factor):
        assert part.cut == pytest.approx(whole.cut, rel=1e-9)
        assert part.ams == pytest.approx(whole.ams, rel=1e-9)
        assert part.best_ams == pytest.approx(whole.best_ams, rel=1e-9)
    assert max_significance(
        scores[::2], is_signal[::2], weights[::2], luminosity=2.0
    ) == pytest.approx(max_significance(scores, is_signal, weights), rel=1e-9)


def test_significance_is_the_largest_of_all_thresholds():
    scores, is_signal, weights = sample(500)
    by_hand = []
    for cut in scores:
        s, b = brute_force(scores, is_signal, weights, cut)
        by_hand.append(s / np.sqrt(s + b))
    assert max_significance(scores, is_signal, weights) == pytest.approx(max(by_hand))
    s, b = brute_force(scores, is_signal, weights, 0.5)
    at_half = max_significance(scores, is_signal, weights, thresholds=[0.5, 99.0])
    assert at_half == pytest.approx(s / np.sqrt(s + b))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1, 0.2], [1]), "a score and a label are needed for each event"),
        (([], []), "a score and a label are needed for each event"),
        (([0.1, np.nan], [1, 0]), "scores must be finite"),
        (([0.1, 0.2], ["s", "b"]), "labels must be 1 for signal and 0 for background"),
        (([0.1, 0.2], [1, 0], [1.0]), "a finite weight is needed for each event"),
        (([0.1, 0.2], [1, 0], [1.0, np.inf]), "a finite weight is needed for each event"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(DataError, match=message):
        ams_scan(*arguments)
