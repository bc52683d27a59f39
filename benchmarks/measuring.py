"""What the benchmarks of pseudo-experiments share: times, ratios, and pools of any size."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["TEMPLATE", "Times", "open_pool", "ratio", "template", "tiles"]

SHARES = {"htautau": 0.236, "ztautau": 0.729, "ttbar": 0.032, "diboson": 0.003}
"""Of the rows of a pool, by process: those of the public file."""

TEMPLATE = 200_000
"""Generated events, which larger pools repeat."""

LARGEST_BLOCK = 5_000_000


class Times:
    """Elapsed and CPU times of one thing, in ms."""

    def __init__(self) -> None:
        self.elapsed: list[float] = []
        self.cpu: list[float] = []

    def measure(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call a function and add its times."""
        start, cpu = time.perf_counter(), time.process_time()
        result = function(*arguments, **named)
        self.add(time.perf_counter() - start, time.process_time() - cpu)
        return result

    def add(self, elapsed: float, cpu: float) -> None:
        """Add times in s."""
        self.elapsed.append(1e3 * elapsed)
        self.cpu.append(1e3 * cpu)

    def plus(self, other: "Times") -> "Times":
        """The sum of two things measured in the same rounds."""
        total = Times()
        total.elapsed = np.add(self.elapsed, other.elapsed).tolist()
        total.cpu = np.add(self.cpu, other.cpu).tolist()
        return total

    def __str__(self) -> str:
        low, median, high = np.percentile(self.elapsed, [0, 50, 100])
        return f"{median:8.1f} ms, {low:.1f} to {high:.1f} (CPU {np.median(self.cpu):.1f})"


def ratio(above: Times, below: Times) -> str:
    """Median and range of the ratio of neighbours in an alternating run, elapsed and CPU."""
    low, median, high = np.percentile(np.divide(above.elapsed, below.elapsed), [0, 50, 100])
    cpu = np.percentile(np.divide(above.cpu, below.cpu), [0, 50, 100])
    return f"{median:.2f}, {low:.2f} to {high:.2f} (CPU {cpu[1]:.2f}, {cpu[0]:.2f} to {cpu[2]:.2f})"


def template(folder: Path) -> pd.DataFrame:
    """Some generated events, kept in the folder."""
    path = folder / f"template-{TEMPLATE}.parquet"
    if not path.exists():
        from HiggsML.generation import generate

        counts = {process: int(share * TEMPLATE) for process, share in SHARES.items()}
        generate(counts, seed=1).to_parquet(path)
    return pd.read_parquet(path)


def tiles(folder: Path, rows: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """For each process, the template repeated to its share of the rows: features and weights."""
    everything = template(folder)
    for process, share in SHARES.items():
        events = everything[everything["detailed_labels"] == process]
        n = int(share * rows)
        chosen = events.iloc[np.resize(np.arange(len(events)), n)]
        weights = np.full(n, events["weights"].to_numpy(np.float64).sum() / n)
        yield process, chosen.drop(columns=["detailed_labels", "labels"]).assign(weights=weights)


def open_pool(folder: Path, rows: int) -> Any:
    """A pool of so many rows, packed where it is not there yet."""
    from HiggsML.experiments import EventBlock, EventPool
    from HiggsML.schema import PRI_COLUMNS

    def blocks() -> Iterator[EventBlock]:
        repeats = max(1, rows // LARGEST_BLOCK)
        for process, frame in tiles(folder, rows // repeats):
            primaries = frame[list(PRI_COLUMNS)].to_numpy(np.float32)
            for _ in range(repeats):
                yield EventBlock(process, primaries, frame["weights"].to_numpy() / repeats)

    return EventPool.cached(folder / f"pool-{rows}", f"tiled {rows}", blocks)
