"""Pack events into rows: round, check, and derive what is kept with an event; compiled.

Azimuths have three decimals, so that the cosine of a difference comes from a table, and the mass of
two massless particles is sqrt(2 pT_1 pT_2 (cosh(deta) - cos(dphi))).

Files have three decimals, and an experiment is rounded to three again. A scale that multiplies
numbers on a lattice could be read from the numbers that come out: below 1 some come twice, above 1
some never. So what a shift changes gets its lost decimals back: each momentum, and the azimuth of
the missing one, becomes uniform among the values that round to what the file says. The sum over
one or two jets stays their sum, and the second jet stays below the first.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array, Words
from ...columns import AT
from ...definitions.features import EPSILON
from ...errors import DataError
from ...numerics.compiled import compiled, inlined
from ...numerics.philox import LOW_WORD, philox4x32
from ...schema import DECIMALS, PRI_COLUMNS, UNDEFINED
from .row_format import ABSENT, FRACTIONS, HALF_TURN, ROW, UNITS

__all__ = ["pack_rows"]

_LARGEST_ETA = np.iinfo(np.int16).max
_COSINES = np.cos(np.arange(2 * HALF_TURN + 1) / UNITS)  # of differences of azimuths
_UNIT = 1.0 / UNITS
_WIDTH = _UNIT * 2.0**-32  # times a random word: a number of lost decimals

_ATTEMPTS = 256
"""At getting all lost decimals of an event at once; below 1 in 10^7 fails, and goes without."""

_ODD = np.uint64(1 << 16)

_HALF = FRACTIONS // 2
_END = math.pi * UNITS - (HALF_TURN - 0.5)  # of the last thousandth of azimuths, what is below pi


def pack_rows(
    primaries: NDArray[np.float32],
    where: str,
    rows: NDArray[np.void] | None = None,
    *,
    key: Words,
    first: int = 0,
) -> NDArray[np.void]:
    """Pack events into rows of type `ROW`; all values are rounded to `DECIMALS` first.

    The decimals that a row has beyond that are a function of the event, the key and its number.

    Args:
        primaries: (n, 16) in the order of `PRI_COLUMNS`; GeV, rad.
        where: what to call these events in an error.
        rows: to be filled; new ones by default.
        key: key of the stream of lost decimals: four 32-bit words.
        first: number of the first event in that stream.

    Raises:
        DataError: a value is not finite, or cannot be that of an event.
    """
    rows = np.zeros(len(primaries), dtype=ROW) if rows is None else rows
    if not _fill(np.ascontiguousarray(primaries, dtype=np.float32), key, first, rows):
        _refuse(primaries, where)
    return rows


@compiled
def _fill(primaries: NDArray[np.float32], key: Words, first: int, rows: NDArray[np.void]) -> bool:
    """Fill the rows; False, and some rows unfilled, if a value cannot be that of an event."""
    fine = True
    for i in range(len(primaries)):
        p = primaries[i]
        here = _is_fine(p)
        fine &= here
        if here:
            row: Any = rows[i]
            _fill_values(p, row)
            _fill_lost_decimals(p, key, np.uint64(first + i), row)
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
def _fill_lost_decimals(p: NDArray[np.float32], key: Words, number: np.uint64, row: Any) -> None:
    """Replace what shifts change by values of more decimals that round to it.

    Drawn for all at once until all fit: they are then uniform under the condition that they do.
    What is 0 stands for a positive number below half a thousandth; an absent jet stays absent, and
    the sum over no jets 0. The lepton is not shifted, and stays as it is.
    """
    had, met, all_pt = _rounded(p[AT.HAD_PT]), _rounded(p[AT.MET]), _rounded(p[AT.ALL_PT])
    pt1, pt2, n_jets = _rounded(p[AT.JET1_PT]), _rounded(p[AT.JET2_PT]), _rounded(p[AT.N_JETS])
    is_first = (n_jets == 1.0) & (pt1 > 0.0) & (all_pt == pt1)
    is_sum = (n_jets == 2.0) & (pt2 > 0.0) & (abs(all_pt - pt1 - pt2) < 1.5 * _UNIT)
    low, high = number & LOW_WORD, number >> np.uint64(32)
    for attempt in range(_ATTEMPTS):
        turn = np.uint64(2 * attempt << 16)  # numbers stay below 2^48
        a = philox4x32(low, high | turn, key[2], key[3], key[0], key[1])
        b = philox4x32(low, high | turn | _ODD, key[2], key[3], key[0], key[1])
        new_had, new_met = abs(_with_decimals(had, a[0])), abs(_with_decimals(met, a[1]))
        new1 = _with_decimals(pt1, a[2]) if pt1 > 0.0 else np.float32(pt1)
        new2 = _with_decimals(pt2, a[3]) if pt2 > 0.0 else np.float32(pt2)
        new_all = _with_decimals(all_pt, b[0]) if all_pt > 0.0 else np.float32(all_pt)
        if is_first:
            new_all = new1
        if is_sum:
            new_all = np.float32(np.float64(new1) + np.float64(new2))
        fits = (
            _is_rounded(new_had, had)
            & _is_rounded(new_met, met)
            & _is_rounded(new_all, all_pt)
            & _is_rounded(new1, pt1)
            & _is_rounded(new2, pt2)
            & ((new2 <= new1) | (pt2 > pt1))
        )
        if fits:
            row.had_pt, row.met, row.jet_all_pt = new_had, new_met, new_all
            row.jet_leading_pt, row.jet_subleading_pt = new1, new2
            row.met_phi_rest = _rest_of_azimuth(_thousandths(p[AT.MET_PHI]), b[1])
            break


@inlined
def _with_decimals(x: float, word: np.uint64) -> np.float32:
    return np.float32(x + ((np.float64(np.int64(word)) + 0.5) * _WIDTH - 0.5 * _UNIT))


@inlined
def _is_rounded(x: np.float32, to: float) -> bool:
    return bool(np.rint(np.float64(x) * UNITS) == np.rint(to * UNITS))


@inlined
def _rest_of_azimuth(azimuth: int, word: np.uint64) -> int:
    """The fraction of a thousandth, of random bits; of the last thousandths, what is within pi."""
    part = np.int64(word >> np.uint64(16))
    if azimuth == HALF_TURN:
        return int(part * _END) - (_HALF - 1)
    if azimuth == -HALF_TURN:
        return (_HALF - 1) - int(part * _END)
    return int(part) - _HALF if part > 0 else 1 - _HALF


@inlined
def _fill_derived(p: NDArray[np.float32], row: Any) -> None:
    """`mass_over_pt_vis`, `deltar_had_lep`, `mass_over_pt_jets`, `lep_eta_centrality`.

    Functions of the angles alone: nothing else of an event before a shift reaches what comes out.
    """
    turn = abs(_thousandths(p[AT.LEP_PHI]) - _thousandths(p[AT.HAD_PHI]))
    lep_eta = _thousandths(p[AT.LEP_ETA]) * _UNIT
    deta = lep_eta - _thousandths(p[AT.HAD_ETA]) * _UNIT
    row.mass_over_pt_vis = _mass_over_pt(deta, turn)
    dphi = min(turn * _UNIT, 2.0 * math.pi - turn * _UNIT)
    row.deltar_had_lep = math.sqrt(deta * deta + dphi * dphi)
    row.mass_over_pt_jets, row.lep_eta_centrality = 0.0, UNDEFINED
    pt1, pt2 = max(_rounded(p[AT.JET1_PT]), 0.0), _rounded(p[AT.JET2_PT])
    if pt2 > 0.0:
        turn = abs(_thousandths(p[AT.JET1_PHI]) - _thousandths(p[AT.JET2_PHI])) if pt1 > 0.0 else 0
        eta1, eta2 = (
            _thousandths(p[AT.JET1_ETA]) * _UNIT,
            _thousandths(p[AT.JET2_ETA]) * _UNIT,
        )
        row.mass_over_pt_jets = _mass_over_pt(eta1 - eta2, turn)
        width2 = EPSILON if eta1 == eta2 else (eta1 - eta2) ** 2
        row.lep_eta_centrality = math.exp(-4.0 * (lep_eta - 0.5 * (eta1 + eta2)) ** 2 / width2)


@inlined
def _mass_over_pt(deta: float, turn: int) -> float:
    """m / sqrt(pT_1 pT_2) of two massless particles; `turn` is dphi in thousandths."""
    growth = math.exp(deta)
    difference = 0.5 * (growth + 1.0 / growth) - _COSINES[turn]
    return math.sqrt(2.0 * max(difference, 0.0))


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
