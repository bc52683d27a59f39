"""Small stand-ins for what a measurement needs: templates, events, a pool of them."""

import numpy as np
import pandas as pd
import pytest

from HiggsML.experiments import EventBlock, EventPool
from HiggsML.generation import generate
from HiggsML.inference.templates import Templates
from HiggsML.schema import DETAILED_LABELS, PRI_COLUMNS, WEIGHTS


@pytest.fixture(scope="session")
def events() -> pd.DataFrame:
    """Generated training events; too few for precision."""
    return generate({"htautau": 6_000, "ztautau": 20_000, "ttbar": 5_000, "diboson": 4_000}, 3)


@pytest.fixture(scope="session")
def pool(events: pd.DataFrame) -> EventPool:
    """The same events, to draw pseudo-experiments from."""
    return EventPool.from_blocks(
        EventBlock(
            process,
            rows[list(PRI_COLUMNS)].to_numpy(np.float32),
            rows[WEIGHTS].to_numpy(np.float64),
        )
        for process, rows in events.groupby(DETAILED_LABELS, observed=True)
    )


@pytest.fixture
def templates() -> Templates:
    """Four processes in twelve bins, six of them signal-rich; the simulation is exact."""
    signal = np.array([40.0, 60, 80, 90, 100, 100, 80, 60, 40, 30, 20, 10])
    ztautau = np.array([300.0, 900, 2500, 6000, 12e3, 3e4, 1e5, 2e5, 3e5, 2e5, 1e4, 1e3])
    ttbar = np.array([60.0, 150, 300, 600, 1000, 2000, 500, 500, 500, 500, 2e4, 15e3])
    diboson = np.array([10.0, 20, 40, 80, 160, 200, 300, 400, 300, 200, 100, 1500])
    nominal = np.array([signal, ztautau, ttbar, diboson])
    phase = np.linspace(0.0, 3.0, 12)
    effects = [np.ones(12)]
    for k in range(1, 12):
        size = 0.02 if k <= 3 else 0.002
        effects.append(size * np.cos(phase * (1.0 + 0.3 * k) + k))
    coefficients = np.array([nominal * effect for effect in effects])
    return Templates(coefficients, np.zeros_like(nominal))
