"""Pack events into rows: round, check, and derive what is kept with an event; compiled.

Rows have three decimals, so that the cosine of a difference of azimuths comes from a table, and the
mass of two massless particles is sqrt(2 pT_1 pT_2 (cosh(deta) - cos(dphi))).
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...columns import AT
from ...definitions.features import EPSILON
from ...errors import DataError
from ...numerics.compiled import compiled, inlined
from ...schema import DECIMALS, PRI_COLUMNS, UNDEFINED
from .row_format import ABSENT, HALF_TURN, ROW, UNITS

__all__ = ["pack_rows"]

_LARGEST_ETA = np.iinfo(np.int16).max
_COSINES = np.cos(np.arange(2 * HALF_TURN + 1) / UNITS)  # of differences of azimuths
_UNIT = 1.0 / UNITS


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
    rows = np.zeros(len(primaries), dtype=ROW) if rows is None else rows
    if not _fill(np.ascontiguousarray(primaries, dtype=np.float32), rows):
        _refuse(primaries, where)
    return rows


@compiled
def _fill(primaries: NDArray[np.float32], rows: NDArray[np.void]) -> bool:
    """Fill the rows; False, and some rows unfilled, if a value cannot be that of an event."""
    fine = True
    for i in range(len(primaries)):
        p = primaries[i]
        here = _is_fine(p)
        fine &= here
        if here:
            row: Any = rows[i]
            _fill_values(p, row)
            _fill_derived(p, row)
    return fine


@inlined
def _rounded(x: float) -> float:
    """To three decimals, as numpy does it."""
    return float(np.rint(np.float64(x) * UNITS) / UNITS)


@inlined
def _thousandths(x: float) -> int:
    return int(np.rint(np.float64(x) * UNITS))


@inlined
def _is_fine(p: NDArray[np.float32]) -> bool:
    """Whether all values can be those of an event; see `_check`."""
    fine = True
    for k in range(len(p)):
        fine &= math.isfinite(p[k])
    for k in (AT.LEP_ETA, AT.HAD_ETA, AT.JET1_ETA, AT.JET2_ETA):
        fine &= abs(np.rint(np.float64(p[k]) * UNITS)) <= _LARGEST_ETA
    for k in (AT.LEP_PHI, AT.HAD_PHI, AT.MET_PHI):
        fine &= abs(np.rint(np.float64(p[k]) * UNITS)) <= HALF_TURN
    for pt, k in ((AT.JET1_PT, AT.JET1_PHI), (AT.JET2_PT, AT.JET2_PHI)):
        there = _rounded(p[pt]) > 0.0
        fine &= (not there) | (abs(np.rint(np.float64(p[k]) * UNITS)) <= HALF_TURN)
    for k in (AT.LEP_PT, AT.HAD_PT, AT.ALL_PT, AT.MET, AT.N_JETS):
        fine &= _rounded(p[k]) >= 0.0
    return fine & (_rounded(p[AT.N_JETS]) % 1.0 == 0.0)


@inlined
def _fill_values(p: NDArray[np.float32], row: Any) -> None:
    """What is stored as it is."""
    row.lep_pt, row.had_pt, row.met = (
        _rounded(p[AT.LEP_PT]),
        _rounded(p[AT.HAD_PT]),
        _rounded(p[AT.MET]),
    )
    row.jet_leading_pt, row.jet_subleading_pt = (
        _rounded(p[AT.JET1_PT]),
        _rounded(p[AT.JET2_PT]),
    )
    row.jet_all_pt, row.n_jets = _rounded(p[AT.ALL_PT]), int(_rounded(p[AT.N_JETS]))
    row.lep_eta, row.had_eta = _thousandths(p[AT.LEP_ETA]), _thousandths(p[AT.HAD_ETA])
    row.jet_leading_eta = _thousandths(p[AT.JET1_ETA])
    row.jet_subleading_eta = _thousandths(p[AT.JET2_ETA])
    row.lep_phi = _thousandths(p[AT.LEP_PHI]) + HALF_TURN
    row.had_phi = _thousandths(p[AT.HAD_PHI]) + HALF_TURN
    row.met_phi = _thousandths(p[AT.MET_PHI]) + HALF_TURN
    index1, index2 = _thousandths(p[AT.JET1_PHI]), _thousandths(p[AT.JET2_PHI])
    row.jet_leading_phi = index1 + HALF_TURN if _rounded(p[AT.JET1_PT]) > 0.0 else ABSENT
    row.jet_subleading_phi = index2 + HALF_TURN if _rounded(p[AT.JET2_PT]) > 0.0 else ABSENT


@inlined
def _fill_derived(p: NDArray[np.float32], row: Any) -> None:
    """`mass_vis`, `deltar_had_lep`, `mass_jet_jet`, `lep_eta_centrality`."""
    turn = abs(_thousandths(p[AT.LEP_PHI]) - _thousandths(p[AT.HAD_PHI]))
    lep_eta = _thousandths(p[AT.LEP_ETA]) * _UNIT
    deta = lep_eta - _thousandths(p[AT.HAD_ETA]) * _UNIT
    row.mass_vis = _mass(_rounded(p[AT.LEP_PT]) * _rounded(p[AT.HAD_PT]), deta, turn)
    dphi = min(turn * _UNIT, 2.0 * math.pi - turn * _UNIT)
    row.deltar_had_lep = math.sqrt(deta * deta + dphi * dphi)
    row.mass_jet_jet, row.lep_eta_centrality = UNDEFINED, UNDEFINED
    pt1, pt2 = max(_rounded(p[AT.JET1_PT]), 0.0), _rounded(p[AT.JET2_PT])
    if pt2 > 0.0:
        turn = abs(_thousandths(p[AT.JET1_PHI]) - _thousandths(p[AT.JET2_PHI])) if pt1 > 0.0 else 0
        eta1, eta2 = (
            _thousandths(p[AT.JET1_ETA]) * _UNIT,
            _thousandths(p[AT.JET2_ETA]) * _UNIT,
        )
        row.mass_jet_jet = _mass(pt1 * pt2, eta1 - eta2, turn)
        width2 = EPSILON if eta1 == eta2 else (eta1 - eta2) ** 2
        row.lep_eta_centrality = math.exp(-4.0 * (lep_eta - 0.5 * (eta1 + eta2)) ** 2 / width2)


@inlined
def _mass(product: float, deta: float, turn: int) -> float:
    """Of two particles with this product of pTs; `turn` is dphi in thousandths."""
    growth = math.exp(deta)
    difference = 0.5 * (growth + 1.0 / growth) - _COSINES[turn]
    return math.sqrt(2.0 * product * max(difference, 0.0))


def _refuse(primaries: NDArray[np.float32], where: str) -> None:
    """Raise DataError for the first value that cannot be that of an event."""
    rounded = np.round(np.asarray(primaries, dtype=np.float64).T, DECIMALS)
    _check(dict(zip(PRI_COLUMNS, rounded, strict=True)), where)


def _is_absent(columns: Mapping[str, Array], azimuth: str) -> NDArray[np.bool_]:
    """Whether this is the azimuth of a jet that the event does not have."""
    if not azimuth.startswith("jet"):
        return np.zeros(1, dtype=np.bool_)
    return columns[f"PRI_{azimuth.replace('phi', 'pt')}"] <= 0.0


def _check(columns: Mapping[str, Array], where: str) -> None:
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


def _require(fine: NDArray[np.bool_], values: Array, where: str, what: str) -> None:
    if not fine.all():
        bad = int(np.argmin(fine))
        raise DataError(
            what,
            where=f"{where}, event {bad}",
            value=float(values[bad]),
            fix="correct the event or leave it out; momenta are in GeV, angles in rad.",
        )
