"""The classifier made of cuts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from HiggsML.approaches import CutAndCount, Description, describe
from HiggsML.approaches.cuts import best_cut
from HiggsML.errors import ApproachError
from HiggsML.metrics import rejection

ERROR_TO_LOSS = -np.log(1e-7)
"""A loss of cross entropy that is cut off at 1e-7 charges this for each wrong hard decision."""


@pytest.mark.parametrize(
    "estimator",
    [CutAndCount(), CutAndCount("sequential", criterion="significance", n_bins=20)],
    ids=["parallel", "sequential"],
)
def test_it_is_an_estimator_of_scikit_learn(estimator):
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"} == {}


def error_rate(classifier, x, is_signal, weights):
    """Of classes of equal weight."""
    passed = classifier.passes(x)
    lost, fake = (
        (weights * wrong)[chosen].sum() / weights[chosen].sum()
        for chosen, wrong in ((is_signal, ~passed), (~is_signal, passed))
    )
    return (lost + fake) / 2


def correlated(n=20_000):
    """The same observable three times, smeared: the cut on the next one wants to be looser."""
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, n)
    x = (y == 0) + rng.normal(size=n)
    return np.stack([x + 0.7 * rng.normal(size=n) for _ in range(3)], axis=1), y


def test_sequential_cuts_win_where_observables_are_correlated():
    x, y = correlated()
    rates = {
        topology: error_rate(CutAndCount(topology).fit(x, y), x, y == 0, np.ones(len(y)))
        for topology in ("parallel", "sequential")
    }
    assert rates["sequential"] < rates["parallel"] - 0.01


def test_sequential_cuts_lose_where_a_good_step_leads_astray():
    """Eight events of three observables, 0 or 1: the best second cut spoils the third."""
    cells = np.array(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij")).reshape(3, 8).T
    signal, background = [8, 3, 0, 6, 7, 1, 9, 0], [0, 6, 3, 2, 1, 3, 8, 9]
    x, y = np.tile(cells, (2, 1)).astype(float), np.repeat([0, 1], 8)
    weights = np.array([*signal, *background], dtype=float)
    rates = {
        topology: error_rate(CutAndCount(topology).fit(x, y, weights), x, y == 0, weights)
        for topology in ("parallel", "sequential")
    }
    assert rates["parallel"] < rates["sequential"] - 0.03


def test_each_cut_sees_all_survivors_and_no_one_else():
    x, y = correlated(4_000)
    found = CutAndCount("sequential").fit(x, y)
    kept, weights = np.ones(len(y), dtype=bool), 1.0 / np.bincount(y)[y]
    assert len(found.cuts_) == 3
    for i, cut in enumerate(found.cuts_):
        assert cut == best_cut(cut.name, x[kept, i], y[kept] == 0, weights[kept], 50, "error")
        kept &= cut.passes(x[:, i])
    np.testing.assert_array_equal(kept, found.passes(x))


def test_at_physical_weights_the_classes_are_balanced_inside():
    """One signal event on a thousand: nowhere is there more signal than background."""
    x, y = correlated(4_000)
    physical = np.where(y == 0, 1e-3, 1.0)
    assert CutAndCount().fit(x, y, physical).cuts_ == CutAndCount().fit(x, y).cuts_ != ()


def test_significance_knows_the_yields():
    """Less signal asks for a harder cut; only the ratio of the yields matters."""
    x, y = correlated()
    found = {
        ratio: CutAndCount("sequential", criterion="significance", yields={0: ratio, 1: 1.0})
        .fit(x, y)
        .cuts_[0]
        .low
        for ratio in (1.0, 1e-3)
    }
    assert found[1e-3] > found[1.0] + 0.5
    weighted = CutAndCount("sequential", criterion="significance").fit(
        x, y, np.where(y == 0, 1e-3, 1.0) * len(y)
    )
    assert weighted.cuts_[0].low == found[1e-3]


def test_probabilities_are_hard_and_the_rest_is_shared():
    rng = np.random.default_rng(4)
    y = np.repeat([5, 6, 7], [400, 300, 100])
    x = rng.normal(size=(800, 2)) + 2.0 * (y == 5)[:, None]
    found = CutAndCount("sequential").fit(x, y)
    p = found.predict_proba(x)
    passed = found.passes(x)
    assert set(np.unique(p[:, 0])) == {0.0, 1.0}
    np.testing.assert_array_equal(p[:, 0] == 1.0, passed)
    shares = np.bincount(y[~passed & (y != 5)])[6:] / np.count_nonzero(~passed & (y != 5))
    # classes of equal weight signal against the rest leave the rest's own shares
    np.testing.assert_allclose(p[~passed][0, 1:], shares)
    np.testing.assert_array_equal(found.predict(x)[passed], 5)


def test_a_frame_names_the_cuts():
    x, y = correlated(2_000)
    frame = pd.DataFrame(x, columns=["DER_mass_vis", "DER_pt_h", "PRI_met"])
    texts = [str(cut) for cut in CutAndCount().fit(frame, y).cuts_]
    assert [text.split()[0] for text in texts] == list(frame.columns)
    told = describe(CutAndCount(names=("a", "b", "c")).fit(x, y))
    assert isinstance(told, Description)
    assert [row[0][:4] for row in told.rows] == ["a >=", "b >=", "c >="]


def test_the_loss_of_hard_decisions_is_the_error_rate():
    """The package HML gives these losses and accuracies of its two fits, on training rows."""
    for loss, accuracy in ((3.8179, 0.7631), (3.2749, 0.7968)):
        np.testing.assert_allclose(loss / ERROR_TO_LOSS, 1.0 - accuracy, atol=1e-4)


def test_rejection_of_hard_decisions_is_that_of_the_accuracy():
    x, y = correlated(5_000)
    p = CutAndCount("sequential").fit(x, y).predict_proba(x)[:, 0]
    accuracy = np.mean((p > 0.5) == (y == 0))
    found = rejection(p, y == 0, efficiency=0.5, average="micro")
    assert found == pytest.approx(1.0 / (1.0 - accuracy))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"topology": "parallel_"}, "did you mean 'parallel'"),
        ({"criterion": "gini"}, "unknown criterion"),
        ({"n_bins": 1}, "two bins"),
        ({"signal": 7}, "no event is signal"),
        ({"names": ("a",)}, "3 observables need as many names"),
    ],
)
def test_arguments_that_cannot_be_used_are_named(arguments, message):
    x, y = correlated(500)
    with pytest.raises(ApproachError, match=message):
        CutAndCount(**arguments).fit(x, y)


def test_a_clone_and_a_second_fit_are_the_same():
    x, y = correlated(2_000)
    found = CutAndCount("sequential", n_bins=30).fit(x, y)
    before = x.copy()
    assert clone(found).fit(x, y).cuts_ == found.fit(x, y).cuts_
    np.testing.assert_array_equal(x, before)
