"""What a classifier sees, and where the others are counted."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from HiggsML.inference import CountingGrid, JetRegion, MassCuts, Scout
from HiggsML.inference.selection import Selection
from HiggsML.schema import DETAILED_LABELS, FEATURES, SIGNAL, WEIGHTS
from HiggsML.systematics import systematics


def features(**columns):
    n = len(next(iter(columns.values())))
    matrix = np.zeros((n, len(FEATURES)), np.float32)
    for name, values in columns.items():
        matrix[:, FEATURES.index(name)] = values
    return matrix


def test_cuts_depend_on_the_number_of_jets():
    cuts = MassCuts((JetRegion(80, 100, 50), JetRegion(60, 100, 70)))
    x = features(
        PRI_n_jets=[0, 0, 1, 5, 1, 0],
        DER_mass_vis=[70, 80, 70, 70, 100, 90],
        DER_mass_transverse_met_lep=[0, 0, 69, 60, 0, 50],
    )
    assert cuts.is_signal_rich(x).tolist() == [False, True, True, True, False, False]


@pytest.fixture(scope="module")
def nominal(events):
    """Features of nominal events, whether they are signal, and weights."""
    found = systematics(events, seed=1)
    is_signal = (found[DETAILED_LABELS] == SIGNAL).to_numpy()
    return found[list(FEATURES)].to_numpy(np.float32), is_signal, found[WEIGHTS].to_numpy(float)


@pytest.mark.parametrize("classifier", [None, LogisticRegression(max_iter=50, tol=1.0)])
@pytest.mark.parametrize("keep", [0.05, 0.2])
def test_a_scout_keeps_the_share_that_it_is_told_and_most_of_the_signal(nominal, keep, classifier):
    x, is_signal, weights = nominal
    scout: Selection = Scout(keep, classifier)
    scout.fit(x, is_signal, weights)
    kept = scout.is_signal_rich(x)
    assert weights[kept].sum() / weights.sum() == pytest.approx(keep, rel=0.02)
    assert kept[is_signal].mean() > 2.5 * keep


# --- counting ------------------------------------------------------------------------------------

AXES = (
    ("PRI_n_jets", (1.0, 2.0)),
    ("PRI_had_pt", (40.0,)),
    ("DER_mass_vis", (60.0, 80.0)),
)


def test_every_event_has_a_counting_bin_of_its_own_kind():
    jets, pt, mass = (values.ravel() for values in np.meshgrid([0, 1, 2], [10, 90], [50, 70, 90]))
    x = features(PRI_n_jets=jets, PRI_had_pt=pt, DER_mass_vis=mass)
    grid = CountingGrid(AXES)
    assert grid.shape == (3, 2, 3)
    assert sorted(grid.bin_of(x)) == list(range(18))


def test_counting_bins_are_those_of_a_search_in_the_edges():
    rng = np.random.default_rng(1)
    x = features(
        PRI_n_jets=rng.integers(0, 6, 500),
        PRI_had_pt=rng.integers(20, 60, 500),  # on edges, too
        DER_mass_vis=rng.uniform(20, 140, 500),
    )
    along = [
        np.searchsorted(edges, x[:, FEATURES.index(name)], side="right") for name, edges in AXES
    ]
    grid = CountingGrid(AXES)
    np.testing.assert_array_equal(grid.bin_of(x), np.ravel_multi_index(along, grid.shape))
