"""When few simulated events limit the measurement."""

import logging

import numpy as np
import pytest

from HiggsML.experiments import EventBlock, EventPool
from HiggsML.experiments.pool import finite_size
from HiggsML.experiments.pool.finite_size import simulation_shares, warn_of_few_events
from HiggsML.schema import PROCESSES


@pytest.mark.parametrize("weights", ["equal", "different"])
def test_shares_are_those_of_the_formula(make_blocks, weights, monkeypatch):
    monkeypatch.setattr(finite_size, "_STRETCH", 16)
    blocks = make_blocks(weights)
    shares = simulation_shares(EventPool.from_blocks(blocks))
    assert list(shares) == list(PROCESSES)
    for block in blocks:
        expected = np.sqrt((block.weights**2).sum() / block.weights.sum())
        assert shares[block.process] == pytest.approx(expected)


def test_the_share_is_what_pools_and_experiments_vary_by():
    """Expected events of 2,000 pools of 400 events, against Poisson counts; 5 sigma is 8 %."""
    rng = np.random.default_rng(3)
    pools = rng.poisson(400, 2_000) * 0.3  # each event stands for 0.3
    experiments = rng.poisson(400 * 0.3, 2_000)
    assert pools.std() / experiments.std() == pytest.approx(np.sqrt(0.3), rel=0.08)


def test_a_warning_names_the_processes(make_blocks, caplog):
    blocks = make_blocks(scale=0.1)  # 0.015, 0.07, 0.03, 0.03 events a row: shares below 0.3
    with caplog.at_level(logging.WARNING):
        warn_of_few_events(EventPool.from_blocks(blocks))
    assert not caplog.records
    few = EventBlock(blocks[3].process, blocks[3].primaries[:4], blocks[3].weights[:4] * 100)
    with caplog.at_level(logging.WARNING):
        warn_of_few_events(EventPool.from_blocks([*blocks[:3], few]))
    (record,) = caplog.records
    assert "diboson: a row stands for 3 events" in record.getMessage()
    assert "ttbar" not in record.getMessage()
