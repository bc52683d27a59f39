"""The pool: all events that pseudo-experiments are drawn from."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..schema import PRI_COLUMNS, PROCESSES, WEIGHTS

__all__ = ["EventBlock", "EventPool"]


class EventBlock(NamedTuple):
    """Events of one process."""

    process: str
    """One of `PROCESSES`."""
    primaries: NDArray[np.float32]
    """(n, 16), columns in the order of `PRI_COLUMNS`; GeV, rad."""
    weights: NDArray[np.float64]
    """(n,), expected events each stands for."""


class EventPool:
    """Events by process, with weights."""

    def __init__(
        self,
        path: Path,
        process: NDArray[np.int8],
        primaries: NDArray[np.float32],
        weights: NDArray[np.float64],
    ) -> None:
        self.path, self.process, self.primaries, self.weights = path, process, primaries, weights
        self.n_rows = len(weights)
        self.sum_weights = {
            name: float(weights[process == code].sum()) for code, name in enumerate(PROCESSES)
        }

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> "EventPool":
        """A pool of what `Data.get_test_set` returns: a frame with weights for each process."""
        return cls.from_blocks(
            EventBlock(
                process,
                frame[list(PRI_COLUMNS)].to_numpy(np.float32),
                frame[WEIGHTS].to_numpy(np.float64),
            )
            for process, frame in frames.items()
        )

    @classmethod
    def from_blocks(cls, blocks: Iterable[EventBlock], path: Path | None = None) -> "EventPool":
        """Pack blocks into a file (a temporary one by default)."""
        parts = list(blocks)
        if path is None:
            path = Path(tempfile.mkdtemp(prefix="higgsml-pool-")) / "pool.npz"
        with path.open("wb") as file:
            np.savez(
                file,
                process=np.repeat(
                    [PROCESSES.index(p.process) for p in parts], [len(p.weights) for p in parts]
                ).astype(np.int8),
                primaries=np.concatenate([p.primaries for p in parts]),
                weights=np.concatenate([p.weights for p in parts]),
            )
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> "EventPool":
        """Open a packed pool."""
        try:
            with np.load(path) as arrays:
                return cls(path, arrays["process"], arrays["primaries"], arrays["weights"])
        except (OSError, ValueError) as error:
            raise DataError("not a packed pool.", where=path, value=str(error)) from error

    @classmethod
    def cached(
        cls, path: Path, source_digest: str, blocks_factory: Callable[[], Iterable[EventBlock]]
    ) -> "EventPool":
        """The pool at `path` if it was packed from this source, else packed anew."""
        named = path.with_suffix(f".{source_digest[:16]}")
        return cls.open(named) if named.exists() else cls.from_blocks(blocks_factory(), named)
