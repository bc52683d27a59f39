"""How an event lies in a packed pool: 64 bytes, one cache line.

Momenta are float32. Angles and pseudorapidities are whole thousandths (the public file has three
decimals), so that an azimuth is an index into a table of cosines and sines. Four derived features
that do not change under the shifts, or only by an exact factor, are kept with the event.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..derived_quantities import DEFINITIONS, cartesian
from ..errors import DataError
from ..schema import DECIMALS, PRI_COLUMNS

__all__ = ["ABSENT", "HALF_TURN", "ROW", "UNITS", "azimuth_table", "pack_rows"]

Doubles = NDArray[np.float64]

UNITS = 10**DECIMALS
"""Angles are stored in units of 1/UNITS rad."""

HALF_TURN = math.ceil(math.pi * UNITS)
"""Largest stored azimuth; azimuths are stored as an index, with phi = -HALF_TURN at 0."""

ABSENT = 2 * HALF_TURN + 1
"""Index of the azimuth of a jet that is absent; its cosine and sine are 0."""

_MOMENTA = ("lep_pt", "had_pt", "jet_leading_pt", "jet_subleading_pt", "jet_all_pt", "met")
_DERIVED = ("mass_vis", "mass_jet_jet", "deltar_had_lep", "lep_eta_centrality")
_ETAS = ("lep_eta", "had_eta", "jet_leading_eta", "jet_subleading_eta")
_AZIMUTHS = ("lep_phi", "had_phi", "jet_leading_phi", "jet_subleading_phi", "met_phi")

ROW = np.dtype(
    [(name, np.float32) for name in (*_MOMENTA, *_DERIVED)]
    + [(name, np.int16) for name in (*_ETAS, *_AZIMUTHS, "n_jets")]
    + [("unused", np.int16, (2,))],
    align=True,
)
"""One event. pT and masses in GeV; etas and azimuths see `UNITS`."""


def azimuth_table() -> Doubles:
    """(2 HALF_TURN + 2, 2): cosine and sine of each stored azimuth; zeros for `ABSENT`."""
    table = np.zeros((ABSENT + 1, 2))
    for index in range(ABSENT):
        phi = (index - HALF_TURN) / UNITS
        table[index] = math.cos(phi), math.sin(phi)
    return table


def pack_rows(
    primaries: NDArray[np.float32], where: str, rows: NDArray[np.void] | None = None
) -> NDArray[np.void]:
    """Pack events into rows of type `ROW`; all values are rounded to `DECIMALS` first.

    Args:
        primaries: (n, 16) in the order of `PRI_COLUMNS`; GeV, rad.
        where: what to call these events in an error.
        rows: to be filled; new ones by default.

    Raises:
        DataError: a value is not finite, or cannot be that of an event.
    """
    rounded = np.round(np.asarray(primaries, dtype=np.float64).T.copy(), DECIMALS)
    columns = dict(zip(PRI_COLUMNS, rounded, strict=True))
    _check(columns, where)
    rows = np.zeros(len(primaries), dtype=ROW) if rows is None else rows
    for name in _MOMENTA:
        rows[name] = columns[f"PRI_{name}"]
    for name in _ETAS:
        rows[name] = np.rint(columns[f"PRI_{name}"] * UNITS)
    for name in _AZIMUTHS:
        index = np.rint(columns[f"PRI_{name}"] * UNITS) + HALF_TURN
        rows[name] = np.where(_is_absent(columns, name), ABSENT, index)
    rows["n_jets"] = columns["PRI_n_jets"]
    columns |= cartesian(columns)
    for name in _DERIVED:
        rows[name] = DEFINITIONS[f"DER_{name}"](columns)
    return rows


def _is_absent(columns: Mapping[str, Doubles], azimuth: str) -> NDArray[np.bool_]:
    """Whether this is the azimuth of a jet that the event does not have."""
    if not azimuth.startswith("jet"):
        return np.zeros(1, dtype=np.bool_)
    return columns[f"PRI_{azimuth.replace('phi', 'pt')}"] <= 0.0


def _check(columns: Mapping[str, Doubles], where: str) -> None:
    largest_eta, largest_phi = np.iinfo(np.int16).max / UNITS, HALF_TURN / UNITS
    for column, values in columns.items():
        name = column.removeprefix("PRI_")
        place = f"{where}, {column}"
        _require(np.isfinite(values), values, place, "a number that is not finite.")
        if name.endswith("eta"):
            fine, what = np.abs(values) <= largest_eta, f"beyond +-{largest_eta}."
        elif name.endswith("phi"):
            fine, what = np.abs(values) <= largest_phi, "an azimuth beyond +-pi rad."
            fine |= _is_absent(columns, name)
        elif name == "n_jets":
            fine, what = (values >= 0.0) & (values % 1.0 == 0.0), "not a number of jets."
        elif name in ("jet_leading_pt", "jet_subleading_pt"):  # negative: no such jet
            continue
        else:
            fine, what = values >= 0.0, "a negative momentum."
        _require(fine, values, place, what)


def _require(fine: NDArray[np.bool_], values: Doubles, where: str, what: str) -> None:
    if not fine.all():
        bad = int(np.argmin(fine))
        raise DataError(
            what,
            where=f"{where}, event {bad}",
            value=float(values[bad]),
            fix="correct the event or leave it out; momenta are in GeV, angles in rad.",
        )
