"""What approaches see of an event, where it is not a table of all features.

Each function takes all features (n, 28) and the rows that are wanted, as a `Measurement` asks for
its `inputs`.
"""

import numpy as np

from ..arrays import Floats, Positions
from ..columns import POSITION
from .representations import event_objects, orient

__all__ = ["CUT_OBSERVABLES", "cut_observables", "event_sets"]

CUT_OBSERVABLES = (
    "DER_mass_vis",
    "DER_mass_transverse_met_lep",
    "DER_pt_h",
    "DER_deltaeta_jet_jet",
    "DER_mass_jet_jet",
)
"""Observables that a physicist would cut on: masses, and the two jets of boson fusion."""


def cut_observables(features: Floats, rows: Positions) -> Floats:
    """The columns `CUT_OBSERVABLES`, (m, 5); what is undefined stays -25."""
    return np.stack([features[:, POSITION[name]][rows] for name in CUT_OBSERVABLES], axis=1)


def event_sets(features: Floats, rows: Positions) -> Floats:
    """The objects of oriented events, (m, 5, 8), see `event_objects`."""
    return event_objects(orient(features[rows]))
