"""Photons that taus radiate: what they take of the mass of a pair.

A pair of mass M keeps M^2 (1 - u), where the share u follows, to leading logarithm,

    dN/du = b u^(b - 1) (1 - u + u^2 / 2),   b = s (2 alpha / pi) (ln(M^2 / m_tau^2) - 1)

(the structure functions of Sov. J. Nucl. Phys. 41 (1985) 466, for taus), with a strength s near 1.
One pair of a Higgs boson in 25 loses more than 4 % of its mass, and with more it looks like a Z.
The photons are soft beside the jets: what they take of the pair's pT is neglected.
"""

import numpy as np

from ...arrays import Array
from ..sampling.quantiles import Table, histogram_quantiles
from .taus import TAU_MASS

__all__ = ["radiated"]

_ALPHA = 1.0 / 137.036
_STEP = 5e-4  # of ln m
_LOWEST = 0.1  # mass that may be left, relative to the lowest before


def radiated(masses: Table, density: Table, strength: float) -> Table:
    """Quantiles of m^-2 of pairs after radiation, 1/GeV^2, from the density of their masses before.

    A convolution in ln m, with b at the mean mass.

    Args:
        masses: a grid, GeV, ascending.
    """
    steps = int(np.log(masses[-1] / (_LOWEST * masses[0])) / _STEP)
    edges = masses[-1] * np.exp(-_STEP * np.arange(steps + 1))
    below = np.append(0.0, np.cumsum(0.5 * (density[1:] + density[:-1]) * np.diff(masses)))
    before = -np.diff(np.interp(edges, masses, below))
    share = 1.0 - np.exp(-2.0 * _STEP * np.arange(steps + 1))
    losses = np.diff(share_up_to(share, np.average(edges[1:], weights=before), strength))
    return histogram_quantiles(edges**-2.0, np.convolve(before, losses)[:steps])


def share_up_to(u: Array, mass: float, strength: float) -> Array:
    """Probability that photons take less than the share u of the squared mass of a pair."""
    b = strength * 2.0 * _ALPHA / np.pi * (np.log((mass / TAU_MASS) ** 2) - 1.0)
    whole = 1.0 - b / (1.0 + b) + 0.5 * b / (2.0 + b)
    shares: Array = u**b * (1.0 - b * u / (1.0 + b) + 0.5 * b * u * u / (2.0 + b)) / whole
    return shares
