"""The loop over trials of each process: compiled entry points, and what they look up."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..numerics.records import as_record
from .compiled import compiled, digest_of_sources
from .constants.table import Constants
from .physics.detector import cuts_of
from .physics.radiation import MOST_JETS, Jets, kt_table
from .physics.taus import tau_shares
from .processes.boson_candidates import SCRATCH_SIZE
from .processes.boson_trials import MODE
from .processes.bosons import (
    boson_event,
    gluon_fusion_share,
    higgs_candidates,
    mass_table,
    rare_higgs_event,
    z_candidates,
)
from .processes.dibosons import diboson_event
from .processes.single_top import single_top_event, single_top_share
from .processes.top_quarks import rates_of, top_event, w_mass_table
from .sampling.batches import BATCH, LISTED, WORDS_SIZE, Scratch, Words
from .sampling.quantiles import POINTS, Tables
from .sampling.random_numbers import Stream, top_up, uniform
from .slices import slice_range

__all__ = ["Rows", "fill"]

Rows = npt.NDArray[np.float32]
"""(n, 16): primary features of selected events."""


class Space(NamedTuple):
    """Where the kernel of a process keeps what it is at work on."""

    jets: Jets
    scratch: Scratch
    words: Words


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
        radiations = (c.gluon_fusion_radiation, c.vector_fusion_radiation, c.associated_radiation)
        kts, cuts, s = (t.kt0, t.kt1, t.kt2), cuts_of(c.detector), space.scratch
        share, detector = gluon_fusion_share(c.higgs), c.detector
        i, trials = 0, 0
        while i < len(rows):
            trials += BATCH
            found = higgs_candidates(
                stream, c.higgs, radiations[0], t, detector, cuts, s, space.words
            )
            for j in range(found):
                top_up(stream)
                k = space.words[LISTED + j]
                if s[MODE + k] < share:
                    i += boson_event(stream, radiations[0], detector, s, k, space.jets, rows[i])
                else:
                    i += rare_higgs_event(
                        stream,
                        c.higgs,
                        radiations,
                        kts,
                        detector,
                        cuts,
                        s,
                        k,
                        space.jets,
                        rows[i],
                    )
                if i == len(rows):
                    break
        return trials

    @compiled
    def ztautau(stream: Stream, c: Any, t: Tables, space: Space, rows: Rows) -> int:
        sources  # noqa: B018
        detector, radiation, s = c.detector, c.z_radiation, space.scratch
        cuts = cuts_of(detector)
        i, trials = 0, 0
        while i < len(rows):
            trials += BATCH
            found = z_candidates(stream, c.z, radiation, t, detector, cuts, s, space.words)
            for j in range(found):
                top_up(stream)
                k = space.words[LISTED + j]
                i += boson_event(stream, radiation, detector, s, k, space.jets, rows[i])
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


def fill(process: str, stream: Stream, rows: Rows, constants: Constants, part: int | None) -> int:
    """Fill `rows` with selected events of a process or its slice; the number of trials.

    Trials of H and Z come in batches, of which the last is counted whole.
    """
    space = Space(
        np.empty((MOST_JETS, 5)),
        np.zeros(SCRATCH_SIZE),
        np.zeros(WORDS_SIZE, np.uint64),
    )
    tables = _tables(process, constants, part)
    return _FILL[process](stream, as_record(constants), tables, space, rows)
