"""Momenta in Cartesian components instead of pT, eta and phi, and back."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schema import FEATURES
from .orientation import orient
from .vectors import ABSENT, Vector, find_vectors, is_absent, table_of

__all__ = ["cartesian", "cartesian_columns", "from_cartesian", "oriented_cartesian"]

_TINY = 1e-300


def cartesian_columns(columns: Sequence[str] = FEATURES) -> tuple[str, ...]:
    """Names of the columns of `cartesian`.

    A momentum's three become `_px`, `_py` and `_pz`; missing momentum has no `_pz`, and keeps its
    transverse momentum.

    Args:
        columns: names of the features, of which triples of pT, eta and phi are replaced.

    >>> cartesian_columns()[:3], cartesian_columns()[14:17]
    (('PRI_lep_px', 'PRI_lep_py', 'PRI_lep_pz'), ('PRI_met', 'PRI_met_px', 'PRI_met_py'))
    """
    names: dict[int, tuple[str, ...]] = {}
    for vector in find_vectors(columns):
        for at, parts in _places(vector).items():
            names[at] = tuple(f"{vector.name}{part}" for part in parts)
    return tuple(new for i, old in enumerate(columns) for new in names.get(i, (old,)))


def _places(vector: Vector) -> dict[int, tuple[str, ...]]:
    """What stands in the new table in the place of each column of a momentum."""
    if vector.eta is None:
        return {vector.pt: ("",), vector.phi: ("_px", "_py")}
    return {vector.pt: ("_px",), vector.eta: ("_py",), vector.phi: ("_pz",)}


def cartesian(x: Any, columns: Sequence[str] = FEATURES) -> NDArray[Any]:
    """Events with px = pT cos(phi), py = pT sin(phi), pz = pT sinh(eta), GeV.

    The components of what is absent have the number that stands for it (-25, or -999). The other
    columns stay as they are; `cartesian_columns` has the names.

    Args:
        x: (n, d), events; they are not changed.
        columns: names of the columns, of either challenge.

    Raises:
        DataError: columns are missing.
    """
    table, vectors = table_of(x, columns), find_vectors(columns)
    new = {name: i for i, name in enumerate(cartesian_columns(columns))}
    result = np.empty((len(table), len(new)), dtype=table.dtype)
    for i, name in enumerate(columns):
        if name in new:
            result[:, new[name]] = table[:, i]
    for vector in vectors:
        pt = table[:, vector.pt].astype(np.float64)
        phi = table[:, vector.phi].astype(np.float64)
        absent = is_absent(pt)
        parts = {"_px": pt * np.cos(phi), "_py": pt * np.sin(phi)}
        if vector.eta is not None:
            parts["_pz"] = pt * np.sinh(np.where(absent, 0.0, table[:, vector.eta]))
        for part, values in parts.items():
            result[:, new[f"{vector.name}{part}"]] = np.where(absent, pt, values)
    return result


def from_cartesian(momenta: Any, columns: Sequence[str] = FEATURES) -> NDArray[Any]:
    """Events as they were before `cartesian`: pT, eta and phi (rad, between -pi and pi).

    Args:
        momenta: (n, D), what `cartesian` returned.
        columns: names of the columns before, (d,).

    Raises:
        DataError: another number of columns.
    """
    table = table_of(momenta, cartesian_columns(columns))
    old = {name: i for i, name in enumerate(cartesian_columns(columns))}
    result = np.empty((len(table), len(columns)), dtype=table.dtype)
    for i, name in enumerate(columns):
        if name in old:
            result[:, i] = table[:, old[name]]
    for vector in find_vectors(columns):
        parts = ("_px", "_py") if vector.eta is None else ("_px", "_py", "_pz")
        momentum = np.array([table[:, old[f"{vector.name}{part}"]] for part in parts], np.float64)
        x, y = momentum[:2]
        absent = np.isin(x, ABSENT) & (momentum == x).all(axis=0)
        pt = np.hypot(x, y)
        found = {vector.phi: np.arctan2(y, x)}
        if vector.eta is not None:
            found |= {vector.pt: pt, vector.eta: np.arcsinh(momentum[2] / np.maximum(pt, _TINY))}
        for place, values in found.items():
            result[:, place] = np.where(absent, x, values)
    return result


def oriented_cartesian(
    x: Any, columns: Sequence[str] = FEATURES
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Events oriented and in Cartesian components, without the lepton's py, which is 0 then.

    Of the 30 columns of the tables of 2014 that makes 30: one more for missing momentum, one less
    for the lepton.

    Args:
        x: (n, d), events; they are not changed.
        columns: names of the columns, of either challenge.

    Returns:
        The table, and the names of its columns.

    Raises:
        DataError: columns are missing.
    """
    names = cartesian_columns(columns)
    kept = [i for i, name in enumerate(names) if name != "PRI_lep_py"]
    return cartesian(orient(x, columns), columns)[:, kept], tuple(names[i] for i in kept)
