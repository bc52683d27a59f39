"""Training rows of other shares, and shares corrected afterwards."""

import builtins
import importlib.util

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import check_estimator

from HiggsML.approaches import Balanced, PriorCorrected, ada_boost
from HiggsML.approaches.balance import class_weights, drawn_rows
from HiggsML.approaches.prior_correction import corrected
from HiggsML.errors import ApproachError
from HiggsML.metrics import log_loss

IMAGES = {11: 9, 13: 2, 211: 2803, 321: 458, 2212: 326}
"""Images of each particle in one event of a public challenge."""


class Recorder(LogisticRegression):
    """Remembers what it was trained on."""

    def fit(self, x, y, sample_weight=None):
        self.seen_ = x, y, sample_weight
        return super().fit(x, y, sample_weight)


def unequal(sizes=(2_000, 200, 50), seed=1):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(sizes)), sizes)
    return rng.normal(size=(len(y), 3)) + 1.2 * np.eye(3)[y % 3], y, rng.random(len(y))


@pytest.mark.parametrize(
    "estimator",
    [Balanced(LogisticRegression()), PriorCorrected(LogisticRegression())],
    ids=["balanced", "corrected"],
)
def test_they_are_estimators_of_scikit_learn(estimator):
    results = check_estimator(estimator, on_fail=None, on_skip=None)
    assert {r["check_name"]: r["exception"] for r in results if r["status"] == "failed"} == {}


def test_balanced_class_weights():
    y = np.repeat(list(IMAGES), list(IMAGES.values()))
    found = class_weights(y)
    assert list(found) == list(IMAGES)
    np.testing.assert_allclose(
        list(found.values()), [79.9556, 359.8, 0.256725, 1.57118, 2.20736], rtol=2e-6
    )
    assert class_weights(y, np.full(len(y), 0.5)) == found  # a factor on all makes no difference


def test_weights_make_all_classes_alike():
    x, y, w = unequal()
    seen = Balanced(Recorder()).fit(x, y, w).estimators_[0].seen_[2]
    np.testing.assert_allclose(np.bincount(y, seen), w.sum() / 3)
    np.testing.assert_allclose(seen[y == 1] / w[y == 1], (seen / w)[y == 1][0])  # one factor
    half = Balanced(Recorder(), targets={2: 0.5}).fit(x, y, w).estimators_[0].seen_[2]
    np.testing.assert_allclose(
        np.bincount(y, half), [w[y == 0].sum(), w[y == 1].sum(), 0.5 * w.sum()]
    )


@pytest.mark.parametrize("how", ["under", "bagging", "easy", "smote", "adasyn"])
def test_rows_have_the_wanted_numbers(how):
    x, y, _ = unequal()
    fitted = Balanced(Recorder(), how, copies=3, random_state=1).fit(x, y).estimators_
    assert len(fitted) == (3 if how in ("bagging", "easy") else 1)
    for one in fitted:
        rows, labels, weights = one.seen_
        wanted = 2_000 if how in ("smote", "adasyn") else 50
        tolerance = 0.1 if how == "adasyn" else 0.0  # its numbers are rounded for each event
        np.testing.assert_allclose(np.bincount(labels), wanted, rtol=tolerance)
        assert weights is None
        known = {tuple(row) for row in x}
        made = [tuple(row) not in known for row in rows]
        assert any(made) == (how in ("smote", "adasyn"))


def test_adasyn_is_not_smote():
    """ADASYN makes more rows where the other class is near, SMOTE anywhere alike."""
    rng = np.random.default_rng(5)
    x = np.vstack([rng.normal(size=(500, 2)), rng.normal(0.0, 0.5, (40, 2)),
                   rng.normal(6.0, 0.5, (40, 2))])  # fmt: skip
    y = np.repeat([0, 1], [500, 80])
    share = {}
    for how in ("smote", "adasyn"):
        rows, labels, _ = Balanced(Recorder(), how, random_state=1).fit(x, y).estimators_[0].seen_
        made = rows[580:][labels[580:] == 1]
        share[how] = np.mean(made[:, 0] < 3.0)
    assert share["smote"] == pytest.approx(0.5, abs=0.1)
    assert share["adasyn"] > 0.95


def test_targets_are_shares_of_all_rows():
    x, y, _ = unequal()
    seen = Balanced(Recorder(), "smote", targets={1: 0.2}, random_state=1).fit(x, y)
    assert np.bincount(seen.estimators_[0].seen_[1]).tolist() == [2_000, 450, 50]


