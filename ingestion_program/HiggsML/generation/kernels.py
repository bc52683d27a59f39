"""The loop over trials of each process: compiled entry points, and what they look up."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..arrays import Floats
from ..numerics.records import as_record
from ..numerics.without_arrays import compiled, inlined
from .constants.table import Constants
from .physics.radiation import JET_COLUMNS, MOST_JETS, kt_tables
from .physics.taus import tau_shares
from .processes.boson_layout import SCRATCH_SIZE
from .processes.bosons import HIGGS, Z, boson_cuts, draw_higgs, draw_z, finish_higgs, finish_z
from .processes.dibosons import DIBOSONS, diboson_cuts, diboson_event
from .processes.process import Process, Tables, Workspace
from .processes.top_quarks import TOPS, prepare_tops, top_event
from .sampling.batches import BATCH, WORDS_SIZE, trial_at
from .sampling.random_numbers import Stream, top_up
from .slices import slice_range

__all__ = ["Rows", "fill", "new_workspace", "tables_of"]

Rows = Floats
"""(n, 16): primary features of selected events."""

Kernel = Callable[[Stream, Any, Tables, Workspace, Rows], int]


@inlined
def _in_batches(
    prepare: Callable[..., Any],
    draw: Callable[..., int],
    finish: Callable[..., bool],
    stream: Stream,
    c: Constants,
    t: Tables,
    space: Workspace,
    rows: Rows,
) -> int:
    """Fill rows with events that are drawn in batches and finished one by one; count the trials.

    Args:
        prepare: computes, from the constants, the fourth argument of the two others.
        draw: tries BATCH times and lists the trials that are left in the words; their number.
        finish: goes on with one of them and fills a row; True when it was selected.
    """
    known = prepare(c)
    i, trials = 0, 0
    while i < len(rows):
        trials += BATCH
        found = draw(stream, c, t, known, space)
        for j in range(found):
            top_up(stream)
            i += finish(stream, c, t, known, space, trial_at(space.words, j), rows[i])
            if i == len(rows):
                break
    return trials


@inlined
def _one_by_one(
    prepare: Callable[..., Any],
    event: Callable[..., bool],
    stream: Stream,
    c: Constants,
    t: Tables,
    space: Workspace,
    rows: Rows,
) -> int:
    """Fill rows with events that are tried one by one; count the trials.

    Args:
        prepare: computes, from the constants, the fourth argument of `event`.
        event: tries once and fills a row; True when it was selected.
    """
    known = prepare(c)
    i, trials = 0, 0
    while i < len(rows):
        top_up(stream)
        trials += 1
        i += event(stream, c, t, known, space, rows[i])
    return trials


@compiled
def _higgs(stream: Stream, c: Any, t: Tables, space: Workspace, rows: Rows) -> int:
    return _in_batches(boson_cuts, draw_higgs, finish_higgs, stream, c, t, space, rows)


@compiled
def _z(stream: Stream, c: Any, t: Tables, space: Workspace, rows: Rows) -> int:
    return _in_batches(boson_cuts, draw_z, finish_z, stream, c, t, space, rows)


@compiled
def _tops(stream: Stream, c: Any, t: Tables, space: Workspace, rows: Rows) -> int:
    return _one_by_one(prepare_tops, top_event, stream, c, t, space, rows)


@compiled
def _dibosons(stream: Stream, c: Any, t: Tables, space: Workspace, rows: Rows) -> int:
    return _one_by_one(diboson_cuts, diboson_event, stream, c, t, space, rows)


_KERNELS: dict[str, Kernel] = {
    "htautau": _higgs,
    "ztautau": _z,
    "ttbar": _tops,
    "diboson": _dibosons,
}
_PROCESSES: dict[str, Process] = {
    "htautau": HIGGS,
    "ztautau": Z,
    "ttbar": TOPS,
    "diboson": DIBOSONS,
}


@functools.cache
def tables_of(process: str, c: Constants, slice_index: int | None) -> Tables:
    """What the kernel of a process or its slice looks up."""
    parts = _PROCESSES[process]
    radiations = parts.radiations(c)
    kt0, kt1, kt2 = (kt_tables(radiation) for radiation in radiations)
    lowest, span = slice_range(process, slice_index, radiations[0])
    return Tables(tau_shares(c.taus), parts.masses(c), (kt0, kt1, kt2), lowest, span)


def new_workspace() -> Workspace:
    """Arrays for a kernel to work in."""
    return Workspace(
        np.empty((MOST_JETS, JET_COLUMNS)),
        np.zeros(SCRATCH_SIZE),
        np.zeros(WORDS_SIZE, np.uint64),
    )


def fill(
    process: str, stream: Stream, rows: Rows, constants: Constants, slice_index: int | None
) -> int:
    """Fill `rows` with selected events of a process or its slice; the number of trials.

    Trials of H and Z come in batches, of which the last is counted whole.
    """
    tables = tables_of(process, constants, slice_index)
    return _KERNELS[process](stream, as_record(constants), tables, new_workspace(), rows)
