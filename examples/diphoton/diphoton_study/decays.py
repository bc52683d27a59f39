"""Synthetic events at the level of partons: a Higgs boson, what is produced with it, and photons.

Not a physics generator: shapes of transverse momenta and pseudorapidities are round numbers, chosen
so that each mode shows what it is known by. Gluon fusion has a jet or two, vector-boson fusion two
jets far apart, W and Z bosons decay to quarks, leptons or neutrinos, top quarks to b quarks and W
bosons. The Higgs boson balances the transverse momentum of all others.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from HiggsML.arrays import Array

__all__ = ["Kind", "Partons", "collisions"]

M_H, M_W, M_Z, M_TOP = 125.0, 80.4, 91.2, 172.5  # GeV


class Kind:
    """Codes of what a particle is; 0 where a place in the table is empty."""

    NONE, PHOTON, ELECTRON, MUON, TAU, NEUTRINO, LIGHT, BOTTOM, FAKE = range(9)


class Partons(NamedTuple):
    """Particles of events, in places that may be empty: photons first."""

    momenta: Array
    """(n, K, 4) px, py, pz, E, GeV."""
    kinds: NDArray[np.int8]
    """(n, K) codes of `Kind`."""


_W_DECAYS = (
    (0.676, Kind.LIGHT, Kind.LIGHT),
    (0.108, Kind.ELECTRON, Kind.NEUTRINO),
    (0.108, Kind.MUON, Kind.NEUTRINO),
    (0.108, Kind.TAU, Kind.NEUTRINO),
)
_Z_DECAYS = (
    (0.548, Kind.LIGHT, Kind.LIGHT),
    (0.151, Kind.BOTTOM, Kind.BOTTOM),
    (0.200, Kind.NEUTRINO, Kind.NEUTRINO),
    (0.0337, Kind.ELECTRON, Kind.ELECTRON),
    (0.0337, Kind.MUON, Kind.MUON),
    (0.0336, Kind.TAU, Kind.TAU),
)
"""Shares of decays, and what comes out of them."""

RADIATION = {"ggF": 0.35, "VBF": 0.15, "WH": 0.25, "ZH": 0.25, "ttH": 0.35}
"""Probability of each of two further jets."""


def collisions(mode: str, n: int, rng: np.random.Generator) -> Partons:
    """`n` events of a mode.

    Args:
        mode: name of the mode.
        n: number of events.
        rng: source of randomness.
    """
    momenta, kinds = _PRODUCED[mode](n, rng)
    jets, jet_kinds = _radiation(n, RADIATION[mode], rng)
    momenta, kinds = np.concatenate([momenta, jets], 1), np.concatenate([kinds, jet_kinds], 1)
    recoil = -(momenta[..., :2] * (kinds > Kind.NONE)[..., None]).sum(axis=1)
    higgs = _with_rapidity(recoil, rng.normal(0.0, 1.0, n), M_H)
    photons = np.stack(_decayed(higgs, 0.0, rng), axis=1)
    photon_kinds = np.full((n, 2), Kind.PHOTON, dtype=np.int8)
    return Partons(
        np.concatenate([photons, momenta], axis=1), np.concatenate([photon_kinds, kinds], axis=1)
    )


def _gluon_fusion(n: int, rng: np.random.Generator) -> Partons:
    """One jet that the Higgs boson recoils against; a soft one is lost in the detector."""
    jet = _with_rapidity(_transverse(n, 28.0, 0.75, rng), rng.normal(0.0, 1.5, n), 0.0)
    return Partons(jet[:, None], np.full((n, 1), Kind.LIGHT, dtype=np.int8))


def _vector_boson_fusion(n: int, rng: np.random.Generator) -> Partons:
    """Two jets, most of them on opposite sides."""
    eta = np.abs(rng.normal(2.1, 1.0, (2, n)))
    eta[1] *= np.where(rng.random(n) < 0.9, -1.0, 1.0)
    eta *= rng.choice([-1.0, 1.0], n)
    jets = [_with_rapidity(_transverse(n, 60.0, 0.6, rng), side, 0.0) for side in eta]
    return Partons(np.stack(jets, axis=1), np.full((n, 2), Kind.LIGHT, dtype=np.int8))


def _w_boson(n: int, rng: np.random.Generator) -> Partons:
    boson = _with_rapidity(_transverse(n, 60.0, 0.7, rng), rng.normal(0.0, 1.0, n), M_W)
    return Partons(np.stack(_decayed(boson, 0.0, rng), axis=1), _kinds(n, _W_DECAYS, rng))


def _z_boson(n: int, rng: np.random.Generator) -> Partons:
    boson = _with_rapidity(_transverse(n, 60.0, 0.7, rng), rng.normal(0.0, 1.0, n), M_Z)
    return Partons(np.stack(_decayed(boson, 0.0, rng), axis=1), _kinds(n, _Z_DECAYS, rng))


def _top_pair(n: int, rng: np.random.Generator) -> Partons:
    momenta, kinds = [], []
    for _ in range(2):
        top = _with_rapidity(_transverse(n, 100.0, 0.55, rng), rng.normal(0.0, 0.8, n), M_TOP)
        boson, bottom = _decayed(top, M_W, rng)
        momenta += [bottom, *_decayed(boson, 0.0, rng)]
        kinds += [np.full((n, 1), Kind.BOTTOM, dtype=np.int8), _kinds(n, _W_DECAYS, rng)]
    return Partons(np.stack(momenta, axis=1), np.concatenate(kinds, axis=1))


_PRODUCED = {
    "ggF": _gluon_fusion,
    "VBF": _vector_boson_fusion,
    "WH": _w_boson,
    "ZH": _z_boson,
    "ttH": _top_pair,
}


def _radiation(n: int, probability: float, rng: np.random.Generator) -> Partons:
    """Two places for jets, each filled with a probability."""
    pt = 20.0 + rng.exponential(25.0, (n, 2))
    phi, eta = rng.uniform(-np.pi, np.pi, (n, 2)), rng.normal(0.0, 2.0, (n, 2))
    transverse = np.stack([pt * np.cos(phi), pt * np.sin(phi)], axis=-1)
    kinds = np.where(rng.random((n, 2)) < probability, Kind.LIGHT, Kind.NONE)
    return Partons(_with_rapidity(transverse, eta, 0.0), kinds.astype(np.int8))


def _kinds(
    n: int, decays: tuple[tuple[float, int, int], ...], rng: np.random.Generator
) -> NDArray[np.int8]:
    """What a boson decays to, (n, 2)."""
    table = np.array(decays)
    chosen = rng.choice(len(table), n, p=table[:, 0] / table[:, 0].sum())
    return table[chosen, 1:].astype(np.int8)


def _transverse(n: int, median: float, width: float, rng: np.random.Generator) -> Array:
    """Transverse momenta (n, 2) of log-normal size in any direction."""
    pt, phi = rng.lognormal(np.log(median), width, n), rng.uniform(-np.pi, np.pi, n)
    return np.stack([pt * np.cos(phi), pt * np.sin(phi)], axis=1)


def _with_rapidity(transverse: Array, rapidity: Array, mass: float) -> Array:
    """Four-momenta (..., 4) from transverse momenta (..., 2) and rapidities (...)."""
    size = np.sqrt((transverse**2).sum(axis=-1) + mass**2)
    longitudinal = np.stack([size * np.sinh(rapidity), size * np.cosh(rapidity)], axis=-1)
    return np.concatenate([transverse, longitudinal], axis=-1)


def _decayed(parent: Array, mass: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two daughters (n, 4), of this mass and of none, in any direction of the parent's frame."""
    m2 = parent[:, 3] ** 2 - (parent[:, :3] ** 2).sum(axis=1)
    m = np.sqrt(m2)
    size = (m2 - mass**2) / (2.0 * m)
    cos, phi = rng.uniform(-1.0, 1.0, len(m)), rng.uniform(-np.pi, np.pi, len(m))
    sin = np.sqrt(1.0 - cos**2)
    direction = np.stack([sin * np.cos(phi), sin * np.sin(phi), cos], axis=1)
    # The second, massless daughter is boosted from the parent's frame; the first is what is left.
    along = (direction * parent[:, :3]).sum(axis=1)
    pushed = (size / m * (1.0 - along / (parent[:, 3] + m)))[:, None] * parent[:, :3]
    energy = (size * (parent[:, 3] - along) / m)[:, None]
    second = np.concatenate([pushed - size[:, None] * direction, energy], axis=1)
    return parent - second, second
