"""Figures of classifiers: what they show is read back from them."""

import matplotlib.colors
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from HiggsML.errors import DataError
from HiggsML.figures.classifiers import (
    feature_importances,
    interval_widths,
    learning_curves,
    roc_curves,
    train_test_scores,
)
from HiggsML.metrics import rejection


def events(n=5000, seed=0):
    rng = np.random.default_rng(seed)
    is_signal = rng.random(n) < 0.4
    return rng.normal(1.5 * is_signal, 1.0), is_signal, rng.random(n)


@pytest.mark.parametrize("against", ["rejection", "mistag"])
def test_the_efficiency_of_signal_is_on_the_horizontal_axis(against):
    scores, is_signal, weights = events()
    [axes] = roc_curves({"trees": scores}, is_signal, weights, against).axes
    assert axes.get_xlabel() == "signal efficiency"
    assert against in axes.get_ylabel()
    x, y = axes.lines[0].get_data()
    if against == "mistag":
        y = 1.0 / y[y > 0.0]
        x = x[-len(y) :]
    for efficiency in (0.3, 0.5, 0.9):
        expected = rejection(scores, is_signal, weights, efficiency=efficiency)
        assert y[np.searchsorted(x, efficiency)] == pytest.approx(expected, rel=0.01)


def test_up_is_better_in_both_forms():
    scores, is_signal, _ = events()
    for against in ("rejection", "mistag"):
        [axes] = roc_curves({"good": scores, "bad": 0.0 * scores}, is_signal, against=against).axes
        low, high = axes.get_ylim()
        good = axes.lines[0].get_data()
        at_half = good[1][np.searchsorted(good[0], 0.5)]
        chance = axes.lines[-1].get_data()
        by_chance = chance[1][np.searchsorted(chance[0], 0.5)]
        assert (at_half > by_chance) == (high > low)


def test_the_legend_has_the_areas():
    scores, is_signal, weights = events()
    area = roc_auc_score(is_signal, scores, sample_weight=weights)
    [axes] = roc_curves({"trees": scores}, is_signal, weights).axes
    assert axes.get_legend().get_texts()[0].get_text() == f"trees ({area:.3f})"


def test_many_classifiers_are_told_apart():
    scores, is_signal, _ = events(200)
    [axes] = roc_curves({str(i): scores for i in range(15)}, is_signal).axes
    looks = {(line.get_color(), line.get_linestyle()) for line in axes.lines[:15]}
    assert len(looks) == 15


def test_many_events_are_few_points():
    scores, is_signal, _ = events(200_000)
    [axes] = roc_curves({"trees": scores}, is_signal).axes
    assert 1000 < len(axes.lines[0].get_xdata()) < 2100


def test_scores_are_bars_in_the_order_in_which_they_come():
    train, test = {"trees": 0.95, "cuts": 0.7}, {"cuts": 0.69, "trees": 0.88}
    [axes] = train_test_scores(train, test, "AUC").axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cuts", "trees"]
    assert [bar.get_width() for bar in axes.patches] == [0.7, 0.95, 0.69, 0.88]
    assert axes.get_xlabel() == "AUC"


def test_widths_have_their_errors():
    widths = {"cuts": 1.2, "trees": 0.4}
    [axes] = interval_widths(widths, {"trees": 0.02, "cuts": 0.1}).axes
    points, _, [bars] = axes.containers[0]
    assert points.get_xdata().tolist() == [1.2, 0.4]
    ends = [segment[:, 0].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([1.1, 1.3]), pytest.approx([0.38, 0.42])]
    assert axes.get_xlim()[0] == 0.0


def test_importances_are_sorted_and_those_to_keep_coloured():
    [axes] = feature_importances([0.1, 0.6, 0.3], ["a", "b", "c"], keep=0.2).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b", "c", "a"]
    assert [bar.get_width() for bar in axes.patches] == [0.6, 0.3, 0.1]
    colours = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert colours[0] == colours[1] != colours[2]
    assert axes.get_legend().get_texts()[0].get_text() == "2 above 0.2"
    [axes] = feature_importances([0.1, 0.6, 0.3], ["a", "b", "c"], most=2).axes
    assert len(axes.patches) == 2


def test_curves_of_validation_are_beside_those_of_training():
    history = {"loss": [0.7, 0.5], "validation_loss": [0.8, 0.6], "validation_error": [0.3, 0.2]}
    loss, error = learning_curves(history).axes
    assert (loss.get_ylabel(), error.get_ylabel()) == ("loss", "error")
    assert [line.get_ydata().tolist() for line in loss.lines] == [[0.7, 0.5], [0.8, 0.6]]
    assert loss.lines[0].get_xdata().tolist() == [1, 2]
    assert [text.get_text() for text in error.get_legend().get_texts()] == ["validation rows"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: roc_curves({}, []), "there is nothing to show"),
        (lambda: roc_curves({"a": [1, 2]}, [0, 1], against="x"), "unknown axis"),
        (lambda: train_test_scores({"a": 1.0}, {"b": 1.0}), "both scores are needed"),
        (lambda: interval_widths({"a": 1.0}, {}), "an error is needed for each width"),
        (lambda: feature_importances([1.0], ["a", "b"]), "an importance is needed"),
        (lambda: learning_curves({}), "there is nothing to show"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(DataError, match=message):
        draw()
