"""The table that classifiers see: one row for each event that passed, whatever its lists hold.

Lists have no fixed length, so that each of their fields enters by its least, greatest and mean
value, its sum and standard deviation; an empty list gives zeros. Azimuthal angles are relative to
that of the hardest photon: no event is another one turned.
"""

from collections.abc import Mapping

import numpy as np

from HiggsML.approaches.representations import AGGREGATES, aggregate
from HiggsML.arrays import Array, Floats

from .mini_trees import GEV, Events
from .selection import hardest_two, pair_mass

__all__ = ["BRANCHES", "COLUMNS", "INPUTS", "INPUTS_WITHOUT_JETS", "MASS", "event_table"]

MASS = "m_yy"
_ANGLES = ("pt", "phi", "E", "theta")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "photon": (*_ANGLES, "ptcone30", "etcone20"),
    "lep": (*_ANGLES, "charge", "z0"),
    "tau": (*_ANGLES, "charge"),
    "jet": (*_ANGLES, "MV2c10"),
    "largeRjet": _ANGLES,
}
"""What is aggregated of each list."""

_MOMENTA = {"pt", "E", "ptcone30", "etcone20"}  # in MeV

_EVENT = ("met", "met_phi", "pt_yy")
_PHOTONS = ("leading_pt", "leading_eta", "subleading_pt", "subleading_eta")
_PAIR = ("m_jj", "delta_eta_jj")


def _list_columns(name: str) -> tuple[str, ...]:
    return (f"{name}_n", *(f"{name}_{f}_{how}" for f in _FIELDS[name] for how in AGGREGATES))


_JETS = (*_list_columns("jet"), *_list_columns("largeRjet"), *_PAIR)
_PARTICLES = tuple(c for name in ("photon", "lep", "tau") for c in _list_columns(name))
_OTHERS = (*_EVENT, *_PHOTONS, *_PARTICLES)

BRANCHES = (
    *("met_et", "met_phi"),
    *(f"{name}_{field}" for name in _FIELDS for field in ("n", "eta")),
    *(f"{name}_{f}" for name, fields in _FIELDS.items() for f in fields if f != "theta"),
)
"""Of the tree, from which the table is made."""

INPUTS = (*_OTHERS, *_JETS)
"""What a classifier sees: not the mass, whose peak is at the same place for all modes."""
INPUTS_WITHOUT_JETS = _OTHERS
COLUMNS = (MASS, *INPUTS)


def event_table(events: Events) -> Floats:
    """One row for each event, columns in the order of `COLUMNS`; GeV and rad.

    Args:
        events: those that passed a selection with two photons.
    """
    axis = hardest_two(events, "photon", "phi")[:, 0]
    columns = _events_and_photons(events, axis)
    for name in _FIELDS:
        columns |= _aggregated(events, name, axis)
    columns |= _two_jets(events)
    table = np.empty((len(events), len(COLUMNS)), dtype=np.float32)
    for place, column in enumerate(COLUMNS):
        table[:, place] = columns[column]
    return table


def _events_and_photons(events: Events, axis: Array) -> dict[str, Array]:
    """Missing momentum, the two photons, and what they make together."""
    pt, eta, phi = (hardest_two(events, "photon", field) for field in ("pt", "eta", "phi"))
    pt *= GEV
    pt_yy = np.abs((pt * np.exp(1j * phi)).sum(axis=1))
    columns = {MASS: pair_mass(events, "photon"), "met": GEV * events["met_et"], "pt_yy": pt_yy}
    columns["met_phi"] = _turned(events["met_phi"], axis)
    for k, which in enumerate(("leading", "subleading")):
        columns |= {f"{which}_pt": pt[:, k], f"{which}_eta": eta[:, k]}
    return columns


def _aggregated(events: Events, name: str, axis: Array) -> dict[str, Array]:
    """Length and aggregates of one list."""
    counts = events[f"{name}_n"]
    values = np.stack([_flat(events, name, field) for field in _FIELDS[name]], axis=1)
    phi = _FIELDS[name].index("phi")
    values[:, phi] = _turned(values[:, phi], np.repeat(axis, counts))
    found = aggregate(values, counts).reshape(len(events), -1)
    labels = [f"{name}_{field}_{how}" for field in _FIELDS[name] for how in AGGREGATES]
    return {f"{name}_n": counts} | dict(zip(labels, found.T, strict=True))


def _flat(events: Events, name: str, field: str) -> Array:
    """The values of all lists, one after another; GeV."""
    import awkward as ak

    if field == "theta":
        angles: Array = 2.0 * np.arctan(np.exp(-_flat(events, name, "eta")))
        return angles
    values: Array = ak.to_numpy(ak.flatten(events[f"{name}_{field}"])).astype(np.float64)
    return GEV * values if field in _MOMENTA else values


def _two_jets(events: Events) -> dict[str, Array]:
    """Mass and distance of the two hardest jets; zeros where there are fewer."""
    eta = hardest_two(events, "jet", "eta")
    values = (pair_mass(events, "jet"), np.abs(eta[:, 0] - eta[:, 1]))
    return {name: np.nan_to_num(value) for name, value in zip(_PAIR, values, strict=True)}


def _turned(phi: Array, axis: Array) -> Array:
    """Azimuthal angles from an axis, in [-pi, pi)."""
    turned: Array = (phi - axis + np.pi) % (2.0 * np.pi) - np.pi
    return turned
