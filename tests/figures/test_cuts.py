"""Cuts on distributions: the lines are where the cuts are."""

import numpy as np
import pytest

from HiggsML.errors import DataError
from HiggsML.figures.cuts import cut_distributions
from HiggsML.schema import UNDEFINED
from small_cuts import Window

COLUMNS = ("mass", "eta")
GROUPS = ("background", "signal")
CUTS = {
    "left": Window("mass", high=88.5),
    "right": Window("mass", low=88.5),
    "middle": Window("mass", 88.5, 125.4),
    "sides": Window("mass", 88.5, 125.4, outside=True),
}


def events(n=2000):
    rng = np.random.default_rng(0)
    is_signal = np.arange(n) % 4 == 0
    mass = rng.normal(np.where(is_signal, 105.0, 90.0), 12.0)
    return np.column_stack([mass, rng.normal(0.0, 1.0, n)]), is_signal


def lines(axes):
    return [line.get_xdata()[0] for line in axes.lines]


def kept(axes):
    """Ranges that are shaded."""
    return [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches if p.get_label() == "kept"]


@pytest.mark.parametrize("case", CUTS)
def test_lines_and_shades_are_those_of_the_cut(case):
    x, is_signal = events()
    cut = CUTS[case]
    [axes] = cut_distributions(x, COLUMNS, is_signal, [cut]).axes
    assert lines(axes) == list(cut.edges)
    low, high = axes.get_xlim()
    expected = {
        "left": [(low, 88.5)],
        "right": [(88.5, high)],
        "middle": [(88.5, 125.4)],
        "sides": [(low, 88.5), (125.4, high)],
    }
    assert kept(axes) == [pytest.approx(ends) for ends in expected[case]]
    assert str(cut) in axes.get_title()


def test_all_events_or_the_survivors_of_the_cuts_before():
    x, is_signal = events()
    cuts = [CUTS["middle"], Window("eta", high=0.5), CUTS["right"]]
    everything = cut_distributions(x, COLUMNS, is_signal, cuts)
    assert all("of 2,000 events" in axes.get_title() for axes in everything.axes)
    passing = cuts[0].passes(x[:, 0])
    n = [2000, passing.sum(), (passing & cuts[1].passes(x[:, 1])).sum()]
    survivors = cut_distributions(x, COLUMNS, is_signal, cuts, survivors=True)
    for axes, count in zip(survivors.axes, n, strict=True):
        assert f"of {count:,} events" in axes.get_title()
    assert lines(survivors.axes[2]) == [88.5]


def test_distributions_are_weighted_and_normalised():
    x, is_signal = events()
    weights = np.where(x[:, 1] > 0.0, 1.0, 0.0)
    [axes] = cut_distributions(x, COLUMNS, is_signal, [Window("eta", low=-9.0)], weights).axes
    background, signal = (p.get_data() for p in axes.patches if p.get_label() in GROUPS)
    for step in (background, signal):
        assert step.values[step.edges[:-1] < -0.5].sum() == 0.0
        inside = (step.values * np.diff(step.edges)).sum()
        assert 0.9 < inside <= 1.0 + 1e-9  # the uppermost percents are out of the range


def test_what_is_undefined_is_not_drawn():
    x, is_signal = events()
    x[::2, 0] = UNDEFINED
    [axes] = cut_distributions(x, COLUMNS, is_signal, [CUTS["middle"]]).axes
    assert axes.get_xlim()[0] > 20.0


def test_a_cut_that_nothing_passes_can_be_drawn():
    x, is_signal = events()
    nothing = Window("mass", low=1000.0)
    figure = cut_distributions(x, COLUMNS, is_signal, [nothing, CUTS["left"]], survivors=True)
    assert "of 0 events" in figure.axes[1].get_title()
    figure._repr_png_()


@pytest.mark.parametrize(
    ("cuts", "message"),
    [([], "there are no cuts to show"), ([Window("masss", 1.0)], "did you mean 'mass'")],
)
def test_what_cannot_be_drawn_is_refused(cuts, message):
    x, is_signal = events()
    with pytest.raises(DataError, match=message):
        cut_distributions(x, COLUMNS, is_signal, cuts)
