"""Jets that are taken for taus: what changes places, and how often."""

import numpy as np
import pytest

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.detector import FinalState
from HiggsML.generation.physics.fake_taus import faking_share, with_fakes
from HiggsML.generation.physics.radiation import PT, X, write_jet
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.records import as_record
from HiggsML.numerics.without_arrays import compiled

DETECTOR = CONSTANTS.detector
JETS = ((90.0, 0.4), (40.0, 3.2), (30.0, -1.0))


@compiled
def try_many(stream, detector, event, jets, faking, results):
    """For each try: passed, pT and px of what is taken for the tau, and px of everything."""
    for i in range(len(results)):
        top_up(stream)
        for k in range(len(JETS)):
            write_jet(jets, k, JETS[k][0], JETS[k][1], 0.0, 1.0, 0.0)
        passed, found = with_fakes(stream, detector, event, jets, len(JETS), faking)
        results[i, 0], results[i, 1], results[i, 2] = passed, found.tau_pt, found.tau_x
        results[i, 3], results[i, 4] = found.tau_x, 0.0
        for k in range(len(JETS)):
            results[i, 3] += jets[k, X]
            results[i, 4] = max(results[i, 4], jets[k, PT])


def tried(tau_pt, faking, tries=4000):
    event = FinalState(30.0, 0.0, 30.0, 0.0, tau_pt, 0.5, -tau_pt, 0.0, 0.0, 0.0, 1.0, 2.0)
    results, jets = np.empty((tries, 5)), np.zeros((len(JETS), 5))
    stream = open_stream(1, 2, 0)
    try_many(stream, as_record(DETECTOR), event, jets, faking, results)
    return results


def test_a_tau_stays_one_where_no_jet_is_to_be_taken_for_it():
    results = tried(25.0, False, 10)
    assert np.all(results[:, 0] == 1.0)
    assert np.all(results[:, 1] == 25.0)


def test_the_central_jets_fake_a_tau_that_is_too_soft():
    """Of three jets two are central; each is taken in a third of the tries: five deviations."""
    passed, pt, x, total, _ = tried(8.0, True).T
    assert set(pt[passed == 1.0]) == {90.0, 30.0}
    np.testing.assert_array_equal(x, pt)
    np.testing.assert_allclose(total, 90.0 + 40.0 + 30.0 - 8.0)  # momentum is kept
    for one in (90.0, 30.0):
        share = np.mean((passed == 1.0) & (pt == one))
        assert share == pytest.approx(1.0 / 3.0, abs=5.0 * np.sqrt(2.0 / 9.0 / len(pt)))


def test_most_taus_above_the_cut_are_found():
    hard, soft = (np.mean(tried(pt, True)[:, 0]) for pt in (50.0, 8.0))
    assert hard / soft == pytest.approx(DETECTOR.untagged, abs=0.05)


def test_share_of_trials_gives_the_rate_of_each_jet():
    share = faking_share(DETECTOR)
    assert share / (1.0 - share) == pytest.approx(3 * DETECTOR.fake_tau)


def test_the_tau_is_then_a_jet():
    passed, _, _, _, hardest = tried(200.0, True).T
    assert np.all(hardest[passed == 1.0] == 200.0)
