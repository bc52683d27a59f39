"""Inputs of a classifier that physicists compute: masses, momentum fractions, angles to the Higgs.

They follow from the 27 inputs of `inputs`; a network that is given them need not find them, so that
it needs fewer events. Everything is computed in the frame where the lepton flies along x. With the
transverse momenta l of the lepton, h of the tau and m that is missing, the collinear approximation
gives both neutrinos the directions of lepton and tau,

    m = a_l l + a_h h,   m_collinear = m_vis sqrt((1 + a_l)(1 + a_h)),

(R. K. Ellis et al., Nucl. Phys. B 297 (1988) 221), and the transverse masses and the projections on
the bisector of l and h are those of the searches of CDF and CMS (e.g. CMS, JHEP 05 (2014) 104).
"""

from typing import Any, NamedTuple

import numpy as np

from ..arrays import Floats, Mask, Positions
from ..columns import AT
from .inputs import INPUT_NAMES, classifier_inputs, log_energy

__all__ = ["PHYSICS_NAMES", "physics_inputs"]

_NEW_NAMES = (
    *("collinear mass", "lepton's fraction", "tau's fraction"),
    *("transverse mass of tau", "total transverse mass", "effective transverse mass"),
    *("mass with missing momentum", "visible along bisector", "missing along bisector"),
    *("angle of Higgs to jet 1", "angle of Higgs to jet 2"),
    *("rapidity gap to jet 1", "rapidity gap to jet 2", "centrality between jets"),
    *("pt_h / sum_pt", "pt_tot / sum_pt", "pt of two jets"),
    *("mass with jet 1", "mass with both jets", "decay angle", "share of jet 1"),
    *("pt of further jets", "visible pt", "significance of missing momentum", "side of lepton"),
)
PHYSICS_NAMES = INPUT_NAMES + _NEW_NAMES
"""What the inputs are made of, in their order."""

_SIDED = [k for k, name in enumerate(INPUT_NAMES) if name.endswith("_eta") and name[:3] == "PRI"]
_BLOCK = 4_096  # events whose inputs, and what they are made of, stay in the cache
_LEAST_SINE = np.float32(0.5)  # GeV across the lepton: nearer to a line the equations have no root
_FRACTIONS = (np.float32(-1.0), np.float32(9.0))  # of a_l and a_h; outside is no tau


class _Momentum(NamedTuple):
    """Transverse momentum (its size, then along and across the lepton), pz and energy, GeV."""

    pt: Floats
    x: Floats
    y: Floats
    z: Any
    energy: Floats

    def __add__(self, other: Any) -> "_Momentum":
        x, y = self.x + other.x, self.y + other.y
        pt = np.sqrt(x * x + y * y)
        return _Momentum(pt, x, y, self.z + other.z, self.energy + other.energy)

    @property
    def mass(self) -> Floats:
        """Invariant mass, GeV; a radicand that rounds below 0 counts as 0."""
        return _root(self.energy**2 - self.x**2 - self.y**2 - self.z**2)


def physics_inputs(features: Floats, rows: Positions | None = None) -> Floats:
    """The inputs of `classifier_inputs` and 25 more, float32 (n, 52).

    Energies are logarithmic as there, and what needs a jet that an event does not have is 0.
    Pseudorapidities count from the side of the lepton: both directions of the beam are the same.

    Args:
        features: (n, 28), columns in the order of `schema.FEATURES`; best column-major.
        rows: (m,) positions of the events that are wanted; None: all.
    """
    chosen = np.arange(len(features)) if rows is None else rows
    inputs = np.empty((len(PHYSICS_NAMES), len(chosen)), dtype=np.float32)
    for start in range(0, len(chosen), _BLOCK):
        some = chosen[start : start + _BLOCK]
        table = np.stack([features[:, k][some] for k in range(features.shape[1])])
        inputs[:, start : start + _BLOCK] = _inputs_of(table)
    return inputs.T


def _inputs_of(table: Floats) -> Floats:
    """All inputs, (52, n), of features (28, n)."""
    lep = _particle(table, "LEP")
    had = _particle(table, "HAD")
    met = _transverse(table[AT.MET], table[AT.MET_PHI] - table[AT.LEP_PHI])
    has_jets = [table[AT.JET1_PT] > 0.0, table[AT.JET2_PT] > 0.0]
    jets = [_particle(table, "JET1", has_jets[0]), _particle(table, "JET2", has_jets[1])]
    found = np.empty((len(PHYSICS_NAMES), table.shape[1]), dtype=np.float32)
    found[: len(INPUT_NAMES)] = classifier_inputs(table.T).T
    found[_SIDED] *= np.where(table[AT.LEP_ETA] < 0.0, np.float32(-1.0), np.float32(1.0))
    found[len(INPUT_NAMES) :] = [
        *_of_the_pair(table, lep, had, met),
        *_of_the_jets(table, lep + had, met, jets, has_jets),
    ]
    return found


