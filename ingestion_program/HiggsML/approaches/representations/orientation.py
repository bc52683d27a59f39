"""Events turned and mirrored, so that those that differ in nothing else look the same.

Collisions have an axis (the beams) and no direction around it, and proton beams are alike: an event
may be rotated about the axis, mirrored at a plane through it, and have its ends exchanged. All
masses, and all other derived features, stay as they are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...schema import FEATURES
from .vectors import find_vectors, is_absent, table_of

__all__ = ["orient"]

_LARGEST = float(np.float32(np.pi))
"""The angle pi in float32, which is a little more."""


def orient(x: Any, columns: Sequence[str] = FEATURES) -> NDArray[Any]:
    """Events whose lepton lies at phi = 0 and eta >= 0, and whose tau at phi >= 0.

    Three steps: phi becomes phi - phi_lepton, within -pi and pi; if the tau is then at phi < 0, all
    phi change their sign; if the lepton is at eta < 0, all eta do. What is absent stays absent, and
    the other columns as they are. Source: the preparation of SuperTML for the data of 2014 (G.
    Strong, github.com/GilesStrong/SuperTML_HiggsML_Test).

    Args:
        x: (n, d), events; they are not changed.
        columns: names of the columns, of either challenge.

    Raises:
        DataError: columns are missing.
    """
    table, vectors = table_of(x, columns), find_vectors(columns)
    oriented = table.copy(order="K")
    at = {vector.kind: vector for vector in vectors}  # of the two jets one: not asked for
    phi_lepton = table[:, at["lepton"].phi].astype(np.float64)
    mirrored = _within_pi(table[:, at["tau"].phi] - phi_lepton) < 0.0
    eta = at["lepton"].eta
    exchanged = np.zeros(len(table), dtype=bool) if eta is None else table[:, eta] < 0.0
    for vector in vectors:
        present = ~is_absent(table[:, vector.pt])
        phi = _within_pi(table[:, vector.phi] - phi_lepton)
        phi = np.where(mirrored & (vector.kind != "lepton"), -phi, phi)
        np.copyto(oriented[:, vector.phi], phi, where=present, casting="same_kind")
        if vector.eta is not None:
            np.negative(
                table[:, vector.eta], out=oriented[:, vector.eta], where=present & exchanged
            )
    return oriented


def _within_pi(angles: Array) -> Array:
    turns = np.where(np.abs(angles) > _LARGEST, np.rint(angles / (2.0 * np.pi)), 0.0)
    return angles - 2.0 * np.pi * turns
