"""The five kinds of particles: codes, names, shares, and what tells them apart in a detector."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["CODES", "NAMES", "PARTICLES", "PIXELS", "SHARES", "Particle", "index_of"]

PIXELS = 10
"""Rows and columns of an image."""


@dataclass(frozen=True)
class Particle:
    """A kind of particle.

    Attributes:
        name: in words.
        code: of the Particle Data Group.
        share: of all particles, as in the Cirta challenge (3,150 of 1,259,300 are electrons, ...).
        mass: GeV.
        lifetime: c times tau, m.
        hardness: mean transverse momentum above the least one, GeV: heavy particles are harder.
    """

    name: str
    code: int
    share: float
    mass: float
    lifetime: float
    hardness: float


PARTICLES = (
    Particle("electron", 11, 3_150 / 1_259_300, 0.000511, np.inf, 0.55),
    Particle("muon", 13, 700 / 1_259_300, 0.10566, 658.6, 0.60),
    Particle("pion", 211, 981_050 / 1_259_300, 0.13957, 7.8045, 0.50),
    Particle("kaon", 321, 160_300 / 1_259_300, 0.49368, 3.711, 0.65),
    Particle("proton", 2212, 114_100 / 1_259_300, 0.93827, np.inf, 0.75),
)

NAMES = tuple(particle.name for particle in PARTICLES)
CODES = np.array([particle.code for particle in PARTICLES])
SHARES = np.array([particle.share for particle in PARTICLES])


def index_of(codes: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Positions of codes in the table, (n,); -1 for a code that is not there."""
    given = np.asarray(codes)
    found = np.searchsorted(CODES, given).clip(max=len(CODES) - 1)
    return np.where(CODES[found] == given, found, -1)
