"""Generated events as a data source of a run, with the same face as `HiggsML.datasets.Data`."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from .. import __version__
from ..event_files import Indices, Seed, chosen_rows
from ..experiments.pool.event_pool import EventBlock
from ..progress import progress_bar
from ..schema import EXPECTED_EVENTS, REFERENCE_LUMINOSITY, WEIGHTS
from ..settings import DataSettings, digest_of
from ..streams import drawn, seed_below
from ..weights import scale_to_whole
from .blocks import generate_blocks
from .tables import generate

__all__ = ["GeneratedData"]

_TRAIN, _TEST = range(2)  # keys of the two streams


class GeneratedData:
    """A training set and a test pool out of the built-in simulation.

    They come from different streams of one seed, so that no event is in both, and so that nothing
    of the one can be computed from the other (`streams`).

    Args:
        settings: seed, luminosity and how many events of each process.
        make: makes the training events: `generate`, or what keeps its events.
    """

    def __init__(
        self, settings: DataSettings, make: Callable[..., pd.DataFrame] = generate
    ) -> None:
        self._settings, self._make = settings, make
        self._seed = drawn(settings.seed)
        self._train_seed = seed_below(self._seed, _TRAIN)
        self._test_seed = seed_below(self._seed, _TEST)
        self._all: pd.DataFrame | None = None
        self._train_set: pd.DataFrame | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what determines the test pool."""
        s = self._settings
        return digest_of([__version__, self._seed, s.luminosity, dict(s.test_events)])

    @property
    def train_rows(self) -> int:
        """How many training events there are."""
        return sum(self._settings.train_events.values())

    def load_train_set(
        self,
        train_size: float | None = None,
        selected_indices: Indices | None = None,
        seed: Seed = 0,
    ) -> None:
        """Load the training set, or a part of it; arguments as for `Data.load_train_set`.

        Args:
            train_size: a share (float) or number (int) of the training events; None: all.
            selected_indices: rows of the training set, (n,), in place of `train_size`; None: no
                choice.
            seed: seed of the choice, an int or a generator of random numbers.
        """
        if self._all is None:
            s = self._settings
            self._all = self._make(s.train_events, self._train_seed, luminosity=s.luminosity)
        rows = chosen_rows(train_size, selected_indices, len(self._all), seed)
        chosen = self._all if rows is None else self._all.iloc[rows].reset_index(drop=True)
        weights = chosen[WEIGHTS].to_numpy(np.float64)
        expected = sum(EXPECTED_EVENTS.values()) * self._settings.luminosity / REFERENCE_LUMINOSITY
        scale = scale_to_whole(expected, weights.sum(), where="training set")
        self._train_set = chosen.assign(**{WEIGHTS: weights * scale})

    def get_train_set(self) -> pd.DataFrame:
        """The training set; all of it where nothing was loaded yet."""
        if self._train_set is None:
            self.load_train_set()
        assert self._train_set is not None  # noqa: S101 - for the type checker
        return self._train_set

    def delete_train_set(self) -> None:
        """Let go of the training events and their memory."""
        self._all, self._train_set = None, None

    def test_blocks(self) -> Iterator[EventBlock]:
        """The test pool, block by block."""
        s = self._settings
        total = sum(s.test_events.values())
        with progress_bar(total=total, desc="test pool", unit=" events", unit_scale=True) as bar:
            for block in generate_blocks(s.test_events, self._test_seed, luminosity=s.luminosity):
                yield block
                bar.update(len(block.weights))
