"""Inputs of a classifier: numbers of order one that do not depend on an event's rotation.

The twelve derived features and the momenta, energies on a logarithmic scale; of the azimuthal
angles only differences, for the beam axis is an axis of symmetry. Networks need nothing else to be
scaled; trees do not mind.
"""

import numpy as np

from ..arrays import Floats, Positions
from ..columns import POSITION
from ..schema import DER_COLUMNS, UNDEFINED

__all__ = ["INPUT_NAMES", "classifier_inputs", "log_energy"]

_ENERGIES = (
    *(f"PRI_{name}" for name in ("lep_pt", "had_pt", "jet_leading_pt", "jet_subleading_pt")),
    *("PRI_jet_all_pt", "PRI_met", "DER_mass_transverse_met_lep", "DER_mass_vis", "DER_pt_h"),
    *("DER_mass_jet_jet", "DER_pt_tot", "DER_sum_pt"),
)
_OTHERS = (
    *(f"PRI_{name}_eta" for name in ("lep", "had", "jet_leading", "jet_subleading")),
    "PRI_n_jets",
    *(name for name in DER_COLUMNS if name not in _ENERGIES),
)
_ANGLES = (
    ("PRI_met_phi", "PRI_lep_phi"),
    ("PRI_met_phi", "PRI_had_phi"),
    ("PRI_jet_leading_phi", "PRI_met_phi"),
    ("PRI_jet_leading_phi", "PRI_jet_subleading_phi"),
)
INPUT_NAMES = (
    *_ENERGIES,
    *_OTHERS,
    *(f"{one.removeprefix('PRI_')} - {other.removeprefix('PRI_')}" for one, other in _ANGLES),
)
"""What the inputs are made of, in their order."""

_UNIT = np.float32(50.0)  # GeV
_SCALES = {"DER_prodeta_jet_jet": np.float32(0.3), "DER_deltaeta_jet_jet": np.float32(0.5)}


def classifier_inputs(features: Floats, rows: Positions | None = None) -> Floats:
    """Inputs of a classifier, float32 (n, 27).

    Energies become ln(max(E, 1 GeV) / 50 GeV), pairs of azimuthal angles the angle between them in
    [0, pi]; what is undefined becomes 0.

    Args:
        features: (n, 28), columns in the order of `schema.FEATURES`; best column-major.
        rows: (m,) positions of the events that are wanted; None: all.
    """
    chosen = slice(None) if rows is None else rows

    def column(name: str) -> Floats:
        values: Floats = features[:, POSITION[name]][chosen]
        return values

    n_inputs = len(_ENERGIES) + len(_OTHERS) + len(_ANGLES)
    inputs = np.empty((n_inputs, len(column("PRI_met"))), dtype=np.float32)
    for out, name in zip(inputs, _ENERGIES, strict=False):
        log_energy(column(name), out)
    for out, name in zip(inputs[len(_ENERGIES) :], _OTHERS, strict=False):
        values = column(name)
        np.multiply(values, _SCALES.get(name, np.float32(1.0)), out=out)
        out *= values != UNDEFINED
    for out, (one, other) in zip(inputs[-len(_ANGLES) :], _ANGLES, strict=True):
        first, second = column(one), column(other)
        apart = np.abs(first - second)
        np.minimum(apart, np.float32(2.0 * np.pi) - apart, out=out)
        out *= (first != UNDEFINED) & (second != UNDEFINED)
    return inputs.T


def log_energy(energy: Floats, out: Floats | None = None) -> Floats:
    """ln(max(E, 1 GeV) / 50 GeV), and 0 of an undefined energy."""
    found: Floats = np.log(np.maximum(energy, np.float32(1.0)) / _UNIT, out=out)
    found *= energy != UNDEFINED
    return found
