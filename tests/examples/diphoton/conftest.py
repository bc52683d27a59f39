"""Synthetic mini trees, and what the study makes of them."""

from pathlib import Path

import pytest

from diphoton_study.mini_trees import MODES
from diphoton_study.processing import Sample, SelectedEvents, process, read_selected
from diphoton_study.synthetic import write_samples


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file of each mode, 21,000 events of gluon fusion in two baskets, 6,000 of each other."""
    events = dict.fromkeys((mode.name for mode in MODES), 6_000) | {"ggF": 21_000}
    return write_samples(tmp_path_factory.mktemp("mini_trees"), events, seed=5)


@pytest.fixture(scope="session")
def samples(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    """The files, selected."""
    return process(files, tmp_path_factory.mktemp("selected"))


@pytest.fixture(scope="session")
def selected(samples: list[Sample]) -> SelectedEvents:
    """The events that passed."""
    return read_selected(samples)
