"""Tau decays: the visible share x of the tau's energy, for a tau of given helicity.

Collinear, massless limit (B. K. Bullock, K. Hagiwara and A. D. Martin, Nucl. Phys. B 395 (1993)
499). The helicity is that of a tau-; a tau+ of helicity h decays as a tau- of helicity -h.
"""

import numpy as np

from ..constants.particles import TauDecays
from ..sampling.quantiles import Table, inverse_distribution

__all__ = ["HADRONS", "LEPTON", "TAU_MASS", "hadronic_density", "leptonic_density", "tau_shares"]

TAU_MASS = 1.77693  # GeV, PDG 2024
_PION_MASS = 0.13957


LEPTON, HADRONS = 0, 2
"""First row of the table of `tau_shares` for each decay: helicity -1, and +1 in the next."""


def leptonic_density(x: Table, helicity: float) -> Table:
    """Density of the lepton's share: (1/3) (1 - x) [(5 + 5x - 4x^2) + h (1 + x - 8x^2)]."""
    return (1.0 - x) * (5.0 + 5.0 * x - 4.0 * x * x + helicity * (1.0 + x - 8.0 * x * x)) / 3.0


def _two_body_density(x: Table, helicity: float, mass: float, spin: int) -> Table:
    """tau -> (hadrons of a mass) nu: (1 + alpha h cos theta) / (1 - r), where r <= x <= 1.

    x = (1 + r)/2 + (1 - r)/2 cos theta, r = (m / m_tau)^2; alpha = 1 for a pion, and
    (m_tau^2 - 2 m^2) / (m_tau^2 + 2 m^2) for spin 1.
    """
    r = (mass / TAU_MASS) ** 2
    alpha = 1.0 if spin == 0 else (1.0 - 2.0 * r) / (1.0 + 2.0 * r)
    cosine = (2.0 * x - 1.0 - r) / (1.0 - r)
    return np.where(x >= r, (1.0 + alpha * helicity * cosine) / (1.0 - r), 0.0)


def hadronic_density(x: Table, helicity: float, decays: TauDecays) -> Table:
    """Density of the hadrons' share: pion, rho, a1 and heavier, each smeared over its width."""
    total = decays.pion * _two_body_density(x, helicity, _PION_MASS, spin=0)
    rest = 1.0 - decays.pion - decays.rho - decays.a1
    for share, centre, width in (
        (decays.rho, decays.rho_mass, decays.rho_width),
        (decays.a1, decays.a1_mass, decays.a1_width),
        (rest, decays.many_mass, decays.many_width),
    ):
        masses = np.clip(centre + 0.5 * width * np.linspace(-2.5, 2.5, 41), 0.3, 1.7)
        weights = np.exp(-0.5 * np.linspace(-2.5, 2.5, 41) ** 2)
        for mass, weight in zip(masses, weights / weights.sum(), strict=True):
            total = total + share * weight * _two_body_density(x, helicity, mass, spin=1)
    return total


def tau_shares(decays: TauDecays) -> Table:
    """Inverse distributions of x: lepton of helicity -1, +1, hadrons of helicity -1, +1."""
    x = np.linspace(0.0, 1.0, 4001)
    densities = [leptonic_density(x, helicity) for helicity in (-1.0, 1.0)]
    densities += [hadronic_density(x, helicity, decays) for helicity in (-1.0, 1.0)]
    return np.stack([inverse_distribution(x, density) for density in densities])
