"""Events in blocks: each a function of its number, in the shape in which the project takes them."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from ..concurrency import map_ahead
from ..errors import SettingsError, did_you_mean
from ..experiments.pool.event_pool import EventBlock
from ..schema import PRI_COLUMNS, PROCESSES, REFERENCE_LUMINOSITY
from .constants.table import CONSTANTS, Constants
from .kernels import Rows, fill
from .sampling.random_numbers import open_stream
from .slices import Source, sources_of

__all__ = [
    "BLOCK_SIZE",
    "DEFAULT_COUNTS",
    "blocks_of",
    "check_counts",
    "default_counts",
    "efficiency",
    "generate_block",
    "generate_blocks",
]

BLOCK_SIZE = 65_536

DEFAULT_COUNTS = MappingProxyType(
    {"htautau": 250_000, "ztautau": 600_000, "ttbar": 100_000, "diboson": 50_000}
)
"""A mix of a million events for most uses: signal and rare processes over-sampled, since in the
public file (24 %, 73 %, 3 % and 0.3 %) dibosons would be too few to train on."""


def default_counts(total: int) -> dict[str, int]:
    """`total` events, shared among the processes as in `DEFAULT_COUNTS`; Z takes what is left over.

    Args:
        total: number of events.

    >>> default_counts(1000)
    {'htautau': 250, 'ztautau': 600, 'ttbar': 100, 'diboson': 50}
    """
    whole = sum(DEFAULT_COUNTS.values())
    counts = {name: total * count // whole for name, count in DEFAULT_COUNTS.items()}
    counts["ztautau"] += total - sum(counts.values())
    return counts


def generate_block(
    process: str,
    count: int,
    seed: int,
    block: int,
    constants: Constants = CONSTANTS,
    slice_index: int | None = None,
) -> Rows:
    """The first `count` selected events of a block, (count, 16), columns of `PRI_COLUMNS`.

    A function of (process, slice, seed, block) alone; a smaller count is a prefix of a larger one.
    `slice_index` is the slice; without one, all events come in their natural proportions.
    """
    return _generate(process, count, seed, block, constants, slice_index)[0]


def efficiency(process: str, count: int, seed: int, slice_index: int | None = None) -> float:
    """The share of trials that are selected, from `count` events of a process or its slice."""
    return count / _generate(process, count, seed, 0, CONSTANTS, slice_index)[1]


def _generate(
    process: str, count: int, seed: int, block: int, constants: Constants, slice_index: int | None
) -> tuple[Rows, int]:
    """Events, and the number of trials."""
    rows = np.empty((count, len(PRI_COLUMNS)), dtype=np.float32)
    stream = open_stream(seed, PROCESSES.index(process), block, slice_index)
    return rows, fill(process, stream, rows, constants, slice_index)


def check_counts(counts: Mapping[str, int], seed: int, luminosity: float) -> None:
    """Raise SettingsError unless events can be generated from these."""
    _require_whole(seed, "seed", 0)
    unknown = sorted(set(counts) - set(PROCESSES))
    if unknown:
        raise SettingsError(
            "unknown process in the counts of generated events.",
            value=unknown,
            fix=did_you_mean(unknown[0], PROCESSES),
        )
    for process, count in counts.items():
        _require_whole(count, f"number of {process} events", 0)
    if not np.isfinite(luminosity) or luminosity <= 0.0:
        raise SettingsError(
            "the luminosity must be positive and finite.",
            value=luminosity,
            fix=f"the challenge's is {REFERENCE_LUMINOSITY:g} (1/fb).",
        )


def _require_whole(value: int, where: str, least: int) -> None:
    """Raise SettingsError unless a value is a whole number that is not too small."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise SettingsError(
            f"must be a whole number, at least {least}.",
            where=where,
            value=value,
            fix="correct the argument.",
        )


def generate_blocks(
    counts: Mapping[str, int],
    seed: int,
    *,
    luminosity: float = REFERENCE_LUMINOSITY,
    block_size: int = BLOCK_SIZE,
    threads: int | None = None,
) -> Iterator[EventBlock]:
    """Generate events block by block, process after process, with flat memory.

    Args:
        counts: events to generate, by process.
        seed: whole number, not negative; the events are a function of it and of `block_size`.
        luminosity: 1/fb; the weights of a process add up to its expected events.
        block_size: events in a block.
        threads: at work at once; all of the machine's cores by default. It changes no event.

    Yields:
        EventBlock: process, primaries (n, 16) float32, weights (n,) float64.

    Raises:
        SettingsError: counts, seed, luminosity, block size or threads cannot be used.
    """
    check_counts(counts, seed, luminosity)
    _require_whole(block_size, "block_size", 1)
    if threads is not None:
        _require_whole(threads, "threads", 1)
    return blocks_of(sources_of(counts, luminosity), seed, block_size, threads)


def blocks_of(
    sources: Sequence[Source], seed: int, block_size: int = BLOCK_SIZE, threads: int | None = None
) -> Iterator[EventBlock]:
    """The events of sources, one after the other; arguments as for `generate_blocks`."""

    def work(job: tuple[Source, int, int]) -> EventBlock:
        source, size, block = job
        rows = generate_block(source.process, size, seed, block, slice_index=source.slice_index)
        return EventBlock(source.process, rows, np.full(size, source.weight))

    jobs = (
        (source, min(block_size, source.events - start), start // block_size)
        for source in sources
        for start in range(0, source.events, block_size)
    )
    return map_ahead(work, jobs, threads)
