"""Figures hold the data they were given, say what the axes are, and touch no global state."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from higgsml_scoring import figures
from higgsml_scoring.bootstrap import Estimate
from higgsml_scoring.metrics import free_band
from higgsml_scoring.published import PUBLISHED

MU = np.array([0.5, 1.0, 2.0])
BIASES = [0.1, 0.0, -0.5], [0.0, -0.1, -0.6], [0.2, 0.1, -0.4]
"""Values, and the ends of their ranges."""
LOW, HIGH = np.array([0.1, 0.9, 1.2, 0.0]), np.array([0.5, 1.4, 1.6, 2.0])


def make(name):
    estimate = Estimate(0.66, 0.65, 0.67)
    return {
        "intervals": lambda: figures.intervals_figure(LOW, HIGH, mean_mu_hat=0.9, mu=1.0),
        "coverage": lambda: figures.coverage_figure(MU, [0.7, 0.5, 0.68], 100),
        "width": lambda: figures.width_figure(MU, np.arange(12.0).reshape(3, 4)),
        "bias": lambda: figures.bias_figure(MU, *BIASES, 100),
        "pulls": lambda: figures.pulls_figure([-10.0, 0.1, 0.2, 3.0]),
        "penalty": lambda: figures.penalty_figure(estimate, 1000),
        "plane": lambda: figures.plane_figure(estimate, estimate, 1000, PUBLISHED),
        "comparison": lambda: figures.comparison_figure(
            ["$a", "b$"], [(0.6, 0.5, 0.7), (0.2, 0.1, 0.3)], ["a − b"], [(0.4, 0.3, 0.5)]
        ),
    }[name]()


ALL = ["intervals", "coverage", "width", "bias", "pulls", "penalty", "plane", "comparison"]


@pytest.mark.parametrize("name", ALL)
def test_is_a_labelled_figure_without_global_state(name):
    before = dict(mpl.rcParams)
    figure = make(name)
    assert isinstance(figure, Figure)
    assert all(axes.get_xlabel() for axes in figure.axes)
    svg = figures.figure_to_svg(figure)
    assert svg.count("<text") >= 3
    assert dict(mpl.rcParams) == before
    assert figures.figure_to_svg(make(name)) == svg


def lines_of(figure, colour):
    """Data of the lines of a role's colour."""
    return [
        line.get_xydata()
        for line in figure.axes[0].lines
        if line.get_color() == figures.COLOURS[colour] and len(line.get_xydata())
    ]


def test_intervals_are_sorted_and_coloured_by_coverage():
    figure = make("intervals")
    (held,), (missed,) = lines_of(figure, "blue"), lines_of(figure, "vermilion")
    assert held[[0, 1, 3, 4]].tolist() == [[0.0, 1.5], [2.0, 1.5], [0.9, 2.5], [1.4, 2.5]]
    assert missed[[0, 1, 3, 4]].tolist() == [[0.1, 0.5], [0.5, 0.5], [1.2, 3.5], [1.6, 3.5]]
    assert np.isnan(held[2]).all() or np.isnan(held[2, 0])


def test_intervals_without_truth_have_no_misses():
    figure = figures.intervals_figure(LOW, HIGH, mean_mu_hat=0.9)
    assert lines_of(figure, "vermilion") == []
    assert len(lines_of(figure, "ink")) == 1


def test_of_many_intervals_evenly_chosen_ones_are_drawn():
    low = np.random.default_rng(1).normal(size=5000)
    figure = figures.intervals_figure(low, low + 1, mean_mu_hat=0.5)
    (drawn,) = lines_of(figure, "blue")
    assert len(drawn) == 3 * figures.MOST_INTERVALS
    assert drawn[0, 0] == low.min()
    assert drawn[-2, 0] == low.max() + 1


def test_sets_outside_the_band_are_vermilion():
    figure = make("coverage")
    assert [line.tolist() for line in lines_of(figure, "vermilion")] == [[[1.0, 0.5]]]
    assert [line.tolist() for line in lines_of(figure, "blue")] == [[[0.5, 0.7], [2.0, 0.68]]]


