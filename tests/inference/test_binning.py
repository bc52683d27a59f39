import numpy as np

from HiggsML.inference.bin_choice import choose_groups, equal_information_edges, merge_grid
from HiggsML.inference.likelihood import expected_width
from HiggsML.inference.templates import Templates
from HiggsML.nuisances import NuisanceValues as Shift


def scored(n=40_000):
    rng = np.random.default_rng(6)
    is_signal = rng.random(n) < 0.5
    score = rng.normal(np.where(is_signal, 1.0, 0.0)).astype(np.float32)
    return score, is_signal, np.where(is_signal, 0.01, 1.0)


def test_bins_hold_equal_information():
    score, is_signal, weights = scored()
    edges = equal_information_edges(score, is_signal, weights, 8, 20)
    cell = np.searchsorted(edges, score, side="right")
    s = np.bincount(cell, np.where(is_signal, weights, 0.0))
    b = np.bincount(cell, np.where(is_signal, 0.0, weights))
    # local information, as the edges are made of; its sum in wide bins is a bit more than s^2/(s+b)
    information = s**2 / (s + b)
    assert len(edges) == 7
    assert (np.diff(edges) > 0).all()
    assert information[1:].min() > 0.5 * information[1:].max()


def test_every_bin_has_enough_background_rows():
    score, is_signal, weights = scored(2_000)
    edges = equal_information_edges(score, is_signal, weights, 50, 40)
    rows = np.bincount(np.searchsorted(edges, score[~is_signal], side="right"))
    assert rows.min() >= 39  # the cell with the lowest score may have one less


def test_negative_weights_break_no_edge():
    """Twelve percent of the weights are negative, as those of generators of higher order are."""
    score, is_signal, weights = scored()
    signs = np.where(np.random.default_rng(1).random(len(score)) < 0.12, -1.0, 1.0)
    edges = equal_information_edges(score, is_signal, weights * signs, 8, 20)
    assert np.isfinite(edges).all()
    assert (np.diff(edges) > 0).all()
    usual = equal_information_edges(score, is_signal, weights, 8, 20)
    assert len(edges) == len(usual)
    np.testing.assert_allclose(edges, usual, atol=0.25)


def test_a_region_of_negative_background_does_not_take_all_edges():
    """A background below zero counts as its statistical error, not as none."""
    score, is_signal, weights = scored()
    worst = (score > 1.0) & (score < 1.05) & ~is_signal
    edges = equal_information_edges(score, is_signal, np.where(worst, -1.0, weights), 8, 20)
    usual = equal_information_edges(score, is_signal, weights, 8, 20)
    assert len(edges) > len(usual) // 2
    cell = np.searchsorted(edges, score[is_signal], side="right")
    assert np.bincount(cell).min() > 0.005 * is_signal.sum()


def test_events_of_equal_score_stay_together():
    """The order of the events says nothing: they come process by process, the signal first."""
    score, is_signal, weights = scored(4_000)
    rounded = np.round(score, 1)
    edges = equal_information_edges(rounded, is_signal, weights, 50, 40)
    order = np.random.default_rng(2).permutation(len(score))
    mixed = equal_information_edges(rounded[order], is_signal[order], weights[order], 50, 40)
    np.testing.assert_array_equal(edges, mixed)
    rows = np.bincount(np.searchsorted(edges, rounded[~is_signal], side="right"))
    assert rows.min() >= 20  # after a crowd the next bin is filled up to a multiple of 40


def test_a_hard_decision_has_one_edge():
    """Between the two scores that there are."""
    _, is_signal, weights = scored(4_000)
    rng = np.random.default_rng(2)
    for efficiency in (0.3, 0.5, 0.995):
        passed = rng.random(4_000) < np.where(is_signal, efficiency, 0.2)
        score = np.where(passed, 5.0, -60.0).astype(np.float32)
        edges = equal_information_edges(score, is_signal, weights, 64, 30)
        assert edges.tolist() == [5.0]


def test_no_events_no_edges():
    nothing = np.empty(0)
    assert len(equal_information_edges(nothing, nothing.astype(bool), nothing, 8, 10)) == 0


def test_exact_simulation_keeps_all_bins_and_poor_simulation_merges(templates):
    edges = (np.arange(8.0), np.empty(0), np.empty(0))  # 4 counting bins, 8 of the score
    exact = choose_groups(templates, 4, edges, 1.0)
    assert exact.tolist() == list(range(12))
    noise = np.zeros((4, 12))
    noise[1] = 1e6
    noisy = Templates(templates.coefficients, noise)
    assert choose_groups(noisy, 4, edges, 1e9).max() < 11


def test_sparse_counting_bins_are_merged(templates):
    variances = templates.variances.copy()
    variances[1, 0] = 1e9  # nothing is known of the first bin
    groups = choose_groups(Templates(templates.coefficients, variances), 12, (), 30.0)
    assert groups[0] == groups[1]
    assert set(groups) == set(range(groups.max() + 1))


def test_the_edges_of_a_grid_are_kept_that_narrow_the_interval(templates):
    """12 bins as a grid of 3 x 2 before 6 of the score; an axis that tells nothing is merged."""
    alike = templates.coefficients.copy()
    alike[..., 1:6:2] = alike[..., 0:6:2]  # along the second axis both bins are the same
    exact = Templates(alike, np.zeros_like(templates.variances))
    groups = merge_grid(exact, (3, 2), np.arange(12))
    assert (groups[0:6:2] == groups[1:6:2]).all()
    assert groups[6:].tolist() == list(range(groups[5] + 1, groups[5] + 7))
    assert expected_width(exact.merged(groups)) < 1.003 * expected_width(exact)


def test_counting_bins_with_few_events_are_merged(templates):
    poor = Templates(templates.coefficients, templates.coefficients[0] ** 2)
    groups = merge_grid(poor, (3, 2), np.arange(12))
    assert groups[:6].max() == 0


def test_expected_width_without_nuisances_is_the_textbook_formula(templates):
    expected = templates.expected
    events = expected(Shift(soft_met=1.0))
    by_hand = 2.0 / np.sqrt(np.sum(events[0] ** 2 / events.sum(axis=0)))
    assert np.isclose(expected_width(templates, profiled=False), by_hand)
    assert expected_width(templates) > by_hand
