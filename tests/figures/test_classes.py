"""Figures of classes: what they show is read back from them."""

import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.figures.classes import (
    class_counts,
    class_histograms,
    confusion_matrix,
    image_gallery,
)

PARTICLES = {11: "electron", 211: "pion"}


def test_classes_are_counted():
    [axes] = class_counts([211, 11, 211, 211], names=PARTICLES).axes
    assert [bar.get_height() for bar in axes.patches] == [1.0, 3.0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["electron", "pion"]
    [axes] = class_counts(["a", "b"], [0.5, 2000.0], y_scale="log").axes
    assert [text.get_text() for text in axes.texts] == ["0.5", "2,000"]
    assert axes.get_yscale() == "log"
    assert axes.get_ylabel() == "expected events"


def test_each_row_of_the_gallery_shows_images_of_its_class():
    classes = np.arange(40) % 2 * 200 + 11
    images = np.zeros((40, 10, 10)) + classes[:, None, None]
    figure = image_gallery(images, classes, names={211: "pion", 11: "electron"}, per_class=3)
    assert len(figure.axes) == 6
    assert [axes.get_ylabel() for axes in figure.axes[::3]] == ["pion", "electron"]
    shown = [float(axes.images[0].get_array().mean()) for axes in figure.axes]
    assert shown == [211.0] * 3 + [11.0] * 3
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(0.0, 211.0)}


def test_a_rare_class_has_fewer_images():
    images = np.random.default_rng(0).random((6, 4, 4))
    figure = image_gallery(images, [0, 0, 0, 0, 0, 1])
    assert [len(axes.images) for axes in figure.axes] == [1] * 5 + [1] + [0] * 4
    again = image_gallery(images, [0, 0, 0, 0, 0, 1], per_class=2, seed=1)
    other = image_gallery(images, [0, 0, 0, 0, 0, 1], per_class=2, seed=4)
    first, second = (f.axes[0].images[0].get_array() for f in (again, other))
    assert not np.array_equal(first, second)


def test_cells_of_the_confusion_have_their_numbers_and_empty_ones_are_blank():
    cells = np.array([[1500.0, 0.0], [0.034, -2.0]])
    axes, bar = confusion_matrix(cells, ["ggF", "VBF"], "expected events").axes
    shown = {text.get_position(): text.get_text() for text in axes.texts}
    assert shown == {(0, 0): "1,500", (0, 1): "0.034", (1, 1): "-2"}
    colours = np.ma.filled(axes.images[0].get_array(), np.nan)
    np.testing.assert_allclose(colours, [[np.log10(1500.0), np.nan], [np.log10(0.034), np.nan]])
    assert np.isfinite(axes.images[0].get_clim()).all()
    assert axes.get_xlabel() == "taken for"
    assert axes.get_ylabel() == "true class"
    assert "expected events" in bar.get_ylabel()


def test_text_is_white_on_dark_cells():
    axes = confusion_matrix([[1000.0, 1.0], [1.0, 1000.0]], ["a", "b"]).axes[0]
    white = {text.get_position() for text in axes.texts if text.get_color() == "white"}
    assert white == {(0, 0), (1, 1)}


def test_a_matrix_without_events_can_be_drawn():
    confusion_matrix(np.zeros((2, 2)), ["a", "b"])._repr_png_()


def test_histograms_have_common_bins():
    rng = np.random.default_rng(0)
    samples = {"photon": rng.exponential(30.0, 500), "jet": rng.exponential(60.0, 300)}
    [axes] = class_histograms(samples, "largest pT [GeV]", x_scale="log", y_scale="log").axes
    steps = [patch.get_data() for patch in axes.patches]
    np.testing.assert_array_equal(steps[0].edges, steps[1].edges)
    assert [step.values.sum() for step in steps] == [500, 300]
    np.testing.assert_allclose(np.diff(np.log(steps[0].edges), 2), 0.0, atol=1e-9)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "largest pT [GeV]"


def test_numbers_of_objects_have_a_bin_each():
    samples, weights = {"jets": [0, 1, 1, 3, np.nan]}, {"jets": [1.0, 2.0, 2.0, 4.0, 9.0]}
    [axes] = class_histograms(samples, "number", weights).axes
    step = axes.patches[0].get_data()
    np.testing.assert_array_equal(step.edges, [-0.5, 0.5, 1.5, 2.5, 3.5])
    np.testing.assert_array_equal(step.values, [1.0, 4.0, 0.0, 4.0])
    assert axes.get_ylabel() == "expected entries"


def test_a_logarithmic_axis_leaves_out_what_is_not_positive():
    [axes] = class_histograms({"a": [0.0, -1.0, 1.0, 10.0]}, "x", x_scale="log").axes
    assert axes.patches[0].get_data().values.sum() == 2


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: image_gallery(np.zeros((0, 2, 2)), []), "there must be images of each class"),
        (lambda: image_gallery(np.ones((2, 2)), [0, 1]), "there must be images of each class"),
        (
            lambda: image_gallery(np.ones((2, 2, 2)), [0, 1], {7: "x"}),
            r"there must be images of each class.*\[7\]",
        ),
        (lambda: confusion_matrix(np.ones((2, 2)), ["a"]), "a row and a column are needed"),
        (lambda: class_histograms({"a": [np.nan]}, "x"), "there is no value to show"),
        (lambda: class_histograms({"a": [1.0]}, "x", {"a": [1.0, 2.0]}), "one entry per event"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message):
    with pytest.raises(DataError, match=message):
        draw()
