"""Events in blocks: the loop over trials, and the shape in which the project takes events."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import SettingsError
from ..experiments.pool import EventBlock
from ..schema import EXPECTED_EVENTS, PROCESSES, REFERENCE_LUMINOSITY
from .bosons import higgs_event, z_event
from .compiled import compiled
from .constants import CONSTANTS, Constants
from .dibosons import diboson_event
from .radiation import tabulate
from .random_numbers import Stream, open_stream
from .top_quarks import top_event

__all__ = ["BLOCK_SIZE", "check_counts", "event_weight", "generate_block", "generate_blocks"]

BLOCK_SIZE = 65_536
_MOST_JETS = 14


@compiled
def _fill_htautau(stream: Stream, c: Constants, tables: Any, jets: Any, rows: Any) -> None:
    radiations = (
        c.gluon_fusion_radiation,
        c.vector_fusion_radiation,
        c.associated_radiation,
    )
    for i in range(len(rows)):
        while not higgs_event(
            stream, c.higgs, radiations, tables, c.taus, c.detector, jets, rows[i]
        ):
            pass


@compiled
def _fill_ztautau(stream: Stream, c: Constants, tables: Any, jets: Any, rows: Any) -> None:
    for i in range(len(rows)):
        while not z_event(stream, c.z, c.z_radiation, tables[0], c.taus, c.detector, jets, rows[i]):
            pass


@compiled
def _fill_ttbar(stream: Stream, c: Constants, tables: Any, jets: Any, rows: Any) -> None:
    for i in range(len(rows)):
        while not top_event(
            stream, c.top_pair, c.w, c.top_radiation, tables[0], c.taus, c.detector, jets, rows[i]
        ):
            pass


@compiled
def _fill_diboson(stream: Stream, c: Constants, tables: Any, jets: Any, rows: Any) -> None:
    for i in range(len(rows)):
        while not diboson_event(
            stream,
            c.diboson,
            c.w,
            c.diboson_radiation,
            tables[0],
            c.taus,
            c.detector,
            jets,
            rows[i],
        ):
            pass


_FILL = {
    "htautau": _fill_htautau,
    "ztautau": _fill_ztautau,
    "ttbar": _fill_ttbar,
    "diboson": _fill_diboson,
}


def _tables(process: str, c: Constants) -> tuple[Any, ...]:
    radiations = {
        "htautau": (c.gluon_fusion_radiation, c.vector_fusion_radiation, c.associated_radiation),
        "ztautau": (c.z_radiation,),
        "ttbar": (c.top_radiation,),
        "diboson": (c.diboson_radiation,),
    }[process]
    return tuple(tabulate(radiation) for radiation in radiations)


def generate_block(
    process: str, count: int, seed: int, block: int, constants: Constants = CONSTANTS
) -> npt.NDArray[np.float32]:
    """The first `count` selected events of a block, (count, 16), columns of `PRI_COLUMNS`.

    A function of (process, seed, block) alone; a smaller count is a prefix of a larger one.
    """
    rows = np.empty((count, 16), dtype=np.float32)
    stream = open_stream(seed, PROCESSES.index(process), block)
    _FILL[process](stream, constants, _tables(process, constants), np.empty((_MOST_JETS, 3)), rows)
    return rows


def event_weight(process: str, count: int, luminosity: float) -> float:
    """Expected events of a process at a luminosity (1/fb), shared among `count` generated ones."""
    return EXPECTED_EVENTS[process] * luminosity / REFERENCE_LUMINOSITY / max(count, 1)


def check_counts(counts: Mapping[str, int], seed: int, luminosity: float) -> None:
    """Raise SettingsError unless events can be generated from these."""
    _require_whole(seed, "seed", 0)
    unknown = sorted(set(counts) - set(PROCESSES))
    if unknown:
        raise SettingsError(
            "unknown process in the counts of generated events.",
            value=unknown,
            fix=f"known are {', '.join(PROCESSES)}.",
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
    threads = (os.cpu_count() or 1) if threads is None else threads
    _require_whole(threads, "threads", 1)
    jobs = [
        (process, min(block_size, counts[process] - start), start // block_size)
        for process in PROCESSES
        for start in range(0, counts.get(process, 0), block_size)
    ]
    return _run(jobs, counts, seed, luminosity, threads)


def _run(
    jobs: list[tuple[str, int, int]],
    counts: Mapping[str, int],
    seed: int,
    luminosity: float,
    threads: int,
) -> Iterator[EventBlock]:
    with ThreadPoolExecutor(threads) as executor:
        ahead = []
        upcoming = iter(jobs)
        for job in upcoming:
            ahead.append((job, executor.submit(generate_block, job[0], job[1], seed, job[2])))
            if len(ahead) <= threads:
                continue
            (process, size, _), future = ahead.pop(0)
            weight = event_weight(process, counts[process], luminosity)
            yield EventBlock(process, future.result(), np.full(size, weight))
        for (process, size, _), future in ahead:
            weight = event_weight(process, counts[process], luminosity)
            yield EventBlock(process, future.result(), np.full(size, weight))