def test_large_biases_are_vermilion():
    assert [line.tolist() for line in lines_of(make("bias"), "vermilion")] == [[[2.0, -0.5]]]


def test_small_sets_are_not_judged():
    few = figures.coverage_figure(MU, [0.7, 0.0, 0.68], 99)
    assert lines_of(few, "vermilion") == []
    assert lines_of(figures.bias_figure(MU, *BIASES, 99), "vermilion") == []


def boxes(figure):
    """Pixels of the words in the axes, with their text, and of the markers."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    (axes,) = figure.axes
    words = {}
    for text in axes.texts:
        text.update_positions(renderer)
        words[text.get_text()] = Text.get_window_extent(text, renderer)
    markers = [
        Bbox([centre - line.get_markersize() / 2, centre + line.get_markersize() / 2])
        for line in axes.lines
        if line.get_marker() in ("o", "D")
        for centre in axes.transData.transform(line.get_xydata())
    ]
    return words, markers, axes.get_window_extent(renderer)


DRY_RUN = (0.6, 0.4542, 60)
"""Coverage, width and number of experiments of the dry run that the README asks for."""
RESULTS = [DRY_RUN, (0.67, 0.46, 60), (0.7, 0.5, 60), (0.6659, 0.8134, 60), (0.4, 0.87, 10)] + [
    (coverage, width, n)
    for coverage in (0.62, 0.6683, 0.69, 0.75)
    for width in (0.44, 0.48, 0.9)
    for n in (100, 1000, 10_000)
]


@pytest.mark.parametrize(("coverage", "width", "n"), RESULTS)
def test_words_cover_neither_each_other_nor_a_marker(coverage, width, n):
    sigma = (coverage * (1 - coverage) / n) ** 0.5
    figure = figures.plane_figure(
        Estimate(coverage, coverage - sigma, coverage + sigma),
        Estimate(width, width - 0.1 / n**0.5, width + 0.1 / n**0.5),
        n,
        PUBLISHED,
    )
    words, markers, frame = boxes(figure)
    assert {result.team for result in PUBLISHED} < set(words)  # and some scores of lines
    assert len(markers) == 4
    for word, box in words.items():
        covered = [other for other, there in words.items() if other != word and there.overlaps(box)]
        assert covered == [], word
        assert not any(marker.overlaps(box) for marker in markers), word
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1, word
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1, word


def test_pulls_beyond_the_axis_are_counted_in_its_last_bins():
    patch = make("pulls").axes[0].patches[0]
    assert patch.get_data().values.sum() == 4
    assert patch.get_data().values[0] == 1


@pytest.mark.parametrize("name", ["penalty", "plane"])
def test_this_result_lies_on_the_axes(name):
    axes = make(name).axes[0]
    (low, high), band = axes.get_xlim(), free_band(1000)
    assert low < band[0] < 0.66 < band[1] < high


@pytest.mark.parametrize("coverage", [0.0, 0.3, 1.0])
def test_axes_reach_to_extreme_results(coverage):
    estimate = Estimate(coverage, coverage, coverage)
    width = Estimate(3.0, 2.9, 3.1)
    for figure in (
        figures.penalty_figure(estimate, 100),
        figures.plane_figure(estimate, width, 100, PUBLISHED),
    ):
        low, high = figure.axes[0].get_xlim()
        assert 0 <= low <= coverage <= high <= 1
        figures.figure_to_svg(figure)


def test_saving_writes_both_files(tmp_path):
    figure = make("bias")
    svg = figures.save_figure(figure, tmp_path, "bias")
    assert (tmp_path / "bias.svg").read_text() == svg
    assert {path.name for path in tmp_path.iterdir()} == {"bias.svg", "bias.png"}


def test_inline_svg_takes_colours_and_font_from_the_page():
    inline = figures.inline_svg(figures.figure_to_svg(make("plane")), "plane", "A plane.")
    assert inline.startswith("<svg viewBox=")
    assert 'aria-label="A plane."' in inline
    assert "DejaVu" not in inline
    assert "<metadata" not in inline
    assert "<style" not in inline
    assert "var(--vermilion)" in inline
    assert not any(colour in inline for colour in figures.COLOURS.values())
