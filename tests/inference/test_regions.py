import numpy as np
import pytest

from HiggsML.inference.inputs import classifier_inputs
from HiggsML.inference.regions import JetRegion, Regions
from HiggsML.schema import FEATURES, UNDEFINED


def features(**columns):
    n = len(next(iter(columns.values())))
    matrix = np.zeros((n, len(FEATURES)), np.float32)
    for name, values in columns.items():
        matrix[:, FEATURES.index(name)] = values
    return matrix


def test_cuts_depend_on_the_number_of_jets():
    regions = Regions((JetRegion(80, 100, 50), JetRegion(60, 100, 70)))
    x = features(
        PRI_n_jets=[0, 0, 1, 5, 1, 0],
        DER_mass_vis=[70, 80, 70, 70, 100, 90],
        DER_mass_transverse_met_lep=[0, 0, 69, 60, 0, 50],
    )
    assert regions.is_signal_rich(x).tolist() == [False, True, True, True, False, False]


def test_every_event_has_a_counting_bin_of_its_own_kind():
    regions = Regions(jet_edges=(40.0,), mass_edges=(60.0, 80.0), mt_split=50.0)
    jets, pt, mt, mass = np.meshgrid([0, 1, 2, 3], [10, 90], [10, 90], [50, 70, 90])
    x = features(
        PRI_n_jets=jets.ravel(),
        PRI_jet_all_pt=pt.ravel(),
        DER_mass_transverse_met_lep=mt.ravel(),
        DER_mass_vis=mass.ravel(),
    )
    assert sorted(regions.counting_bin(x)) == list(range(regions.n_counting_bins))


def test_more_than_three_jets_count_as_three():
    x = features(PRI_n_jets=[3, 9])
    first, second = Regions().counting_bin(x)
    assert first == second


def rotated(x, angle):
    turned = x.copy()
    for k, name in enumerate(FEATURES):
        if name.startswith("PRI") and name.endswith("phi"):
            moved = np.mod(x[:, k] + angle + np.pi, 2 * np.pi) - np.pi
            turned[:, k] = np.where(x[:, k] == UNDEFINED, UNDEFINED, moved)
    return turned


@pytest.fixture
def events():
    rng = np.random.default_rng(1)
    x = rng.uniform(-3.0, 3.0, (200, len(FEATURES))).astype(np.float32)
    energies = [k for k, n in enumerate(FEATURES) if n.endswith("_pt") or "mass" in n]
    x[:, energies] = rng.uniform(20.0, 200.0, (200, len(energies)))
    for name in FEATURES:
        if "subleading" in name or "jet_jet" in name:
            x[:100, FEATURES.index(name)] = UNDEFINED
    return x


@pytest.mark.parametrize("angle", [0.3, 2.0, -3.0])
def test_inputs_do_not_depend_on_the_rotation_of_the_event(events, angle):
    np.testing.assert_allclose(
        classifier_inputs(rotated(events, angle)), classifier_inputs(events), atol=2e-5
    )


def test_inputs_are_of_order_one_and_zero_where_undefined(events):
    inputs = classifier_inputs(events)
    assert inputs.dtype == np.float32
    assert inputs.shape == (200, 27)
    assert np.abs(inputs).max() < 10.0
    assert ((inputs[:100] == 0.0).sum(axis=1) >= 6).all()


def test_inputs_of_some_rows_are_those_rows(events):
    rows = np.array([5, 150, 3])
    np.testing.assert_array_equal(classifier_inputs(events, rows), classifier_inputs(events)[rows])
