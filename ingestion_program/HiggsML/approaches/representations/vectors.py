"""The momenta among the columns of a table of events, in the names of both challenges.

The tables of this challenge call the hadronic tau `PRI_had` and what is absent -25, those of 2014
call it `PRI_tau` and what is absent -999. A momentum is three columns (pt, eta, phi), the missing
one two (its pT and phi).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array, Mask
from ...errors import DataError
from ...schema import UNDEFINED

__all__ = ["ABSENT", "KINDS", "Vector", "event_momenta", "find_vectors", "is_absent", "table_of"]

ABSENT = (UNDEFINED, -999.0)
"""What stands for what an event does not have: in this challenge, and in that of 2014."""

KINDS = ("lepton", "tau", "met", "jet")

_PREFIXES = {
    "PRI_lep": "lepton",
    "PRI_had": "tau",
    "PRI_tau": "tau",
    "PRI_met": "met",
    "PRI_jet_leading": "jet",
    "PRI_jet_subleading": "jet",
}


@dataclass(frozen=True)
class Vector:
    """Where the momentum of an object stands in a table.

    Attributes:
        name: what its columns begin with.
        kind: one of `KINDS`.
        pt: position of the column of pT, GeV.
        phi: position of the column of the azimuthal angle, rad.
        eta: position of the column of the pseudorapidity; None for missing momentum.
    """

    name: str
    kind: str
    pt: int
    phi: int
    eta: int | None


def find_vectors(columns: Sequence[str]) -> tuple[Vector, ...]:
    """The momenta among columns: lepton, tau, missing momentum, leading and subleading jet.

    Raises:
        DataError: lepton, tau or missing momentum are not there.

    >>> [v.name for v in find_vectors(["PRI_met", "PRI_met_phi"] + [
    ...     f"PRI_{who}_{what}" for who in ("tau", "lep") for what in ("pt", "eta", "phi")])]
    ['PRI_lep', 'PRI_tau', 'PRI_met']
    """
    at = {name: i for i, name in enumerate(columns)}
    found = []
    for prefix, kind in _PREFIXES.items():
        names = [f"{prefix}_pt", f"{prefix}_phi", f"{prefix}_eta"]
        if kind == "met":
            names = [prefix, f"{prefix}_phi"]
        if all(name in at for name in names):
            pt, phi, *eta = (at[name] for name in names)
            found.append(Vector(prefix, kind, pt, phi, eta[0] if eta else None))
    if missing := [kind for kind in KINDS[:3] if kind not in {v.kind for v in found}]:
        raise DataError(
            f"no columns of the momentum of {', '.join(missing)}.",
            where="columns",
            value=list(columns),
            fix="name them as in schema.FEATURES, or as in the tables of 2014.",
        )
    return tuple(found)


def table_of(x: Any, columns: Sequence[str]) -> NDArray[Any]:
    """Events as an array of the type of floating-point number that they came in.

    Raises:
        DataError: another number of columns.
    """
    table = np.asarray(x)
    if table.ndim != 2 or table.shape[1] != len(columns):
        raise DataError(
            f"{len(columns)} columns are needed.",
            where="events",
            value=f"shape {table.shape}",
            fix="give the names of the columns with the table.",
        )
    return table if table.dtype.kind == "f" else table.astype(np.float64)


def is_absent(values: NDArray[Any]) -> Mask:
    """Which transverse momenta are none, for the event does not have the object: -25, or -999."""
    return np.asarray(np.isin(values, ABSENT))


def event_momenta(x: Any, columns: Sequence[str]) -> tuple[Array, Array, Array]:
    """pT, eta and phi of the objects of each event, (n, m) each, in the order of `find_vectors`.

    Those of an absent object are NaN; missing momentum has eta = 0.

    Args:
        x: (n, d) events; energies in GeV, angles in rad.
        columns: names of the d columns.

    Raises:
        DataError: columns are missing.
    """
    table, vectors = table_of(x, columns), find_vectors(columns)
    pt, eta, phi = np.zeros((3, len(table), len(vectors)))
    for i, vector in enumerate(vectors):
        pt[:, i], phi[:, i] = table[:, vector.pt], table[:, vector.phi]
        if vector.eta is not None:
            eta[:, i] = table[:, vector.eta]
    absent = is_absent(pt)
    for values in (pt, eta, phi):
        values[absent] = np.nan
    return pt, eta, phi
