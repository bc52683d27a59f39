"""The jets of quarks: which may be a fake tau, and how they split."""

import math

import numpy as np
import pytest

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.quark_jets import fake_candidates, faking_jet, split
from HiggsML.generation.physics.radiation import ETA, PT, X, Y, write_jet
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.records import as_record
from HiggsML.numerics.without_arrays import compiled

TOP = CONSTANTS.top


def test_each_jet_is_a_candidate_by_its_rate():
    """Two b jets among five: theirs is the rate `bottom_fake`, the others' 1, the rest is none."""
    number = np.linspace(0.0, fake_candidates(2, TOP), 20_001)[:-1]
    which = np.array([faking_jet(x, 3, 2, TOP) for x in number])
    shares = np.array([np.mean(which == i) for i in range(5)]) * fake_candidates(2, TOP)
    np.testing.assert_allclose(shares, [1.0, 1.0, 1.0, TOP.bottom_fake, TOP.bottom_fake], atol=2e-3)
    assert set(which) == {-1, 0, 1, 2, 3, 4}


@compiled
def split_many(stream, top, jets, count, results):
    for i in range(len(results)):
        top_up(stream)
        write_jet(jets, 0, 100.0, 0.3, 1.0, math.cos(1.0), math.sin(1.0))
        after = split(stream, jets, 0, count, top)
        results[i, 0], results[i, 1] = after, jets[0, PT]
        results[i, 2], results[i, 3] = jets[1, PT], abs(jets[1, ETA] - jets[0, ETA])
        results[i, 4] = math.hypot(jets[1, X], jets[1, Y])


def test_splitting_shares_the_momentum():
    results, jets = np.zeros((20_000, 5)), np.zeros((4, 5))
    split_many(open_stream(1, 2, 0), as_record(TOP), jets, 1, results)
    done = results[:, 0] == 2
    assert done.mean() == pytest.approx(TOP.splitting, abs=0.012)  # five standard deviations
    _, first, second, gap, length = results[done].T
    np.testing.assert_allclose(first + second, 100.0)
    np.testing.assert_allclose(length, second)
    assert second.min() >= 100.0 * TOP.least_share
    assert second.max() <= 50.0
    assert gap.max() <= TOP.least_distance * TOP.distances
