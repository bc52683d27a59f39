"""Where the events of a run come from."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ... import __version__
from ...datasets import Data, EventSource
from ...event_files import open_event_file
from ...generation import GeneratedData, generate
from ...settings import DataSettings
from ...streams import drawn

__all__ = ["DataSource"]


@dataclasses.dataclass(frozen=True)
class DataSource:
    """The settings of the events and their folder: cheap to send to another machine."""

    settings: DataSettings
    input_dir: Path

    @property
    def identity(self) -> str:
        """What identifies the events beside the settings: the file, or the generator.

        Raises:
            DataError: there is no file that can be used.
        """
        parquet = self.settings.source == "parquet"
        return open_event_file(self.input_dir).digest if parquet else __version__

    def open(self, make: Callable[..., pd.DataFrame] = generate) -> EventSource:
        """The events, of which nothing is loaded yet.

        Args:
            make: makes generated training events.

        Raises:
            DataError: they cannot be used.
        """
        if self.settings.source == "parquet":
            seed = drawn(self.settings.seed)
            return Data(self.input_dir, test_size=self.settings.test_size, seed=seed)
        return GeneratedData(self.settings, make)

    def __getstate__(self) -> dict[str, object]:
        # The settings hold read-only views of mappings, which cannot be pickled.
        settings = dataclasses.replace(
            self.settings,
            train_events=dict(self.settings.train_events),
            test_events=dict(self.settings.test_events),
        )
        return {"settings": settings, "input_dir": self.input_dir}
