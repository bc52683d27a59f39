"""Events in blocks: the loop over trials, and the shape in which the project takes events."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..concurrency import map_ahead
from ..errors import SettingsError
from ..experiments.pool import EventBlock
from ..schema import PRI_COLUMNS, PROCESSES, REFERENCE_LUMINOSITY
from .bosons import higgs_candidates, higgs_event, mass_table, z_candidates, z_event
from .candidates import CANDIDATE, CANDIDATES, Candidates
from .compiled import compiled, digest_of_sources
from .constants import CONSTANTS, Constants, as_record
from .detector import cuts_of
from .dibosons import diboson_event
from .quantiles import POINTS, Table
from .radiation import MOST_JETS, Jets, kt_table
from .random_numbers import Stream, open_stream, top_up, uniform
from .single_top import single_top_event, single_top_share
from .slices import Source, slice_range, sources_of
from .taus import tau_shares
from .top_quarks import rates_of, top_event, w_mass_table

__all__ = [
    "BLOCK_SIZE",
    "blocks_of",
    "check_counts",
    "efficiency",
    "generate_block",
    "generate_blocks",
]

BLOCK_SIZE = 65_536
Rows = npt.NDArray[np.float32]


class Tables(NamedTuple):
    """What the kernel of a process looks up."""

    shares: Table
    masses: Table
    """Of the W, or m^-2 of H or Z."""
    kt0: Table
    kt1: Table
    kt2: Table
    lowest: float
    """N at the hardest emission: where the slice begins ..."""
    span: float
    """... and its length."""


class Space(NamedTuple):
    """Where the kernel of a process keeps what it is at work on."""

    jets: Jets
    candidates: Candidates


@functools.cache
def _tables(process: str, c: Constants, part: int | None) -> Tables:
    radiations = {
        "htautau": (c.gluon_fusion_radiation, c.vector_fusion_radiation, c.associated_radiation),
        "ztautau": 3 * (c.z_radiation,),
        "ttbar": (c.top_radiation, c.top_quark_radiation, c.top_quark_radiation),
        "diboson": 3 * (c.diboson_radiation,),
    }[process]
    masses = w_mass_table(c.w)
    if process == "ztautau":
        masses = mass_table(c.z)
    elif process == "htautau":
        masses = np.full((1, POINTS + 1), c.higgs.mass**-2.0)
    kt0, kt1, kt2 = (kt_table(radiation) for radiation in radiations)
    lowest, span = slice_range(process, part, radiations[0])
    return Tables(tau_shares(c.taus), masses, kt0, kt1, kt2, lowest, span)


Kernel = Callable[[Stream, Any, Tables, Space, Rows], int]


def _kernels(sources: str) -> dict[str, Kernel]:
    """For each process, the loop that fills rows; `sources` ties kept machine code to them."""

    @compiled
    def htautau(stream: Stream, c: Any, t: Tables, space: Space, rows: Rows) -> int:
        sources  # noqa: B018 - makes it a closure variable
        kts = (t.kt0, t.kt1, t.kt2)
        radiations = (c.gluon_fusion_radiation, c.vector_fusion_radiation, c.associated_radiation)
        found = space.candidates
        cuts, hardest = cuts_of(c.detector), (t.lowest, t.span)
        i, trials = 0, 0
        while i < len(rows):
            top_up(stream)
            trials += CANDIDATES
            for k in range(
                higgs_candidates(
                    stream, c.higgs, radiations[0], t.kt0, t.masses, hardest, t.shares, cuts, found
                )
            ):
                top_up(stream)
                i += higgs_event(
                    stream,
                    c.higgs,
                    radiations,
                    kts,
                    c.detector,
                    cuts,
                    found[k],
                    space.jets,
                    rows[i],
                )
                if i == len(rows):
                    break
        return trials

    @compiled
    def ztautau(stream: Stream, c: Any, t: Tables, space: Space, rows: Rows) -> int:
        sources  # noqa: B018
        radiation, found = c.z_radiation, space.candidates
        cuts, hardest = cuts_of(c.detector), (t.lowest, t.span)
        i, trials = 0, 0
        while i < len(rows):
            top_up(stream)
            trials += CANDIDATES
            for k in range(
                z_candidates(
                    stream, c.z, radiation, t.kt0, t.masses, hardest, t.shares, cuts, found
                )
            ):
                top_up(stream)
                i += z_event(
                    stream, c.z, radiation, t.kt0, c.detector, cuts, found[k], space.jets, rows[i]
                )
                if i == len(rows):
                    break
        return trials

    @compiled
    def ttbar(stream: Stream, c: Any, t: Tables, space: Space, rows: Rows) -> int:
        sources  # noqa: B018
        radiations, kts = (c.top_radiation, c.top_quark_radiation), (t.kt0, t.kt1)
        single = single_top_share(c.single_top, c.top_pair, c.top, c.w)
        rates, cuts = rates_of(c.w), cuts_of(c.top_detector)
        i, trials = 0, 0
        while i < len(rows):
            top_up(stream)
            trials += 1
            if uniform(stream) < single:
                i += single_top_event(
                    stream,
                    c.top,
                    c.single_top,
                    c.w,
                    radiations[1],
                    kts[1],
                    t.masses,
                    t.shares,
                    c.top_detector,
                    cuts,
                    space.jets,
                    rows[i],
                )
            else:
                i += top_event(
                    stream,
                    c.top,
                    c.top_pair,
                    c.w,
                    rates,
                    radiations,
                    kts,
                    t.masses,
                    t.shares,
                    c.top_detector,
                    cuts,
                    space.jets,
                    rows[i],
                )
        return trials

    @compiled
    def diboson(stream: Stream, c: Any, t: Tables, space: Space, rows: Rows) -> int:
        sources  # noqa: B018
        cuts = cuts_of(c.diboson_detector)
        i, trials = 0, 0
        while i < len(rows):
            top_up(stream)
            trials += 1
            i += diboson_event(
                stream,
                c.diboson,
                c.w,
                c.diboson_radiation,
                t.kt0,
                t.masses,
                t.shares,
                c.diboson_detector,
                cuts,
                space.jets,
                rows[i],
            )
        return trials

    return {"htautau": htautau, "ztautau": ztautau, "ttbar": ttbar, "diboson": diboson}


_FILL = _kernels(digest_of_sources())


def generate_block(
    process: str,
    count: int,
    seed: int,
    block: int,
    constants: Constants = CONSTANTS,
    part: int | None = None,
) -> npt.NDArray[np.float32]:
    """The first `count` selected events of a block, (count, 16), columns of `PRI_COLUMNS`.

    A function of (process, part, seed, block) alone; a smaller count is a prefix of a larger one.
    `part` is the slice; without one, all events come in their natural proportions.
    """
    return _generate(process, count, seed, block, constants, part)[0]


def efficiency(process: str, count: int, seed: int, part: int | None = None) -> float:
    """The share of trials that are selected, from `count` events of a process or its slice."""
    return count / _generate(process, count, seed, 0, CONSTANTS, part)[1]


def _generate(
    process: str, count: int, seed: int, block: int, constants: Constants, part: int | None
) -> tuple[Rows, int]:
    """Events, and the number of trials."""
    rows = np.empty((count, len(PRI_COLUMNS)), dtype=np.float32)
    stream = open_stream(seed, PROCESSES.index(process), block, part)
    tables = _tables(process, constants, part)
    space = Space(np.empty((MOST_JETS, 5)), np.empty(CANDIDATES, CANDIDATE))
    trials = _FILL[process](stream, as_record(constants), tables, space, rows)
    return rows, trials


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
    if threads is not None:
        _require_whole(threads, "threads", 1)
    return blocks_of(sources_of(counts, luminosity), seed, block_size, threads)


def blocks_of(
    sources: Sequence[Source], seed: int, block_size: int = BLOCK_SIZE, threads: int | None = None
) -> Iterator[EventBlock]:
    """The events of sources, one after the other; arguments as for `generate_blocks`."""

    def work(job: tuple[Source, int, int]) -> EventBlock:
        source, size, block = job
        rows = generate_block(source.process, size, seed, block, part=source.part)
        return EventBlock(source.process, rows, np.full(size, source.weight))

    jobs = (
        (source, min(block_size, source.events - start), start // block_size)
        for source in sources
        for start in range(0, source.events, block_size)
    )
    return map_ahead(work, jobs, threads)
