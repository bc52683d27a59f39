"""Tables of classes against published sums, by hand, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from HiggsML.errors import DataError
from HiggsML.metrics import weight_table, weighted_confusion

PRODUCTION = {  # events, sum, fraction and weight of one: diphoton events of ATLAS Open Data
    "VBF": (10369, 9.612055e-05, 0.064293, 9.269992e-09),
    "Wp": (2112, 1.702021e-05, 0.011384, 8.058813e-09),
    "Z": (4571, 1.697019e-05, 0.011351, 3.712578e-09),
    "gg": (26258, 1.364896e-03, 0.912952, 5.198020e-08),
    "tt": (9861, 2.851057e-08, 0.000019, 2.891245e-12),
}


def test_the_published_table_follows_from_its_sums():
    names, events, sums = zip(*((n, row[0], row[1]) for n, row in PRODUCTION.items()), strict=True)
    weights = np.repeat(np.divide(sums, events), events)
    table = weight_table(np.repeat(names, events), weights)
    assert table.index.tolist() == list(PRODUCTION)
    for name, (count, total, fraction, each) in PRODUCTION.items():
        row = table.loc[name]
        assert row["events"] == count
        assert row["weight_sum"] == pytest.approx(total, rel=1e-6)
        assert row["weight_fraction"] == pytest.approx(fraction, abs=6e-7)
        assert row["weight_per_event"] == pytest.approx(each, rel=1e-6)
    assert table["event_fraction"].sum() == pytest.approx(1.0)


def test_a_table_without_weights_counts():
    table = weight_table([211, 11, 211, 211])
    np.testing.assert_array_equal(table.index, [11, 211])
    np.testing.assert_array_equal(table["weight_sum"], table["events"])
    np.testing.assert_array_equal(table["event_fraction"], [0.25, 0.75])
    doubled = weight_table([211, 11, 211, 211], luminosity=2.0)
    np.testing.assert_array_equal(doubled["weight_sum"], [2.0, 6.0])
    np.testing.assert_array_equal(doubled["weight_fraction"], [0.25, 0.75])


def test_confusion_is_that_of_the_library():
    rng = np.random.default_rng(2)
    names = np.array(["ztautau", "htautau", "ttbar"])  # not sorted
    true, predicted = names[rng.integers(0, 3, (2, 300))]
    weights = rng.normal(1.0, 1.0, 300)  # some negative
    np.testing.assert_allclose(
        weighted_confusion(true, predicted, weights, classes=names, luminosity=2.0),
        2.0 * confusion_matrix(true, predicted, labels=names, sample_weight=weights),
    )
    counts = weighted_confusion(true, predicted, classes=names)
    np.testing.assert_array_equal(counts, confusion_matrix(true, predicted, labels=names))


def test_rows_of_the_confusion_sum_to_the_weights_of_the_class():
    rng = np.random.default_rng(4)
    true, predicted = rng.integers(0, 4, (2, 500))
    weights = rng.random(500)
    rows = weighted_confusion(true, predicted, weights, classes=range(4)).sum(axis=1)
    np.testing.assert_allclose(rows, weight_table(true, weights)["weight_sum"])


def test_a_class_that_is_not_there_has_empty_cells():
    found = weighted_confusion([1, 1], [1, 3], classes=[1, 2, 3])
    np.testing.assert_array_equal(found, [[1, 0, 1], [0, 0, 0], [0, 0, 0]])


@pytest.mark.parametrize(
    ("true", "predicted", "message"),
    [
        ([1, 2], [1, 9], r"not among the classes.*\[9\].*the classes are 1, 2"),
        ([1, 2], [1], "each event needs a true and a predicted class"),
    ],
)
def test_confusion_of_what_does_not_fit_is_refused(true, predicted, message):
    with pytest.raises(DataError, match=message):
        weighted_confusion(true, predicted, classes=[1, 2])
