"""Inputs of classifiers: symmetries, ranges, and formulas written another way."""

import numpy as np
import pytest

from HiggsML.inference.inputs import INPUT_NAMES, classifier_inputs
from HiggsML.inference.physics_inputs import PHYSICS_NAMES, physics_inputs
from HiggsML.schema import FEATURES, UNDEFINED
from HiggsML.systematics import systematics

BOTH = pytest.mark.parametrize("inputs_of", [classifier_inputs, physics_inputs])


@pytest.fixture(scope="module")
def some(events):
    """Features of 4,000 events, some without jets."""
    found = systematics(events.sample(6_000, random_state=1), seed=1)
    return found[list(FEATURES)].to_numpy(np.float32)[:4_000]


def column(x, name):
    return x[:, FEATURES.index(name)].astype(float)


def rotated(x, angle):
    turned = x.copy()
    for k, name in enumerate(FEATURES):
        if name.startswith("PRI") and name.endswith("phi"):
            moved = np.mod(x[:, k] + angle + np.pi, 2 * np.pi) - np.pi
            turned[:, k] = np.where(x[:, k] == UNDEFINED, UNDEFINED, moved)
    return turned


def mirrored(x, end):
    """The other direction of the beam (`eta`), or of turning around it (`phi`)."""
    turned = x.copy()
    for k, name in enumerate(FEATURES):
        if name.startswith("PRI") and name.endswith(end):
            turned[:, k] = np.where(x[:, k] == UNDEFINED, UNDEFINED, -x[:, k])
    return turned


@BOTH
@pytest.mark.parametrize("angle", [0.3, 2.0, -3.0])
def test_they_do_not_depend_on_the_rotation_of_the_event(some, inputs_of, angle):
    apart = np.abs(inputs_of(rotated(some, angle)) - inputs_of(some))
    assert np.median(apart) < 1e-6
    assert np.quantile(apart.max(axis=1), 0.99) < 1e-3  # where lepton and tau are back to back


@BOTH
def test_they_do_not_depend_on_the_sense_of_rotation(some, inputs_of):
    """But where lepton and tau have one azimuth: neither lies to the left of the other."""
    sided = some[column(some, "PRI_lep_phi") != column(some, "PRI_had_phi")]
    assert len(sided) > 0.99 * len(some)
    np.testing.assert_allclose(inputs_of(mirrored(sided, "phi")), inputs_of(sided), atol=1e-5)


def test_physics_inputs_do_not_depend_on_the_direction_of_the_beam(some):
    sided = some[column(some, "PRI_lep_eta") != 0.0]
    np.testing.assert_array_equal(physics_inputs(mirrored(sided, "eta")), physics_inputs(sided))


@BOTH
def test_they_are_finite_and_of_order_one(some, inputs_of):
    inputs = inputs_of(some)
    assert inputs.dtype == np.float32
    assert inputs.shape == (len(some), {classifier_inputs: 27, physics_inputs: 52}[inputs_of])
    assert np.isfinite(inputs).all()
    assert np.quantile(np.abs(inputs), 0.999) < 10.0


@BOTH
def test_what_needs_a_jet_is_zero_without(some, inputs_of):
    without = inputs_of(some)[column(some, "PRI_n_jets") == 0]
    assert ((without == 0.0).sum(axis=1) >= 10).all()


@BOTH
def test_inputs_of_some_rows_are_those_rows(some, inputs_of):
    rows = np.array([5, 150, 3])
    np.testing.assert_allclose(inputs_of(some, rows), inputs_of(some)[rows], atol=1e-6)


def test_names_are_as_many_as_inputs():
    assert len(INPUT_NAMES) == 27
    assert len(set(PHYSICS_NAMES)) == 52


def test_the_collinear_mass_is_that_of_the_taus(some):
    """Neutrinos along lepton and tau: with the fractions of a boosted pair, its mass is found."""
    rng = np.random.default_rng(1)
    x = some[:500].copy()
    fractions = rng.uniform(0.1, 2.0, (2, 500))
    momenta = {}
    for name in ("lep", "had"):
        pt, phi = column(x, f"PRI_{name}_pt"), column(x, f"PRI_{name}_phi")
        momenta[name] = pt * np.array([np.cos(phi), np.sin(phi)])
    met = fractions[0] * momenta["lep"] + fractions[1] * momenta["had"]
    x[:, FEATURES.index("PRI_met")] = np.hypot(*met)
    x[:, FEATURES.index("PRI_met_phi")] = np.arctan2(met[1], met[0])
    inputs = physics_inputs(x)

    def found(name):
        return inputs[:, PHYSICS_NAMES.index(name)]

    dphi = column(x, "PRI_had_phi") - column(x, "PRI_lep_phi")
    clear = np.abs(np.sin(dphi)) > 0.1
    mass = column(x, "DER_mass_vis") * np.sqrt((1 + fractions).prod(axis=0))
    np.testing.assert_allclose(
        found("collinear mass")[clear], np.log(np.maximum(mass, 1) / 50)[clear], atol=2e-3
    )
    np.testing.assert_allclose(
        found("lepton's fraction")[clear], 1 / (1.2 + fractions[0])[clear], atol=2e-3
    )


def four_vector(x, name):
    pt, eta, phi = (column(x, f"PRI_{name}_{part}") for part in ("pt", "eta", "phi"))
    there = pt > 0
    pt, eta = pt * there, eta * there
    return np.array([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])


def test_masses_and_angles_are_those_of_four_vectors_in_the_laboratory(some):
    """In double precision and without turning the event."""
    lep, had, first, second = (
        four_vector(some, name) for name in ("lep", "had", "jet_leading", "jet_subleading")
    )
    met, phi = column(some, "PRI_met"), column(some, "PRI_met_phi")
    missing = np.array([met, met * np.cos(phi), met * np.sin(phi), 0.0 * met])
    higgs = lep + had + missing
    two = column(some, "PRI_n_jets") >= 2

    def mass(p):
        return np.sqrt(np.maximum(p[0] ** 2 - (p[1:] ** 2).sum(axis=0), 0.0))

    def log(energy):
        return np.log(np.maximum(energy, 1.0) / 50.0)

    cosine = (higgs[1:3] * first[1:3]).sum(axis=0) / np.maximum(
        np.hypot(*higgs[1:3]) * np.hypot(*first[1:3]), 1e-9
    )
    wanted = {
        "mass with missing momentum": log(mass(higgs)),
        "mass with both jets": log(mass(higgs + first + second)),
        "pt of two jets": log(np.hypot(*(first + second)[1:3])),
        "visible pt": log(np.hypot(*(lep + had)[1:3])),
        "angle of Higgs to jet 1": np.arccos(np.clip(cosine, -1, 1)),
    }
    inputs = physics_inputs(some)
    for name, values in wanted.items():
        found = inputs[two, PHYSICS_NAMES.index(name)]
        assert np.quantile(np.abs(found - values[two]), 0.99) < 2e-3, name
