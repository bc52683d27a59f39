"""Slices: together they are the events that would come without them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.generation import generate_blocks
from HiggsML.generation.blocks import efficiency, generate_block
from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.radiation import mean_number
from HiggsML.generation.slices import Z_SLICES, slice_range, sources_of
from HiggsML.schema import EXPECTED_EVENTS, PRI_COLUMNS, PROCESSES

PARTS = range(len(Z_SLICES))


@given(counts=st.fixed_dictionaries(dict.fromkeys(PROCESSES, st.integers(0, 10_000))))
def test_sources_hold_the_counts_and_the_expected_events(counts):
    sources = sources_of(counts, 20.0)
    for process in PROCESSES:
        own = [source for source in sources if source.process == process]
        assert sum(source.events for source in own) == counts[process]
        if counts[process]:
            total = sum(source.events * source.weight for source in own)
            assert total == pytest.approx(2.0 * EXPECTED_EVENTS[process])


def test_slices_join_without_a_gap():
    ranges = [slice_range("ztautau", part, CONSTANTS.z_radiation) for part in PARTS]
    for (low, _), (next_low, next_span) in pairwise(ranges):
        assert next_low + next_span == pytest.approx(low)
    assert ranges[-1][0] == 0.0
    edge = np.array([Z_SLICES[2].lowest_kt])
    assert mean_number(edge, CONSTANTS.z_radiation)[0] == pytest.approx(ranges[1][0])


def expected_shares(count):
    """Share of the expected events in each slice: of the trials, times that of the selected."""
    trials = [
        np.exp(-low) - np.exp(-low - span)
        for low, span in (slice_range("ztautau", part, CONSTANTS.z_radiation) for part in PARTS)
    ]
    selected = trials * np.array([efficiency("ztautau", count, 8, part) for part in PARTS])
    return selected / selected.sum()


def test_the_table_holds_the_shares():
    """10,000 events a slice give them to 1 %; wrong by chance once in 10^4 runs."""
    np.testing.assert_allclose(
        expected_shares(10_000), [piece.expected for piece in Z_SLICES], rtol=0.04
    )


@pytest.mark.slow
def test_the_table_holds_the_shares_to_a_third_of_a_percent():
    np.testing.assert_allclose(
        expected_shares(2_000_000), [piece.expected for piece in Z_SLICES], rtol=3.5e-3
    )


def test_weighted_slices_are_the_whole():
    """Jets and energies of slices and of the whole: all shares within 4.5 standard deviations."""
    blocks = list(generate_blocks({"ztautau": 60_000}, 5))
    rows = np.concatenate([block.primaries for block in blocks])
    weights = np.concatenate([block.weights for block in blocks])
    whole = generate_block("ztautau", 60_000, 6, 0)
    for name, edges in {
        "PRI_n_jets": (0, 1, 2, 3, 9),
        "PRI_met": (0, 10, 20, 40, 80, 1e4),
        "PRI_had_pt": (0, 25, 30, 40, 60, 1e4),
        "PRI_jet_leading_pt": (-30, 0, 30, 50, 80, 120, 1e4),
    }.items():
        column = PRI_COLUMNS.index(name)
        ours, _ = np.histogram(rows[:, column], edges, weights=weights)
        variance, _ = np.histogram(rows[:, column], edges, weights=weights**2)
        theirs, _ = np.histogram(whole[:, column], edges)
        scale = weights.sum() / len(whole)
        error = np.sqrt(variance + scale**2 * theirs)
        assert (np.abs(ours - scale * theirs) < 4.5 * error).all(), name
