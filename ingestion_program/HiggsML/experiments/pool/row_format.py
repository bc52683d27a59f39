"""How an event lies in a packed pool: 64 bytes, one cache line.

Momenta are float32. Angles and pseudorapidities are whole thousandths (the public file has three
decimals), so that an azimuth is an index into a table of cosines and sines. Four derived features
that do not change under the shifts, or only by an exact factor, are kept with the event.
"""

import math

import numpy as np

from ...arrays import Array
from ...schema import DECIMALS

__all__ = ["ABSENT", "HALF_TURN", "ROW", "UNITS", "azimuth_table"]


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


def azimuth_table() -> Array:
    """(2 HALF_TURN + 2, 2): cosine and sine of each stored azimuth; zeros for `ABSENT`."""
    table = np.zeros((ABSENT + 1, 2))
    for index in range(ABSENT):
        phi = (index - HALF_TURN) / UNITS
        table[index] = math.cos(phi), math.sin(phi)
    return table
