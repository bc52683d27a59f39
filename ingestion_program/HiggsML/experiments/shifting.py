"""Shift, cut and derive drawn events: `HiggsML.systematics` and `.derived_quantities`, compiled.

What is fast here, and exact:

* the azimuths of a pool have three decimals, so that cosines and sines come from a table;
* a mass is the root of the product of two pTs times a function of the angles, which is packed with
  the event; so are the features that do not change;
* the centrality of the missing momentum is a ratio of cross products, and needs no angle;
* the direction of the rounded azimuth is the true one, turned by the rounding (below 5e-4 rad);
* one arc tangent an event remains.

What comes out is a function of the shifted and rounded primary features: no other digit of a pT
before the shift reaches it.

Events pass in blocks through a scratch that stays in the processor's cache: quantity Q of event i
of the block lies at `scratch[Q + i]`. The loops over a scratch are what the compiler vectorises.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array, Floats, Shorts, Words
from ..columns import Columns
from ..definitions.features import EPSILON
from ..numerics.compiled import compiled, inlined
from ..numerics.elementary import azimuth, normal_pair, rounded
from ..numerics.instructions import LINE, prefetch, stream_line
from ..numerics.philox import LOW_WORD, philox4x32
from ..schema import FEATURES, JET_PT_MIN, UNDEFINED
from .pool.row_format import FRACTIONS, HALF_TURN, UNITS

__all__ = ["BLOCK", "fill_features", "fill_soft_momentum"]

BLOCK = 512
"""Events of a block."""

_LANE = BLOCK + 16
"""From one quantity to the next in a scratch; not a power of two, which would map all of them to
the same few lines of the cache."""

AT = Columns(*range(0, len(FEATURES) * _LANE, _LANE))
"""Where a feature lies in the float32 scratch."""

# Where a quantity lies in the float64 scratch: unit vectors in the transverse plane, and the
# momenta that the derived features are computed from (GeV, 0 for an absent jet).
(
    LEP_X, LEP_Y, HAD_X, HAD_Y, JET1_X, JET1_Y, JET2_X, JET2_Y, MET_X, MET_Y,
    LEP, HAD, JET1, JET2, ALL, MISSING, SOFT_X, SOFT_Y, _END_OF_DOUBLES,
) = range(0, 19 * _LANE, _LANE)  # fmt: skip

# Where an integer of the row lies in the int16 scratch.
(
    I_LEP_ETA, I_HAD_ETA, I_JET1_ETA, I_JET2_ETA,
    I_LEP_PHI, I_HAD_PHI, I_JET1_PHI, I_JET2_PHI, I_MET_REST, I_N_JETS, _END_OF_SHORTS,
) = range(0, 11 * _LANE, _LANE)  # fmt: skip

_AHEAD = 32
"""How many events ahead rows are asked for: what memory needs to answer."""

_UNIT = 1.0 / UNITS
_REST = _UNIT / FRACTIONS
_HALF_BLOCK = BLOCK // 2


@compiled
def fill_features(
    rows: NDArray[np.void], index: NDArray[np.uint32], first: int, last: int,
    tes: float, jes: float, soft_met: float, key: Words, table: Array, out: Floats,
) -> None:  # fmt: skip
    """Shift, cut and derive the events `rows[index[first:last]]` into columns of `out`.

    Args:
        rows: a pool, of type `ROW`.
        index: of rows that pass the cuts on tau and lepton at this tes.
        first: a multiple of `BLOCK`.
        last: a multiple of `BLOCK`, or the number of events.
        tes: tau energy scale.
        jes: jet energy scale.
        soft_met: width of each component of the soft momentum, GeV.
        key: key of the stream of soft momenta: four 32-bit words.
        table: of `azimuth_table`.
        out: flat, the 28 features of all events one after another; `first` to `last` are filled.
    """
    f = np.empty(len(FEATURES) * _LANE, np.float32)
    s = np.zeros(_END_OF_DOUBLES, np.float64)
    c = np.empty(_END_OF_SHORTS, np.int16)
    words = np.empty(2 * BLOCK, np.uint64)
    for start in range(first, last, BLOCK):
        count = min(BLOCK, last - start)
        _gather(rows, index, start, count, table, f, s, c)
        if soft_met > 0.0:
            _soft(key, start // BLOCK, soft_met, words, s)
        _shift_missing_momentum(count, tes, jes, f, s, c)
        _shift_and_cut_visible(count, tes, jes, f, s, c)
        _derive(count, f, s, c)
        for column in range(len(FEATURES)):
            _write(column, start, count, f, out)


@compiled
def fill_soft_momentum(soft_met: float, key: Words, soft: Array) -> None:
    """The soft momentum (GeV) that `fill_features` adds to event i, as `soft[:, i]`."""
    s = np.empty(_END_OF_DOUBLES, np.float64)
    words = np.empty(2 * BLOCK, np.uint64)
    for start in range(0, soft.shape[1], BLOCK):
        _soft(key, start // BLOCK, soft_met, words, s)
        for i in range(min(BLOCK, soft.shape[1] - start)):
            soft[0, start + i], soft[1, start + i] = s[SOFT_X + i], s[SOFT_Y + i]


@inlined
def _gather(
    rows: NDArray[np.void], index: NDArray[np.uint32], start: int, count: int, table: Array,
    f: Floats, s: Array, c: Shorts,
) -> None:  # fmt: skip
    """Spread the rows of a block over the scratch."""
    for i in range(count):
        prefetch(rows, np.int64(index[min(start + i + _AHEAD, len(index) - 1)]))
        e: Any = rows[index[start + i]]
        f[AT.LEP_PT + i], f[AT.HAD_PT + i] = e.lep_pt, e.had_pt
        f[AT.JET1_PT + i], f[AT.JET2_PT + i] = e.jet_leading_pt, e.jet_subleading_pt
        f[AT.ALL_PT + i], f[AT.MET + i] = e.jet_all_pt, e.met
        f[AT.MASS_VIS + i], f[AT.MASS_JJ + i] = e.mass_over_pt_vis, e.mass_over_pt_jets
        f[AT.DELTAR + i], f[AT.ETA_CENTRALITY + i] = e.deltar_had_lep, e.lep_eta_centrality
        c[I_LEP_ETA + i], c[I_LEP_PHI + i] = e.lep_eta, e.lep_phi
        c[I_HAD_ETA + i], c[I_HAD_PHI + i] = e.had_eta, e.had_phi
        c[I_JET1_ETA + i], c[I_JET1_PHI + i] = e.jet_leading_eta, e.jet_leading_phi
        c[I_JET2_ETA + i], c[I_JET2_PHI + i] = e.jet_subleading_eta, e.jet_subleading_phi
        c[I_MET_REST + i], c[I_N_JETS + i] = e.met_phi_rest, e.n_jets
        s[LEP_X + i], s[LEP_Y + i] = table[e.lep_phi, 0], table[e.lep_phi, 1]
        s[HAD_X + i], s[HAD_Y + i] = table[e.had_phi, 0], table[e.had_phi, 1]
        s[MET_X + i], s[MET_Y + i] = table[e.met_phi, 0], table[e.met_phi, 1]
        phi1, phi2 = e.jet_leading_phi, e.jet_subleading_phi
        s[JET1_X + i], s[JET1_Y + i] = table[phi1, 0], table[phi1, 1]
        s[JET2_X + i], s[JET2_Y + i] = table[phi2, 0], table[phi2, 1]


@inlined
def _write(column: int, start: int, count: int, f: Floats, out: Floats) -> None:
    """Write a feature of a block to its place in the output, whole cache lines where possible."""
    first = column * (len(out) // len(FEATURES)) + start
    last = first + count
    source = column * _LANE - first
    begin = min(first + (-(out.ctypes.data // 4) - first) % LINE, last)
    end = begin + (last - begin) // LINE * LINE
    for i in range(first, begin):
        out[i] = f[source + i]
    for i in range(begin, end, LINE):
        stream_line(out, i, f, source + i)
    for i in range(end, last):
        out[i] = f[source + i]


@inlined
def _soft(key: Words, block: int, soft_met: float, words: Words, s: Array) -> None:
    """Draw the soft momenta of a block.

    Counter n gives event n of the first half of a block and its fellow in the second half, where
    n counts the events of first halves through all blocks. The other half of the counter takes
    what does not fit into the key.
    """
    k0, k1, k2, k3 = key[0], key[1], key[2], key[3]
    for i in range(_HALF_BLOCK):
        counter = np.uint64(block * _HALF_BLOCK + i)
        w = philox4x32(counter & LOW_WORD, counter >> np.uint64(32), k2, k3, k0, k1)
        words[i], words[BLOCK + i] = w[0], w[1]
        words[_HALF_BLOCK + i], words[BLOCK + _HALF_BLOCK + i] = w[2], w[3]
    for i in range(BLOCK):
        x, y = normal_pair(np.int64(words[i]), np.int64(words[BLOCK + i]))
        s[SOFT_X + i], s[SOFT_Y + i] = soft_met * x, soft_met * y


@inlined
def _turned(x: float, y: float, delta: float) -> tuple[float, float]:
    """A unit vector turned by an angle below 1e-3 (to 1e-13)."""
    square = delta * delta
    cosine, sine = 1.0 - 0.5 * square, delta * (1.0 - square * (1.0 / 6.0))
    return x * cosine - y * sine, y * cosine + x * sine


@inlined
def _as_stored(x: float, y: float, index: int) -> tuple[float, float]:
    """From the direction of an azimuth of three decimals to that of its float32.

    The definition starts from float32 values; this makes the difference to the last decimal.
    """
    phi = (np.float64(index) - HALF_TURN) * _UNIT
    return _turned(x, y, np.float64(np.float32(phi)) - phi)


@inlined
def _shift_missing_momentum(
    count: int, tes: float, jes: float, f: Floats, s: Array, c: Shorts
) -> None:
    """Shift the missing momentum, round its length and azimuth; keep the rounded direction."""
    for i in range(count):
        met = np.float64(f[AT.MET + i])
        had = (1.0 - tes) * np.float64(f[AT.HAD_PT + i])
        pt1 = (1.0 - jes) * max(np.float64(f[AT.JET1_PT + i]), 0.0)
        pt2 = (1.0 - jes) * max(np.float64(f[AT.JET2_PT + i]), 0.0)
        met_x, met_y = _turned(s[MET_X + i], s[MET_Y + i], c[I_MET_REST + i] * _REST)
        had_x, had_y = _as_stored(s[HAD_X + i], s[HAD_Y + i], c[I_HAD_PHI + i])
        x1, y1 = _as_stored(s[JET1_X + i], s[JET1_Y + i], c[I_JET1_PHI + i])
        x2, y2 = _as_stored(s[JET2_X + i], s[JET2_Y + i], c[I_JET2_PHI + i])
        x = met * met_x + had * had_x + pt1 * x1 + pt2 * x2 + s[SOFT_X + i]
        y = met * met_y + had * had_y + pt1 * y1 + pt2 * y2 + s[SOFT_Y + i]
        length, phi = np.sqrt(x * x + y * y), azimuth(y, x)
        inverse = 1.0 / length if length > 0.0 else 0.0
        unit_x = x * inverse if length > 0.0 else 1.0
        phi_rounded = rounded(phi)
        s[MET_X + i], s[MET_Y + i] = _turned(unit_x, y * inverse, phi_rounded - phi)
        s[MISSING + i] = rounded(length)
        f[AT.MET_PHI + i] = phi_rounded


@inlined
def _shift_and_cut_visible(
    count: int, tes: float, jes: float, f: Floats, s: Array, c: Shorts
) -> None:
    """Shift tau and jets, take out the jets below threshold, fill the primary features."""
    for i in range(count):
        lep, had = np.float64(f[AT.LEP_PT + i]), rounded(np.float64(f[AT.HAD_PT + i]) * tes)
        f[AT.MASS_VIS + i] = np.float64(f[AT.MASS_VIS + i]) * np.sqrt(lep * had)
        s[LEP + i], s[HAD + i] = lep, had
        f[AT.LEP_PT + i], f[AT.HAD_PT + i], f[AT.MET + i] = lep, had, s[MISSING + i]
    for i in range(count):
        before1, before2 = np.float64(f[AT.JET1_PT + i]), np.float64(f[AT.JET2_PT + i])
        pt1, pt2 = rounded(before1 * jes), rounded(before2 * jes)
        all_pt, n_jets = rounded(np.float64(f[AT.ALL_PT + i]) * jes), np.float64(c[I_N_JETS + i])
        lost1 = (before1 > 0.0) & (pt1 <= JET_PT_MIN)
        lost2 = (before2 > 0.0) & ((pt2 <= JET_PT_MIN) | lost1)
        without2 = pt1 if n_jets > 2.0 else all_pt - pt2
        all_pt = 0.0 if lost1 else (without2 if lost2 else all_pt)
        f[AT.N_JETS + i] = 0.0 if lost1 else (1.0 if lost2 else n_jets)
        f[AT.ALL_PT + i], s[ALL + i] = all_pt, all_pt
        s[JET1 + i] = pt1 if (before1 > 0.0) & (not lost1) else 0.0
        s[JET2 + i] = pt2 if (before2 > 0.0) & (not lost2) else 0.0
        f[AT.JET1_PT + i] = UNDEFINED if lost1 else (pt1 if before1 > 0.0 else before1)
        f[AT.JET2_PT + i] = UNDEFINED if lost2 else (pt2 if before2 > 0.0 else before2)
        product = s[JET1 + i] * s[JET2 + i]
        f[AT.MASS_JJ + i] = np.float64(f[AT.MASS_JJ + i]) * np.sqrt(product)


@inlined
def _derive(count: int, f: Floats, s: Array, c: Shorts) -> None:
    """Fill what is left: angles, and the derived features that need more than a factor."""
    for i in range(count):
        f[AT.LEP_ETA + i], f[AT.HAD_ETA + i] = c[I_LEP_ETA + i] * _UNIT, c[I_HAD_ETA + i] * _UNIT
        f[AT.LEP_PHI + i] = (c[I_LEP_PHI + i] - HALF_TURN) * _UNIT
        f[AT.HAD_PHI + i] = (c[I_HAD_PHI + i] - HALF_TURN) * _UNIT
        f[AT.SUM_PT + i] = s[HAD + i] + s[LEP + i] + s[ALL + i]
        f[AT.PT_RATIO + i] = s[LEP + i] / s[HAD + i]
    for i in range(count):
        one, two = s[JET1 + i] > 0.0, s[JET2 + i] > 0.0
        eta1, eta2 = c[I_JET1_ETA + i] * _UNIT, c[I_JET2_ETA + i] * _UNIT
        f[AT.JET1_ETA + i] = eta1 if one else UNDEFINED
        f[AT.JET2_ETA + i] = eta2 if two else UNDEFINED
        f[AT.JET1_PHI + i] = (c[I_JET1_PHI + i] - HALF_TURN) * _UNIT if one else UNDEFINED
        f[AT.JET2_PHI + i] = (c[I_JET2_PHI + i] - HALF_TURN) * _UNIT if two else UNDEFINED
        f[AT.DELTAETA_JJ + i] = abs(eta2 - eta1) if two else UNDEFINED
        f[AT.PRODETA_JJ + i] = eta1 * eta2 if two else UNDEFINED
        f[AT.MASS_JJ + i] = f[AT.MASS_JJ + i] if two else UNDEFINED
        f[AT.ETA_CENTRALITY + i] = f[AT.ETA_CENTRALITY + i] if two else UNDEFINED
    for i in range(count):
        met_x, met_y = s[MISSING + i] * s[MET_X + i], s[MISSING + i] * s[MET_Y + i]
        lep_x, lep_y = s[LEP + i] * s[LEP_X + i], s[LEP + i] * s[LEP_Y + i]
        x = s[HAD + i] * s[HAD_X + i] + lep_x + met_x
        y = s[HAD + i] * s[HAD_Y + i] + lep_y + met_y
        f[AT.PT_H + i] = np.sqrt(x * x + y * y)
        x = x + s[JET1 + i] * s[JET1_X + i] + s[JET2 + i] * s[JET2_X + i]
        y = y + s[JET1 + i] * s[JET1_Y + i] + s[JET2 + i] * s[JET2_Y + i]
        f[AT.PT_TOT + i] = np.sqrt(x * x + y * y)
        square = 2.0 * (s[MISSING + i] * s[LEP + i] - met_x * lep_x - met_y * lep_y)
        f[AT.MASS_TRANSVERSE + i] = np.sqrt(max(square, 0.0))
    for i in range(count):
        parallel = c[I_LEP_PHI + i] == c[I_HAD_PHI + i]
        lep_x, lep_y = _turned(s[LEP_X + i], s[LEP_Y + i], EPSILON if parallel else 0.0)
        had_x, had_y, met_x, met_y = s[HAD_X + i], s[HAD_Y + i], s[MET_X + i], s[MET_Y + i]
        a, b = lep_x * met_y - lep_y * met_x, met_x * had_y - met_y * had_x
        centrality = (a + b) / np.sqrt(a * a + b * b)
        side = lep_x * had_y - lep_y * had_x
        f[AT.MET_CENTRALITY + i] = -centrality if side < 0.0 else centrality
