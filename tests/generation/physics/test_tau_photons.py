"""Photons of taus: against a numerical integration of their law."""

import numpy as np
import pytest
from scipy.integrate import quad

from HiggsML.generation.physics.tau_photons import radiated, share_up_to
from HiggsML.generation.physics.taus import TAU_MASS
from HiggsML.generation.sampling.quantiles import POINTS


def exponent(mass):
    return 2.0 / (137.036 * np.pi) * (np.log(mass**2 / TAU_MASS**2) - 1.0)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_shares_of_photons_follow_their_law(share):
    b = exponent(125.0)

    def above(u):
        return b * u ** (b - 1.0) * (1.0 - u + 0.5 * u * u)

    soft = share_up_to(1e-6, 125.0, 1.0)
    expected = quad(above, share, 1.0)[0] / quad(above, 1e-6, 1.0, limit=200)[0] * (1.0 - soft)
    assert 1.0 - share_up_to(share, 125.0, 1.0) == pytest.approx(expected, rel=1e-3)


def test_a_mass_has_a_tail_downwards():
    masses = radiated(np.full(POINTS + 1, 125.0), 1.0)
    assert np.all(np.diff(masses) >= 0.0)
    assert masses[-1] == pytest.approx(125.0)
    for mass in (90.0, 110.0, 122.0):
        below = np.interp(mass, masses, np.linspace(0.0, 1.0, len(masses)))
        expected = 1.0 - share_up_to(1.0 - (mass / 125.0) ** 2, 125.0, 1.0)
        assert below == pytest.approx(expected, rel=0.02)


def test_without_radiation_a_distribution_stays():
    masses = np.linspace(80.0, 120.0, POINTS + 1)
    np.testing.assert_allclose(radiated(masses, 1e-9)[1:], masses[1:], atol=0.1)


def test_radiation_takes_from_every_mass():
    masses = np.linspace(80.0, 120.0, POINTS + 1)
    mean = radiated(masses, 1.0).mean()
    lost = 1.0 - mean / masses.mean()
    # To first order in b, the mean of what is lost is b times the integral of its law.
    first, _ = quad(lambda u: (1.0 - np.sqrt(1.0 - u)) / u * (1.0 - u + 0.5 * u * u), 0.0, 1.0)
    assert lost == pytest.approx(exponent(100.0) * first, rel=0.1)
