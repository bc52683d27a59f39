import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from HiggsML.generation.physics.kinematics import (
    around,
    boost,
    delta_r2,
    from_transverse,
    polar,
    pseudorapidity,
    tilted,
    transverse_boson_cosine,
    two_body_decay,
    wrapped,
)
from HiggsML.generation.physics.tau_pairs import squared_pts
from HiggsML.generation.processes.top_decays import w_mass_table

# The first example compiles, which takes longer than hypothesis would wait.
SEEDED = settings(deadline=None, derandomize=True)
MOMENTA = st.floats(-300.0, 300.0)
ANGLES = st.floats(-math.pi, math.pi)
COSINES = st.floats(-1.0, 1.0)
# What the compiled functions do, one call at a time and as Python.
boost, two_body_decay, around = boost.py_func, two_body_decay.py_func, around.py_func


def mass2(p):
    return p[3] ** 2 - p[0] ** 2 - p[1] ** 2 - p[2] ** 2


@SEEDED
@given(MOMENTA, MOMENTA, st.floats(-3.0, 3.0), st.floats(1.0, 500.0))
def test_from_transverse_has_the_mass_and_the_rapidity(px, py, y, mass):
    p = from_transverse(px, py, y, mass)
    assert mass2(p) == pytest.approx(mass**2, rel=1e-6, abs=1e-6 * p[3] ** 2)
    assert math.atanh(p[2] / p[3]) == pytest.approx(y, abs=1e-6)


@SEEDED
@given(MOMENTA, MOMENTA, st.floats(-3.0, 3.0), COSINES, ANGLES, st.floats(0.0, 0.9))
def test_decay_conserves_momentum_and_masses(px, py, y, cosine, phi, share):
    mass = 90.0
    parent = from_transverse(px, py, y, mass)
    axis = polar(cosine, math.cos(phi), math.sin(phi))
    first, second = two_body_decay(parent, mass, share * mass, axis)
    np.testing.assert_allclose(np.add(first, second), parent, atol=1e-9 * parent[3])
    scale = parent[3] ** 2
    assert mass2(first) == pytest.approx((share * mass) ** 2, abs=1e-9 * scale)
    assert mass2(second) == pytest.approx(0.0, abs=1e-9 * scale)


@SEEDED
@given(MOMENTA, MOMENTA, st.sampled_from([-1.0, 1.0]))
def test_what_is_drawn_along_a_tilted_beam_flies_along_the_beam(px, py, tilt):
    """A massless particle of that direction in the boson's frame has no pT in the laboratory."""
    mass = 90.0
    cosine, cos_phi, sin_phi = tilted.py_func((1.0, 1.0, 0.0), px, py, mass**2, tilt)
    sine = math.sqrt(1.0 - cosine**2)
    rest = (tilt * sine * cos_phi, tilt * sine * sin_phi, tilt * cosine, 1.0)
    boson = from_transverse(px, py, 0.0, mass)
    found = boost(rest, boson, mass)
    np.testing.assert_allclose(found[:2], 0.0, atol=1e-6 * found[3])


@SEEDED
@given(COSINES, ANGLES, COSINES, ANGLES)
def test_around_keeps_length_and_angle(cosine, phi, axis_cosine, axis_phi):
    axis = polar(axis_cosine, math.cos(axis_phi), math.sin(axis_phi))
    turned = around(axis, cosine, math.cos(phi), math.sin(phi))
    assert np.dot(turned, turned) == pytest.approx(1.0, abs=1e-9)
    assert np.dot(turned, axis) == pytest.approx(cosine, abs=1e-9)


@SEEDED
@given(st.floats(-9.0, 9.0), st.floats(-3.0, 3.0), ANGLES, ANGLES)
def test_angles_are_compared_on_the_circle(phi, deta, phi1, phi2):
    assert -math.pi - 1e-12 <= wrapped(phi) <= math.pi + 1e-12
    assert math.cos(wrapped(phi)) == pytest.approx(math.cos(phi), abs=1e-12)
    distance = math.acos(np.clip(math.cos(phi1 - phi2), -1.0, 1.0))
    assert delta_r2(deta, phi1, 0.0, phi2) == pytest.approx(deta**2 + distance**2, abs=1e-6)


def test_w_masses_peak_at_the_w():
    from HiggsML.generation.constants.table import CONSTANTS

    assert np.median(w_mass_table(CONSTANTS.w)) == pytest.approx(CONSTANTS.w.mass, abs=0.1)


@SEEDED
@given(MOMENTA, MOMENTA, COSINES, ANGLES)
def test_squared_pts_are_those_of_the_decay(px, py, cosine, phi):
    mass = 90.0
    direction = cosine, math.cos(phi), math.sin(phi)
    taus = two_body_decay(from_transverse(px, py, 0.0, mass), mass, 0.0, polar(*direction))
    energy, *squares = squared_pts.py_func(px, py, mass * mass, direction)
    scale = taus[0][3] + taus[1][3]
    assert energy == pytest.approx(taus[0][3], abs=1e-9 * scale)
    for square, p in zip(squares, taus, strict=True):
        assert square == pytest.approx(p[0] ** 2 + p[1] ** 2, abs=1e-9 * scale**2)


@SEEDED
@given(st.floats(-1e6, 1e6))
def test_pseudorapidity_is_an_inverse_hyperbolic_sine(slope):
    assert pseudorapidity(slope) == pytest.approx(math.asinh(slope), abs=1e-13, rel=1e-13)


def test_angle_of_a_transverse_boson():
    """Kolmogorov-Smirnov; error rate 1e-4 (fixed seed)."""
    numbers = np.random.default_rng(1).random((100_000, 3))
    x = np.array([transverse_boson_cosine.py_func(*three) for three in numbers])
    assert stats.kstest(x, lambda c: (4.0 + 3.0 * c + c**3) / 8.0).pvalue > 1e-4