@pytest.mark.parametrize("how", ["weights", "under", "bagging", "easy", "smote", "adasyn"])
def test_rare_classes_are_found_again(how):
    x, y, w = unequal()
    other, truth, _ = unequal(seed=2)
    tree = ada_boost(n_estimators=10) if how == "easy" else DecisionTreeClassifier(max_depth=4)
    plain = tree.fit(x, y).predict(other)
    balanced = Balanced(tree, how, random_state=1).fit(x, y, w).predict(other)
    recalls = [recall_score(truth, found, labels=[2], average=None)[0]
               for found in (plain, balanced)]  # fmt: skip
    assert recalls[1] > recalls[0] + 0.2


def test_rows_are_drawn_in_proportion_to_weight():
    """A chi-squared of 3 numbers; it is above 20 once in 5,000 seeds, and the seed is fixed."""
    codes, weights = np.array([0, 0, 0, 0, 1]), np.array([1.0, 2.0, 3.0, 0.0, 1.0])
    rng = np.random.RandomState(1)
    drawn = drawn_rows(codes, np.array([6_000, 3]), weights, rng, again=True)
    counts = np.bincount(drawn, minlength=5)
    assert counts[3] == 0
    assert counts[4] == 3
    expected = 1_000 * weights[:3]
    assert ((counts[:3] - expected) ** 2 / expected).sum() < 20.0


def test_images_stay_images():
    x, y, _ = unequal((60, 20))
    images = np.repeat(x[:, :, None], 4, axis=2)

    class Flat(LogisticRegression):
        def fit(self, x, y):
            self.shape_ = x.shape
            return super().fit(x.reshape(len(x), -1), y)

    fitted = Balanced(Flat(), "smote", random_state=1).fit(images, y)
    assert fitted.estimators_[0].shape_ == (120, 3, 4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"how": "over"}, "unknown way to balance"),
        ({"how": "under", "targets": {2: 0.9}}, "class 2: 'under' makes a class smaller only"),
        ({"how": "smote", "targets": {0: 0.1}}, "class 0: 'smote' makes a class larger only"),
        ({"how": "weights", "targets": {9: 0.1}}, "no row has this class"),
    ],
)
def test_what_cannot_be_done_is_named(arguments, message):
    x, y, _ = unequal()
    with pytest.raises(ApproachError, match=message):
        Balanced(LogisticRegression(), **arguments).fit(x, y)


def test_a_class_without_neighbours_is_named():
    x, y, _ = unequal((100, 1))
    for how in ("smote", "adasyn"):
        with pytest.raises(ApproachError, match=rf"class 1: '{how}' can make no rows.*1 rows"):
            Balanced(LogisticRegression(), how).fit(x, y)


def test_negative_weights_are_drawn_by_no_one():
    x, y, w = unequal()
    with pytest.raises(ApproachError, match="negative weights"):
        Balanced(LogisticRegression(), "under").fit(x, y, np.where(w < 0.1, -w, w))


def test_a_missing_extra_is_named(monkeypatch):
    x, y, _ = unequal()
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "imblearn" else real(name)
    )
    with pytest.raises(ApproachError, match=r"HiggsML\[imbalance\]"):
        Balanced(LogisticRegression(), "smote").fit(x, y)
    Balanced(LogisticRegression(), "bagging", copies=2).fit(x, y)  # needs none


def test_the_library_is_imported_late(monkeypatch):
    """Rows that are drawn need no import of it."""
    real = builtins.__import__

    def watched(name, *rest):
        assert not name.startswith("imblearn")
        return real(name, *rest)

    x, y, _ = unequal()
    monkeypatch.setattr(builtins, "__import__", watched)
    Balanced(LogisticRegression(), "under").fit(x, y)


def test_corrected_probabilities_follow_bayes():
    p = np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 0.0]])
    found = corrected(p, np.array([0.75, 0.25]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(found, [[0.75, 0.25], [0.25, 0.75], [0.5, 0.5]])


def test_correction_helps_where_the_shares_change():
    """Trained on 90 % of one class, tested on equal shares: ln 2 is the loss of knowing nothing."""
    x, y, _ = unequal((9_000, 1_000, 200))
    other, truth, _ = unequal((1_000, 1_000, 1_000), seed=3)
    raw = LogisticRegression().fit(x, y)
    better = PriorCorrected(LogisticRegression()).fit(x, y)
    losses = [log_loss(found.predict_proba(other), truth) for found in (raw, better)]
    assert losses[1] < min(losses[0] - 0.3, np.log(3.0) - 0.2)
    same = PriorCorrected(LogisticRegression(), dict(zip(range(3), better.training_priors_,
                                                         strict=True)))  # fmt: skip
    np.testing.assert_allclose(same.fit(x, y).predict_proba(other), raw.predict_proba(other))
    with pytest.raises(ApproachError, match="each class needs a share"):
        PriorCorrected(LogisticRegression(), {0: 0.5}).fit(x, y).predict_proba(x)
