"""Events for tests: a few hundred rows of the built-in generator."""

import numpy as np
import pandas as pd
import pytest

from HiggsML.generation import generate
from HiggsML.schema import PROCESSES

COUNTS = {"htautau": 300, "ztautau": 300, "ttbar": 300, "diboson": 300}


@pytest.fixture(scope="session")
def generated_events() -> pd.DataFrame:
    """1,200 events with all columns of the public file; do not change them."""
    return generate(COUNTS, seed=20)


@pytest.fixture
def events(generated_events: pd.DataFrame) -> pd.DataFrame:
    """A copy of the generated events."""
    return generated_events.copy()


@pytest.fixture
def test_set(events: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The events by process, as `Data.get_test_set` gives them, with weights near one."""
    return {
        process: events[events["detailed_labels"] == process]
        .drop(columns=["labels", "detailed_labels"])
        .assign(weights=np.linspace(0.5, 1.5, COUNTS[process]))
        .reset_index(drop=True)
        for process in PROCESSES
    }
