"""Networks: what they learn, what they must not see, and that they repeat themselves."""

import subprocess
import sys

import cloudpickle
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from HiggsML.approaches import DeepSets, HitCNN, JetCNN, PixelCNN
from HiggsML.approaches.persistence import load_approach, save
from HiggsML.errors import ApproachError

torch = pytest.importorskip("torch", reason="PyTorch is not installed: make torch")

NETWORKS = {
    "hits": HitCNN(epochs=4, batch_size=64, learning_rate=3e-3, random_state=1),
    "jets": JetCNN(epochs=8, batch_size=32, learning_rate=1e-2, random_state=1),
    "pixels": PixelCNN(channels=(4, 4), epochs=4, batch_size=64, random_state=1),
    "sets": DeepSets(16, epochs=4, batch_size=64, random_state=1),
}
kinds = pytest.mark.parametrize("kind", NETWORKS)


def sample(kind, n=1_200, seed=5):
    """Events of two classes that differ, and their labels."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    if kind == "pixels":
        return rng.normal(size=(n, 7)) * 30.0 + 25.0 * y[:, None], y
    if kind == "sets":
        objects = rng.normal(size=(n, 5, 4))
        objects[:, :, 0] += 1.2 * y[:, None]
        objects[rng.random((n, 5)) < 0.3] = 0.0
        return objects, y
    images = rng.poisson(0.05, (n, 10, 10))
    rows, across = np.arange(n), rng.integers(1, 9, n)  # class 0: a wide spot; class 1: a small one
    for step in range(4):
        reach = np.where(y == 0, step, 0)
        images[rows, across, (across + reach) % 10] += 2
    return images, y


@pytest.fixture(scope="module")
def fitted():
    """Each network, trained on its sample."""
    return {kind: clone(network).fit(*sample(kind)) for kind, network in NETWORKS.items()}


# --- what is learned -----------------------------------------------------------------------------


@kinds
def test_a_network_tells_classes_apart(kind, fitted):
    x, y = sample(kind, seed=6)
    network = fitted[kind]
    probabilities = network.predict_proba(x)
    assert probabilities.shape == (len(x), 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert roc_auc_score(y, probabilities[:, 1]) > 0.9
    assert network.score(x, y) > 0.8


@kinds
def test_shuffled_labels_teach_nothing(kind):
    """The AUC of 4,000 events has an error of 0.009: 4.4 of them, at a fixed seed."""
    x, y = sample(kind)
    network = clone(NETWORKS[kind]).fit(x, np.random.default_rng(1).permutation(y))
    x, y = sample(kind, 4_000, seed=6)
    shuffled = np.random.default_rng(2).permutation(y)
    assert roc_auc_score(shuffled, network.predict_proba(x)[:, 1]) == pytest.approx(0.5, abs=0.04)


@kinds
def test_the_validation_curve_has_a_point_an_epoch_and_falls(kind, fitted):
    history = fitted[kind].history_
    assert set(history) == {"loss", "validation_loss", "validation_error"}
    assert {len(curve) for curve in history.values()} == {NETWORKS[kind].epochs}
    assert history["loss"][-1] < history["loss"][0]
    assert history["validation_loss"][-1] < np.log(2.0)
    assert ((history["validation_error"] >= 0.0) & (history["validation_error"] <= 1.0)).all()


def test_labels_may_be_anything_that_sorts():
    x, y = sample("sets", 300)
    named = np.array(["signal", "background"])[y]
    network = DeepSets(4, epochs=1, random_state=1).fit(x, named)
    assert list(network.classes_) == ["background", "signal"]
    assert set(network.predict(x)) <= set(named)


@pytest.mark.parametrize("side", [8, 21, 33])
def test_the_network_of_hml_has_its_5960_parameters(side):
    images = np.random.default_rng(1).random((8, side, side))
    network = JetCNN(epochs=1, random_state=1).fit(images, [0, 1] * 4)
    assert sum(values.size for values in network.parameters_.values()) == 5_960


@pytest.mark.parametrize("scale", [1.0, 7.0])
def test_jets_are_seen_relative_to_their_brightest_pixel(scale, fitted):
    x, _ = sample("jets", 100, seed=7)
    expected = fitted["jets"].predict_proba(x)
    np.testing.assert_allclose(fitted["jets"].predict_proba(scale * x), expected, atol=1e-6)


def test_jets_on_a_logarithmic_scale():
    x, y = sample("jets")
    network = clone(NETWORKS["jets"]).set_params(normalise="log").fit(x, y)
    assert roc_auc_score(y, network.predict_proba(x)[:, 1]) > 0.9
    assert np.abs(network.predict_proba(7 * x) - network.predict_proba(x)).max() > 1e-3


def test_features_are_standardised_and_what_is_absent_is_black():
    x, y = sample("pixels")
    x[::3, 2] = np.nan
    network = clone(NETWORKS["pixels"]).set_params(validation=0.0).fit(x, y)
    np.testing.assert_allclose(network.mean_, np.nanmean(x, axis=0), rtol=1e-5)
    np.testing.assert_allclose(network.scale_, np.nanstd(x, axis=0), rtol=1e-5)
    assert np.isfinite(network.predict_proba(x)).all()
    moved = clone(network).fit(1e3 * x + 5e3, y)
    np.testing.assert_allclose(
        moved.predict_proba(1e3 * x + 5e3), network.predict_proba(x), atol=2e-3
    )


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(5)), st.integers(0, 4), st.integers(0, 100))
def test_order_and_filling_of_a_set_make_no_difference(fitted, order, more, seed):
    x, _ = sample("sets", 50, seed)
    filled = np.concatenate([x, np.zeros((50, more, 4))], axis=1)
    mixed = np.random.default_rng(seed).permutation(
        filled[:, [*order, *range(5, 5 + more)]], axis=1
    )
    expected = fitted["sets"].predict_proba(x)
    np.testing.assert_allclose(fitted["sets"].predict_proba(mixed), expected, atol=1e-6)


# --- weights -------------------------------------------------------------------------------------


def test_the_last_layer_starts_at_the_shares_of_the_classes():
    x, y = sample("sets")
    weights = np.where(y == 1, 3.0, 1.0)
    network = DeepSets(16, epochs=0, random_state=1).fit(x, y, weights)
    shares = np.bincount(y, weights) / weights.sum()
    bias = network.parameters_["1.2.bias"]
    np.testing.assert_allclose(np.exp(bias), shares, rtol=1e-5)
    assert abs(network.predict_proba(x).mean(axis=0) - shares).max() < 0.1


def test_a_class_without_weight_is_never_found():
    x, y = sample("sets", 300)
    network = DeepSets(4, epochs=2, random_state=1).fit(x, y, np.where(y == 1, 1.0, 0.0))
    assert (network.predict(x) == 1).all()


@kinds
def test_the_unit_of_weights_makes_no_difference(kind, fitted):
    x, y = sample(kind)
    again = clone(NETWORKS[kind]).fit(x, y, np.full(len(y), 4.0))
    assert all((again.parameters_[k] == v).all() for k, v in fitted[kind].parameters_.items())


@pytest.mark.parametrize(
    "network",
    [
        DeepSets(8, epochs=30, batch_size=10_000, validation=0.0, random_state=1),
        PixelCNN(channels=(4,), epochs=30, batch_size=10_000, validation=0.0, random_state=1),
    ],
    ids=["sets", "pixels"],
)
def test_a_weight_of_two_is_a_row_twice(network):
    """In steps of all rows; but normalisations of images know no weights."""
    kind = "sets" if isinstance(network, DeepSets) else "pixels"
    x, y = sample(kind, 400)
    weighted = clone(network).fit(x, y, np.where(y == 1, 2.0, 1.0))
    twice = np.concatenate([np.arange(400), np.flatnonzero(y == 1)])
    doubled, plain = clone(network).fit(x[twice], y[twice]), clone(network).fit(x, y)
    found = [fit.predict_proba(x) for fit in (weighted, doubled, plain)]
    assert np.abs(found[0] - found[1]).max() < (1e-3 if kind == "sets" else 0.1)
    assert np.abs(found[0] - found[1]).mean() < np.abs(found[0] - found[2]).mean() / 4.0


# --- events in which there is nothing ------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hits", "jets", "sets"])
def test_empty_events_get_the_class_frequencies_of_empty_training_events(kind):
    x, y = sample(kind, 300)
    weights = np.random.default_rng(3).uniform(0.5, 2.0, 300)
    x[:40] = 0
    network = clone(NETWORKS[kind]).set_params(epochs=1).fit(x, y, weights)
    found = network.predict_proba(np.concatenate([x[100:110], 0 * x[:3]]))
    expected = np.bincount(y[:40], weights[:40]) / weights[:40].sum()
    np.testing.assert_allclose(found[10:], np.tile(expected, (3, 1)), rtol=1e-5)
    np.testing.assert_array_equal(found[:10], network.predict_proba(x[100:110]))
    assert np.isfinite(found).all()


def test_an_image_without_a_feature_is_empty():
    x, y = sample("pixels", 300)
    network = clone(NETWORKS["pixels"]).set_params(epochs=1).fit(x, y)
    found = network.predict_proba(np.full((1, 7), np.nan))
    np.testing.assert_allclose(found, [np.bincount(y) / 300.0], rtol=1e-5)  # none in training


def test_where_all_is_empty_there_is_nothing_to_learn():
    with pytest.raises(ApproachError, match="nothing in any training event"):
        HitCNN().fit(np.zeros((4, 10, 10)), [0, 1, 0, 1])


# --- the same again ------------------------------------------------------------------------------


@kinds
def test_the_same_seed_gives_the_same_bits_whatever_else_is_random(kind, fitted):
    torch.manual_seed(99)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    again = clone(NETWORKS[kind]).fit(*sample(kind))
    assert (torch.get_rng_state() == before).all()
    assert torch.get_num_threads() == threads
    assert again.parameters_.keys() == fitted[kind].parameters_.keys()
    assert all((again.parameters_[k] == v).all() for k, v in fitted[kind].parameters_.items())
    other = clone(NETWORKS[kind]).set_params(random_state=2, epochs=1).fit(*sample(kind))
    assert any((other.parameters_[k] != v).any() for k, v in fitted[kind].parameters_.items())


@kinds
def test_a_fitted_network_is_arrays_and_survives_pickling(kind, fitted):
    x, _ = sample(kind, 200, seed=8)
    network = fitted[kind]
    assert all(type(values) is np.ndarray for values in network.parameters_.values())
    data = cloudpickle.dumps(network)
    assert b"torch" not in data
    np.testing.assert_array_equal(
        cloudpickle.loads(data).predict_proba(x), network.predict_proba(x)
    )


@kinds
def test_a_saved_network_answers_the_same(kind, fitted, tmp_path):
    x, _ = sample(kind, 200, seed=8)
    loaded = load_approach(save(fitted[kind], tmp_path / "network"))
    assert type(loaded) is type(fitted[kind])
    np.testing.assert_array_equal(loaded.predict_proba(x), fitted[kind].predict_proba(x))
    np.testing.assert_array_equal(loaded.history_["loss"], fitted[kind].history_["loss"])


@kinds
def test_a_clone_is_not_fitted_and_does_not_share(kind, fitted):
    copy = clone(fitted[kind])
    assert copy.get_params() == fitted[kind].get_params()
    assert not hasattr(copy, "parameters_")


@pytest.mark.parametrize("kind", ["pixels", "sets"])
def test_answers_do_not_depend_on_their_batch(kind, fitted):
    x, _ = sample(kind, 20_000, seed=9)
    together = fitted[kind].predict_proba(x)
    parts = [fitted[kind].predict_proba(x[start : start + 999]) for start in range(0, 20_000, 999)]
    np.testing.assert_allclose(np.concatenate(parts), together, atol=1e-6)
    assert fitted[kind].predict_proba(x[:0]).shape == (0, 2)


def test_pytorch_is_imported_where_it_is_needed_only():
    code = (
        "import sys, HiggsML.approaches, HiggsML.approaches.networks as n; n.JetCNN(); "
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- early stop, two stages ----------------------------------------------------------------------


def test_training_ends_where_validation_gets_no_better():
    x, y = sample("sets", 300)
    noise = np.random.default_rng(1).permutation(y)
    network = DeepSets(64, epochs=60, batch_size=32, patience=3, validation=0.4, random_state=1)
    curve = network.fit(x, noise).history_["validation_loss"]
    assert len(curve) < 60
    assert curve.argmin() == len(curve) - 4
    fewer = clone(network).set_params(epochs=len(curve) - 3, patience=None)
    assert fewer.fit(x, noise).history_["validation_loss"].shape == (len(curve) - 3,)


def test_the_first_stage_trains_the_head_and_leaves_all_else_bit_identical(fitted):
    x, y = sample("pixels", seed=11)
    start = fitted["pixels"]
    network = clone(start).set_params(epochs=0).fit(x, y, start=start, head_epochs=2)
    assert len(network.history_["loss"]) == 2
    for name, values in network.parameters_.items():
        same = values.tobytes() == start.parameters_[name].tobytes()
        assert same == (not name.startswith("2.")), name


def test_the_second_stage_trains_each_block_ten_times_as_slowly_as_the_next(fitted):
    x, y = sample("pixels", seed=11)
    start = fitted["pixels"]
    network = clone(start).set_params(epochs=1).fit(x, y, start=start, head_epochs=0)
    moved = [
        np.abs(network.parameters_[name] - start.parameters_[name]).max()
        for name in ("0.0.weight", "1.0.weight")
    ]
    assert 0.0 < moved[0] < moved[1] / 4.0


# --- what cannot be used -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("network", "x", "weights", "message"),
    [
        (DeepSets(), np.ones((4, 3)), None, "another shape.*3 axes"),
        (JetCNN(), np.full((4, 8, 8), "x"), None, "numbers of another shape"),
        (DeepSets(), np.ones((5, 2, 3)), None, r"one label and one weight.*give 5 of each"),
        (DeepSets(), np.ones((4, 2, 3)), [1.0, -1.0, 1.0, 1.0], "leave rows of negative weight"),
        (DeepSets(), np.ones((4, 2, 3)), [0.0, 0.0, 0.0, 0.0], "one above"),
        (DeepSets(validation=1.0), np.ones((4, 2, 3)), None, "a share above 0 and below 1"),
        (DeepSets(validation=0.0, patience=2), np.ones((4, 2, 3)), None, "share above 0"),
        (DeepSets(), np.full((4, 2, 3), np.nan), None, "training diverged"),
        (JetCNN(), np.ones((4, 7, 9)), None, "8 x 8 pixels"),
    ],
)
def test_what_cannot_be_used_is_refused(network, x, weights, message):
    with pytest.raises(ApproachError, match=message):
        network.fit(x, [0, 1, 0, 1], weights)


def test_events_of_another_shape_are_refused(fitted):
    with pytest.raises(ApproachError, match=r"3 axes, events first, then \(10, 10\)"):
        fitted["hits"].predict_proba(np.ones((3, 9, 10)))


def test_a_network_of_other_layers_is_no_start(fitted):
    x, y = sample("pixels", 100)
    with pytest.raises(ApproachError, match="other layers"):
        PixelCNN(channels=(8, 8)).fit(x, y, start=fitted["pixels"])
