"""Responses of the detector: what depends on where a jet or tau is, and long tails."""

import numpy as np
import pytest

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.responses import (
    jet_response,
    tau_noise_of,
    tau_response,
)
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.records import as_record
from HiggsML.numerics.without_arrays import compiled

DETECTOR = CONSTANTS.detector


@compiled
def respond(stream, detector, pt, eta, results):
    for i in range(len(results)):
        top_up(stream)
        results[i, 0], results[i, 1] = jet_response(stream, detector, pt, eta)


def responses(pt, eta, **changes):
    """Measured and seen shares of many jets, (n, 2)."""
    results = np.empty((50_000, 2))
    detector = as_record(DETECTOR._replace(**changes))
    respond(open_stream(5, 2, 0), detector, pt, eta, results)
    return results


def test_central_jets_lose_more_than_forward_ones():
    """Energy below thresholds costs pT / cosh(eta): five standard errors."""
    plain = {"jet_escaping": 0.0, "jet_seen": 1.0, "jet_lost": 5.0, "jet_forward": 0.0}
    for eta in (0.0, 2.0):
        seen = responses(50.0, eta, **plain)[:, 1]
        expected = 1.0 - 5.0 / (50.0 * np.cosh(eta))
        error = seen.std() / np.sqrt(len(seen))
        assert seen.mean() == pytest.approx(expected, abs=5.0 * error)


def test_cells_are_coarser_forward():
    central, forward = (
        responses(60.0, eta, jet_escaping=0.0, jet_forward=0.5)[:, 1].std() for eta in (2.0, 3.5)
    )
    assert forward / central == pytest.approx(1.5, rel=0.02)


def test_what_is_out_of_the_cone_is_seen():
    shares = responses(60.0, 0.0, jet_escaping=0.0, jet_scale=1.0, jet_seen=1.0)
    outside = shares[:, 1] - shares[:, 0]
    assert outside.min() >= 0.0
    assert outside.mean() == pytest.approx(DETECTOR.jet_outside / 60.0**0.5, rel=0.03)


def test_the_energy_of_a_tau_has_a_long_tail_upwards_only():
    numbers = np.linspace(-3.0, 3.0, 61)
    noise = np.array([tau_noise_of.py_func(DETECTOR, x) for x in numbers])
    np.testing.assert_array_equal(noise[:31], numbers[:31])
    assert np.all(np.diff(noise) > 0.0)
    assert noise[-1] == pytest.approx(3.0 * (1.0 + 9.0 * DETECTOR.tau_tail))


def test_thresholds_cost_a_tau_energy():
    detector = DETECTOR._replace(tau_scale=1.0, tau_lost=2.0)
    for eta in (0.0, 2.0):
        expected = 1.0 - 2.0 / (40.0 * np.cosh(eta))
        assert tau_response.py_func(detector, 40.0, eta, 0.0) == pytest.approx(expected)
    assert tau_response.py_func(detector, 40.0, 0.0, 1.0) > 1.0
