"""Pools of random events: no physics, but every combination of jets, and values at every edge."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from HiggsML.experiments import EventBlock, EventPool
from HiggsML.schema import PRI_COLUMNS, PROCESSES, UNDEFINED

RATES = {"htautau": 60.0, "ztautau": 500.0, "ttbar": 90.0, "diboson": 30.0}
SIZES = {"htautau": 400, "ztautau": 700, "ttbar": 300, "diboson": 100}


def random_events(n: int, seed: int) -> NDArray[np.float32]:
    """(n, 16) random events, rounded to three decimals."""
    rng = np.random.default_rng(seed)
    c = {name: np.zeros(n) for name in PRI_COLUMNS}
    c["PRI_lep_pt"] = 19.5 + rng.exponential(15.0, n)
    c["PRI_had_pt"] = 22.5 + rng.exponential(15.0, n)
    c["PRI_met"] = rng.exponential(20.0, n)
    for name in PRI_COLUMNS:
        if name.endswith("eta"):
            c[name] = rng.normal(0.0, 2.0, n)
        elif name.endswith("phi"):
            c[name] = rng.uniform(-np.pi, np.pi, n)
    same = rng.random(n) < 0.02  # lepton and tau (and jets) in one direction
    c["PRI_had_phi"] = np.where(same, c["PRI_lep_phi"], c["PRI_had_phi"])
    c["PRI_jet_subleading_eta"] = np.where(
        same, c["PRI_jet_leading_eta"], c["PRI_jet_subleading_eta"]
    )
    jets = rng.integers(0, 5, n)
    pts = -np.sort(-(22.0 + rng.exponential(12.0, (n, 4))), axis=1)
    c["PRI_n_jets"] = jets.astype(np.float64)
    c["PRI_jet_all_pt"] = np.where(np.arange(4) < jets[:, None], pts, 0.0).sum(axis=1)
    for i, jet in enumerate(("leading", "subleading")):
        c[f"PRI_jet_{jet}_pt"] = pts[:, i]
        for quantity in ("pt", "eta", "phi"):
            name = f"PRI_jet_{jet}_{quantity}"
            c[name] = np.where(jets > i, c[name], UNDEFINED)
    return np.round(np.stack([c[name] for name in PRI_COLUMNS], axis=1), 3).astype(np.float32)


def blocks(weights: str = "equal", scale: float = 1.0) -> list[EventBlock]:
    """A block for each process; the weights of a process are equal, or all different."""
    made = []
    for seed, process in enumerate(PROCESSES):
        n = SIZES[process]
        shape = (
            np.ones(n) if weights == "equal" else np.random.default_rng(seed).exponential(1.0, n)
        )
        weight = shape * scale * RATES[process] / shape.sum()
        made.append(EventBlock(process, random_events(n, seed), weight))
    return made


@pytest.fixture(scope="session")
def make_blocks() -> Callable[..., list[EventBlock]]:
    return blocks


@pytest.fixture(scope="session")
def make_events() -> Callable[[int, int], NDArray[np.float32]]:
    return random_events


@pytest.fixture(scope="session")
def pool() -> EventPool:
    """A pool whose processes each have one weight."""
    return EventPool.from_blocks(blocks())


@pytest.fixture(scope="session")
def uneven_pool() -> EventPool:
    """A pool in which all weights are different."""
    return EventPool.from_blocks(blocks("different"))
