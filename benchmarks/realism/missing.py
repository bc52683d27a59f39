"""Missing momentum of generated Z beside that of the neutrinos, against the full simulation.

Rows do not tell the neutrinos. So the kernel of the generator is run here with one more output.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from HiggsML.arrays import Array, Floats
from HiggsML.generation.constants.table import CONSTANTS, Constants
from HiggsML.generation.kernels import new_workspace, tables_of
from HiggsML.generation.processes import boson_layout as at
from HiggsML.generation.processes.bosons import boson_cuts, draw_z, finish_z
from HiggsML.generation.processes.process import Tables, Workspace
from HiggsML.generation.sampling.batches import LISTED
from HiggsML.generation.sampling.random_numbers import Stream, open_stream, top_up
from HiggsML.generation.slices import sources_of
from HiggsML.numerics.records import as_record
from HiggsML.numerics.without_arrays import compiled
from HiggsML.schema import PROCESSES, REFERENCE_LUMINOSITY

from .estimates import Estimate, mean, rms
from .samples import Sample
from .simulation_numbers import MISSING
from .verdicts import Judged

__all__ = ["judge_missing", "z_with_truth"]

EVENTS = 400_000
SEED = 77
ALLOWED = 0.10
TRUTH = 4
"""px and py of the boson, px and py of its neutrinos, GeV."""


@compiled
def _fill(stream: Stream, c: Any, t: Tables, space: Workspace, rows: Floats, truth: Floats) -> None:
    """Fill the rows of Z events and their truth, (n, 16) and (n, 4)."""
    cuts = boson_cuts(c)
    s, i = space.scratch, 0
    while i < len(rows):
        found = draw_z(stream, c, t, cuts, space)
        for j in range(found):
            top_up(stream)
            k = space.words[LISTED + j]
            if finish_z(stream, c, t, cuts, space, k, rows[i]):
                truth[i, 0] = s[at.SOFT_X + k] - s[at.SUM_X + k]
                truth[i, 1] = s[at.SOFT_Y + k] - s[at.SUM_Y + k]
                truth[i, 2], truth[i, 3] = s[at.UNSEEN_X + k], s[at.UNSEEN_Y + k]
                i += 1
            if i == len(rows):
                break


def z_with_truth(
    count: int, seed: int, constants: Constants = CONSTANTS
) -> tuple[Floats, Array, Array]:
    """Selected Z events (n, 16), their weights (n,) and `TRUTH` (n, 4)."""
    parts: list[tuple[Floats, Array, Array]] = []
    for source in sources_of({"ztautau": count}, REFERENCE_LUMINOSITY):
        rows = np.empty((source.events, 16), np.float32)
        truth = np.empty((source.events, TRUTH), np.float32)
        tables = tables_of("ztautau", constants, source.slice_index)
        stream = open_stream(seed, PROCESSES.index("ztautau"), 0, source.slice_index)
        _fill(stream, as_record(constants), tables, new_workspace(), rows, truth)
        parts.append((rows, np.full(source.events, source.weight), truth.astype(np.float64)))
    first, second, third = zip(*parts, strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(third)


def judge_missing(_samples: Mapping[str, Sample]) -> Iterator[Judged]:
    """Mean along the boson and widths along and across, by the pT of the boson."""
    rows, weights, truth = z_with_truth(EVENTS, SEED)
    sample = Sample.of(rows, weights)
    truth = truth[sample.groups]  # each row is a group of its own, numbered as before the cuts
    boson_x, boson_y, unseen_x, unseen_y = truth.T
    pt = np.hypot(boson_x, boson_y)
    met, phi = sample.columns["PRI_met"], sample.columns["PRI_met_phi"]
    x, y = met * np.cos(phi) - unseen_x, met * np.sin(phi) - unseen_y
    along = (x * boson_x + y * boson_y) / pt
    across = (y * boson_x - x * boson_y) / pt
    for (low, high), target in MISSING["ztautau"].items():
        here = (pt >= low) & (pt < high)
        chosen = sample.weights[here], sample.groups[here]
        found = (mean(along[here], *chosen), rms(along[here], *chosen), rms(across[here], *chosen))
        for what, number, aim in zip(target._fields, found, target, strict=True):
            what = f"boson pT {low:g}-{high:g}: {what.replace('_', ' ')}, GeV"
            allowed = ALLOWED * abs(aim[0])
            yield Judged(
                "missing momentum", "ztautau", "all", what, Estimate(*aim), number, allowed
            )
