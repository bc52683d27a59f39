"""Noise of towers: how often, how hard, where, and what is missing on the other side."""

import numpy as np
import pytest

from HiggsML.columns import AT
from HiggsML.generation.constants.detector import Detector
from HiggsML.generation.physics.detector import FinalState, reconstruct
from HiggsML.generation.physics.noisy_towers import with_noisy_tower
from HiggsML.generation.physics.radiation import ETA, MOST_JETS, PT, X, Y, write_jet
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.records import as_record
from HiggsML.numerics.without_arrays import compiled

TRIES = 400_000


@compiled
def make_noise(stream, detector, activity, jets, count, results):
    for i in range(len(results)):
        top_up(stream)
        number, x, y = with_noisy_tower(stream, detector, activity, jets, count)
        results[i, 0], results[i, 1], results[i, 2] = number - count, x, y
        for k, column in enumerate((PT, ETA, X, Y)):
            results[i, 3 + k] = jets[number - 1, column] if number > count else 0.0


def noise(activity, count=2, **changes):
    detector = Detector()._replace(**changes)
    results, jets = np.empty((TRIES, 7)), np.zeros((MOST_JETS, 5))
    make_noise(open_stream(3, 1, 0), as_record(detector), activity, jets, count, results)
    return detector, results


def test_noise_comes_at_the_rate_of_its_power_law():
    """Share of events with a tower above two energies, for an activity of two: five errors."""
    detector, found = noise(2.0, tower_rate=0.01, tower_power=3.0)
    assert set(found[:, 0]) == {0.0, 1.0}
    energy = found[:, 3] * np.cosh(found[:, 4])
    for least in (20.0, 40.0):
        share = 2.0 * detector.tower_rate * (least / 20.0) ** -detector.tower_power
        assert np.mean(energy >= least) == pytest.approx(share, abs=5.0 * (share / TRIES) ** 0.5)
    assert np.abs(found[:, 4]).max() <= detector.tower_eta
    np.testing.assert_array_equal(found[:, 1:3], found[:, 5:7])


def test_a_full_list_of_jets_still_takes_the_noise():
    """In place of the last."""
    _, found = noise(1.0, count=MOST_JETS, tower_rate=0.1)
    assert set(found[:, 0]) == {0.0}
    assert np.mean(found[:, 1] != 0.0) > 0.1


@compiled
def reconstruct_many(stream, detector, event, pt, eta, jets, rows):
    for i in range(len(rows)):
        top_up(stream)
        write_jet(jets, 0, pt, eta, 0.0, 1.0, 0.0)
        passed = reconstruct(stream, detector, event, jets, 1, 1.0, rows[i])
        rows[i, 0] = rows[i, 0] if passed else np.nan


def events(pt, eta, **changes):
    """px and py of the missing momentum of events with one jet along x, and their rows."""
    clean = {"jet_escaping": 0.0, "jet_lost": 0.0, "jet_seen": 1.0, "tower_rate": 0.0}
    detector = Detector()._replace(**(clean | changes))
    event = FinalState(50.0, 0.5, 0.0, 50.0, 50.0, -0.5, 0.0, -50.0, 0.0, 0.0, 0.0, 0.0)
    rows = np.zeros((20_000, 16), np.float32)
    jets = np.zeros((MOST_JETS, 5))
    reconstruct_many(open_stream(5, 1, 0), as_record(detector), event, pt, eta, jets, rows)
    rows = rows[np.isfinite(rows[:, 0])].astype(float)
    phi = rows[:, AT.MET_PHI]
    return rows[:, AT.MET] * np.cos(phi), rows[:, AT.MET] * np.sin(phi), rows


def test_a_jet_beyond_the_calorimeter_is_missing():
    """Mean of 20,000 events, of a deviation of 10 GeV: five errors."""
    seen, _, rows = events(60.0, 4.5)
    assert np.mean(rows[:, AT.N_JETS]) > 0.99
    lost, _, rows = events(60.0, 5.5)
    assert np.all(rows[:, AT.N_JETS] == 0.0)
    assert np.mean(lost) - np.mean(seen) == pytest.approx(60.0, abs=1.0)


def test_noise_is_missing_on_the_other_side():
    """Of the jets that noise makes where there is no other: opposite to the missing momentum."""
    x, y, rows = events(60.0, 5.5, tower_rate=0.3)
    jet = rows[:, AT.N_JETS] == 1.0
    assert 0.1 < np.mean(jet) < 0.3
    pt, phi = rows[jet, AT.JET1_PT], rows[jet, AT.JET1_PHI]
    along = (x[jet] - 60.0) * np.cos(phi) + y[jet] * np.sin(phi)
    assert -1.1 < np.mean(along) / np.mean(pt) < -0.7  # a correction raises the pT of jets
