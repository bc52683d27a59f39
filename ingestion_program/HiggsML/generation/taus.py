"""Tau decays: the visible share x of the tau's energy, for a tau of given helicity.

Collinear, massless limit (B. K. Bullock, K. Hagiwara and A. D. Martin, Nucl. Phys. B 395 (1993)
499). P is the helicity that a tau- would have; a tau+ of helicity h behaves as a tau- of -h.
"""

import math
from typing import NamedTuple

from .compiled import compiled
from .random_numbers import Stream, normal, uniform

__all__ = ["TauDecays", "hadronic_share", "leptonic_share", "leptonic_survival"]

_TAU_MASS = 1.77693  # GeV, PDG 2024


class TauDecays(NamedTuple):
    """Hadronic decay modes: share of the hadronic width, mass and width of the hadronic system.

    Branching fractions and masses: PDG 2024, modes with kaons counted with the mode they resemble.
    The analysing power of a spin-1 system of mass m is (m_tau^2 - 2 m^2) / (m_tau^2 + 2 m^2).
    """

    pion: float = 0.178  # (10.8 + 0.7) / 64.8
    rho: float = 0.402  # (25.5 + 0.4) / 64.8
    a1: float = 0.315  # (9.3 + 9.0 + ...) / 64.8; the rest has four pions or more
    rho_mass: float = 0.775  # GeV
    rho_width: float = 0.149
    a1_mass: float = 1.23
    a1_width: float = 0.25  # effective: what phase space leaves of 0.42
    many_mass: float = 1.40
    many_width: float = 0.15


@compiled
def leptonic_survival(x: float, helicity: float) -> float:
    """Probability that the lepton takes more than x of the energy.

    f(x) = (1/3) (1 - x) [(5 + 5x - 4x^2) + P (1 + x - 8x^2)], integrated from x to 1.
    """
    x2 = x * x
    x3, x4 = x2 * x, x2 * x2
    below = (5.0 * x - 3.0 * x3 + x4) + helicity * (x - 3.0 * x3 + 2.0 * x4)
    return 1.0 - below / 3.0


@compiled
def leptonic_share(stream: Stream, helicity: float, least: float) -> float:
    """x of a lepton, given that it is above `least`: the survival function, inverted."""
    target = uniform(stream) * leptonic_survival(least, helicity)
    low, high = least, 1.0
    x = 0.5 * (low + high)
    for _ in range(12):
        excess = leptonic_survival(x, helicity) - target
        if excess > 0.0:
            low = x
        else:
            high = x
        density = (
            (1.0 - x) * (5.0 + 5.0 * x - 4.0 * x * x + helicity * (1.0 + x - 8.0 * x * x)) / 3.0
        )
        step = x + excess / max(density, 1e-9)
        x = step if low < step < high else 0.5 * (low + high)
    return x


@compiled
def hadronic_share(stream: Stream, helicity: float, decays: TauDecays) -> float:
    """x of the hadrons: a two-body decay tau -> (hadrons) nu of a hadronic mass."""
    mode = uniform(stream)
    if mode < decays.pion:
        mass, power = 0.14, 1.0
    else:
        if mode < decays.pion + decays.rho:
            centre, width = decays.rho_mass, decays.rho_width
        elif mode < decays.pion + decays.rho + decays.a1:
            centre, width = decays.a1_mass, decays.a1_width
        else:
            centre, width = decays.many_mass, decays.many_width
        mass = min(max(centre + 0.5 * width * normal(stream)[0], 0.3), 1.7)
        ratio2 = 2.0 * (mass / _TAU_MASS) ** 2
        power = (1.0 - ratio2) / (1.0 + ratio2)
    slope = power * helicity
    u = uniform(stream)
    if abs(slope) < 1e-6:
        cosine = 2.0 * u - 1.0
    else:  # density (1 + slope * cosine) / 2, inverted
        cosine = (math.sqrt((1.0 - slope) ** 2 + 4.0 * slope * u) - 1.0) / slope
    r = (mass / _TAU_MASS) ** 2
    return 0.5 * (1.0 + r) + 0.5 * (1.0 - r) * cosine
