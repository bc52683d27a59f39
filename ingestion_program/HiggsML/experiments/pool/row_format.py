"""How an event lies in a packed pool: 64 bytes, one cache line.

Momenta are float32. Angles and pseudorapidities are whole thousandths (the public file has three
decimals), so that an azimuth is an index into a table of cosines and sines; that of the missing
momentum, which shifts change, has a fraction of a thousandth beside it. What two derived features
and the masses make of the angles, which do not change under the shifts, is kept with the event.
"""

import math

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...schema import DECIMALS, PRI_COLUMNS, UNDEFINED

__all__ = ["ABSENT", "FRACTIONS", "HALF_TURN", "ROW", "UNITS", "azimuth_table", "primaries_of"]


UNITS = 10**DECIMALS
"""Angles are stored in units of 1/UNITS rad."""

FRACTIONS = 1 << 16
"""`met_phi_rest` is stored in units of 1/(UNITS FRACTIONS) rad."""

HALF_TURN = math.ceil(math.pi * UNITS)
"""Largest stored azimuth; azimuths are stored as an index, with phi = -HALF_TURN at 0."""

ABSENT = 2 * HALF_TURN + 1
"""Index of the azimuth of a jet that is absent; its cosine and sine are 0."""

_MOMENTA = ("lep_pt", "had_pt", "jet_leading_pt", "jet_subleading_pt", "jet_all_pt", "met")
_DERIVED = ("mass_over_pt_vis", "mass_over_pt_jets", "deltar_had_lep", "lep_eta_centrality")
_ETAS = ("lep_eta", "had_eta", "jet_leading_eta", "jet_subleading_eta")
_AZIMUTHS = ("lep_phi", "had_phi", "jet_leading_phi", "jet_subleading_phi", "met_phi")

ROW = np.dtype(
    [(name, np.float32) for name in (*_MOMENTA, *_DERIVED)]
    + [(name, np.int16) for name in (*_ETAS, *_AZIMUTHS, "n_jets", "met_phi_rest", "unused")],
    align=True,
)
"""One event. pT in GeV; etas and azimuths see `UNITS`; masses divided by sqrt(pT_1 pT_2)."""


def primaries_of(rows: NDArray[np.void]) -> dict[str, Array]:
    """The sixteen primary features of packed events, with all the decimals that a row keeps."""
    columns = {}
    for column in PRI_COLUMNS:
        values = rows[column.removeprefix("PRI_")].astype(np.float64)
        if column.endswith("eta"):
            values = values / UNITS
        elif column.endswith("phi"):
            values = np.where(values == ABSENT, UNDEFINED, (values - HALF_TURN) / UNITS)
        if column != "PRI_met_phi" and not column.endswith("pt"):
            values = values.astype(np.float32).astype(np.float64)  # as in a file
        columns[column] = values
    columns["PRI_met_phi"] += rows["met_phi_rest"] / (UNITS * FRACTIONS)
    return columns


def azimuth_table() -> Array:
    """(2 HALF_TURN + 2, 2): cosine and sine of each stored azimuth; zeros for `ABSENT`."""
    table = np.zeros((ABSENT + 1, 2))
    for index in range(ABSENT):
        phi = (index - HALF_TURN) / UNITS
        table[index] = math.cos(phi), math.sin(phi)
    return table