def _of_the_pair(table: Floats, lep: _Momentum, had: _Momentum, met: _Momentum) -> list[Floats]:
    """What lepton, tau and missing momentum tell."""
    across = np.where(np.abs(had.y) < _LEAST_SINE, np.copysign(_LEAST_SINE, had.y), had.y)
    a_had = np.clip(met.y / across, *_FRACTIONS)
    a_lep = np.clip((met.x - met.y / across * had.x) / lep.pt, *_FRACTIONS)
    mass = table[AT.MASS_VIS]
    of_had = _root(2.0 * (had.pt * met.pt - had.x * met.x - had.y * met.y))
    of_pair2 = 2.0 * (lep.pt * had.pt - lep.x * had.x)
    of_all = _root(table[AT.MASS_TRANSVERSE] ** 2 + of_had**2 + of_pair2)
    effective = _root((lep.pt + had.pt + met.pt) ** 2 - table[AT.PT_H] ** 2)
    visible = lep + had
    # The bisector of lepton (along x) and tau: half the cosine and sine between them.
    along = np.sqrt(np.maximum(0.5 + 0.5 * had.x / had.pt, 0.0))
    beside = np.copysign(np.sqrt(np.maximum(1.0 - along**2, 0.0)), had.y)
    return [
        log_energy(mass * np.sqrt((1.0 + a_lep) * (1.0 + a_had))),
        1.0 / (1.2 + a_lep),
        1.0 / (1.2 + a_had),
        log_energy(of_had),
        log_energy(of_all),
        log_energy(effective),
        log_energy((visible + met).mass),
        (visible.x * along + visible.y * beside) / 50.0,
        (met.x * along + met.y * beside) / 50.0,
    ]


def _of_the_jets(
    table: Floats, visible: _Momentum, met: _Momentum, jets: list[_Momentum], there: list[Mask]
) -> list[Floats]:
    """What the jets tell, and where the pair flies to among them."""
    first, second = jets
    has_first, has_second = there
    total = np.maximum(table[AT.SUM_PT], 1.0)
    higgs = visible + met
    both = first + second
    eta = np.arcsinh(visible.z / np.maximum(visible.pt, 1.0))
    eta_first = np.where(has_first, table[AT.JET1_ETA], 0.0)
    eta_second = np.where(has_second, table[AT.JET2_ETA], 0.0)
    gap = np.maximum(np.abs(eta_first - eta_second), 0.1)
    from_middle = (eta - 0.5 * (eta_first + eta_second)) / gap
    further = table[AT.ALL_PT] - first.pt - second.pt
    return [
        np.where(has_first, _angle_between(higgs, first), 0.0),
        np.where(has_second, _angle_between(higgs, second), 0.0),
        np.where(has_first, np.abs(eta - eta_first), 0.0),
        np.where(has_second, np.abs(eta - eta_second), 0.0),
        np.where(has_second, np.exp(-4.0 * from_middle**2), 0.0),
        table[AT.PT_H] / total,
        table[AT.PT_TOT] / total,
        np.where(has_second, log_energy(both.pt), 0.0),
        np.where(has_first, log_energy((higgs + first).mass), 0.0),
        np.where(has_second, log_energy((higgs + both).mass), 0.0),
        np.abs(np.tanh(0.5 * (table[AT.LEP_ETA] - table[AT.HAD_ETA]))),
        first.pt / np.maximum(first.pt + table[AT.PT_H], 1.0),
        log_energy(further),
        log_energy(visible.pt),
        0.25 * met.pt / np.sqrt(total),
        eta * table[AT.LEP_ETA],
    ]


def _root(square: Floats) -> Floats:
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def _transverse(pt: Floats, angle: Floats) -> _Momentum:
    """A momentum without a known component along the beam, which is taken for 0."""
    return _Momentum(pt, pt * np.cos(angle), pt * np.sin(angle), 0.0, pt)


def _particle(table: Floats, name: str, there: Mask | None = None) -> _Momentum:
    """A massless particle; one that is not `there` has no momentum."""
    pt, eta, phi = (table[getattr(AT, f"{name}_{part}")] for part in ("PT", "ETA", "PHI"))
    if there is not None:
        pt, eta = pt * there, eta * there
    flat = _transverse(pt, phi - table[AT.LEP_PHI])
    return flat._replace(z=pt * np.sinh(eta), energy=pt * np.cosh(eta))


def _angle_between(one: _Momentum, other: _Momentum) -> Floats:
    """The angle between transverse momenta, in [0, pi]."""
    dot, cross = one.x * other.x + one.y * other.y, one.x * other.y - one.y * other.x
    return np.asarray(np.arctan2(np.abs(cross), dot))
