"""An event as a set of objects: lepton, tau, missing momentum and up to two jets."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import Floats, Mask
from ...schema import FEATURES
from .vectors import KINDS, event_momenta, find_vectors

__all__ = ["OBJECT_FEATURES", "event_objects", "is_present"]

OBJECT_FEATURES = (*(f"is_{kind}" for kind in KINDS), "log_pt", "eta", "cos_phi", "sin_phi")
"""What is known of each object; exactly one of the first four is 1."""

_UNIT, _LEAST = 50.0, 1.0  # GeV


def event_objects(x: Any, columns: Sequence[str] = FEATURES) -> Floats:
    """The objects of each event, float32 (n, 5, 8), features in the order of `OBJECT_FEATURES`.

    The transverse momentum is ln(max(pT, 1 GeV) / 50 GeV); missing momentum has eta = 0. An absent
    object is a row of zeros (`is_present`). Angles are those of the table: `orient` it first for
    sets that do not depend on the event's rotation.

    Args:
        x: (n, d), events.
        columns: names of the columns, of either challenge.

    Raises:
        DataError: columns are missing.
    """
    pt, eta, phi = event_momenta(x, columns)
    kinds = [KINDS.index(vector.kind) for vector in find_vectors(columns)]
    objects = np.zeros((*pt.shape, len(OBJECT_FEATURES)), dtype=np.float32)
    objects[:, np.arange(len(kinds)), kinds] = 1.0
    first = len(KINDS)
    objects[:, :, first] = np.log(np.maximum(pt, _LEAST) / _UNIT)
    objects[:, :, first + 1] = eta
    objects[:, :, first + 2], objects[:, :, first + 3] = np.cos(phi), np.sin(phi)
    objects[np.isnan(pt)] = 0.0
    return objects


def is_present(objects: Floats) -> Mask:
    """Which of the objects of each event are there, (n, m).

    Args:
        objects: (n, m, 8), as `event_objects` makes them.
    """
    return np.asarray(objects[..., : len(KINDS)].any(axis=-1))
