"""Taus of a boson: the angle between a tau's flight and what is seen of it."""

import numpy as np
import pytest

from HiggsML.generation.physics.detector import FinalState
from HiggsML.generation.physics.tau_pairs import opened
from HiggsML.generation.physics.taus import TAU_MASS
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.without_arrays import compiled

EVENT = FinalState(30.0, 0.2, 30.0, 0.0, 50.0, -0.5, -40.0, -30.0, 0.1, 0.2, 5.0, 6.0)


@compiled
def open_many(stream, event, share1, share2, results):
    for i in range(len(results)):
        top_up(stream)
        e = opened(stream, event, share1, share2)
        results[i, 0], results[i, 1] = e.lepton_x, e.lepton_y
        results[i, 2], results[i, 3] = e.tau_x, e.tau_y
        results[i, 4], results[i, 5] = e.unseen_x, e.unseen_y
        results[i, 6], results[i, 7] = e.lepton_eta, e.tau_eta


def many(share1, share2, tries=40_000):
    results = np.empty((tries, 8))
    open_many(open_stream(1, 2, 0), EVENT, share1, share2, results)
    return results


def test_neutrinos_recoil_against_what_is_seen():
    found = many(0.3, 0.6)
    for k in range(2):
        total = found[:, k] + found[:, 2 + k] + found[:, 4 + k]
        np.testing.assert_allclose(total, total[0])


def test_transverse_momenta_are_those_of_the_decay():
    """<p_T^2> = m_tau^2 x (1 - x) / 2, half of it in phi and half in eta; five errors of 1 %."""
    found = many(0.3, 0.6)
    half = TAU_MASS**2 * np.array([0.3 * 0.7, 0.6 * 0.4]) / 4.0
    aside = found[:, 1], (found[:, 3] * -0.8 - found[:, 2] * -0.6)
    for k, (pt, eta) in enumerate(((30.0, 0.2), (50.0, -0.5))):
        assert np.mean(aside[k] ** 2) == pytest.approx(half[k], rel=0.05)
        assert np.mean((pt * (found[:, 6 + k] - eta)) ** 2) == pytest.approx(half[k], rel=0.05)


def test_what_is_no_tau_stays_in_its_place():
    found = many(1.0, 0.6, 10)
    np.testing.assert_array_equal(found[:, 0], EVENT.lepton_x)
    np.testing.assert_array_equal(found[:, 1], EVENT.lepton_y)
    np.testing.assert_array_equal(found[:, 6], EVENT.lepton_eta)
