import io

import numpy as np

from HiggsML.figures.measurement import draw_morphing, draw_nuisances, draw_post_fit
from HiggsML.nuisances import NUISANCES
from HiggsML.nuisances import NuisanceValues as Shift


def drawn(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return figure.axes


def test_templates_and_their_changes(templates):
    nominal = templates.expected(Shift())
    moved = {"tes + 1 %": templates.expected(Shift(tes=1.01))}
    above, below = drawn(draw_morphing(nominal, moved, np.sqrt(nominal.sum(axis=0))))
    assert above.get_yscale() == "log"
    assert [t.get_text() for t in below.get_legend().get_texts()] == ["simulation error", *moved]


def test_nuisances_with_their_truth():
    values = dict.fromkeys(NUISANCES, 0.3)
    (axes,) = drawn(draw_nuisances(values, dict.fromkeys(NUISANCES, 0.5), values))
    assert [t.get_text() for t in axes.get_yticklabels()] == list(NUISANCES)


def test_pulls_of_a_perfect_fit_are_zero(templates):
    expected = templates.expected(Shift())
    _, below = drawn(draw_post_fit(expected.sum(axis=0), expected))
    np.testing.assert_allclose(below.lines[0].get_ydata(), 0.0, atol=1e-9)
