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


def masses_after(masses, density, strength):
    """Quantiles of masses after radiation, ascending."""
    return radiated(masses, density, strength)[::-1] ** -0.5


def test_a_mass_has_a_tail_downwards():
    masses = masses_after(125.0 * np.array([1.0 - 1e-9, 1.0]), np.ones(2), 1.0)
    assert np.all(np.diff(masses) >= 0.0)
    assert masses[-1] == pytest.approx(125.0, rel=1e-3)
    for mass in (90.0, 110.0, 122.0):
        below = np.interp(mass, masses, np.linspace(0.0, 1.0, len(masses)))
        expected = 1.0 - share_up_to(1.0 - (mass / 125.0) ** 2, 125.0, 1.0)
        assert below == pytest.approx(expected, rel=0.03)


EVEN = np.linspace(80.0, 120.0, POINTS + 1)


def test_without_radiation_a_distribution_stays():
    found = masses_after(EVEN, np.ones_like(EVEN), 1e-9)
    np.testing.assert_allclose(found[1:], EVEN[1:], atol=0.1)


def test_radiation_takes_from_every_mass():
    """To first order in b, the mean of what is lost is b times the integral of its law."""
    lost = 1.0 - masses_after(EVEN, np.ones_like(EVEN), 1.0).mean() / EVEN.mean()
    first, _ = quad(lambda u: (1.0 - np.sqrt(1.0 - u)) / u * (1.0 - u + 0.5 * u * u), 0.0, 1.0)
    assert lost == pytest.approx(exponent(100.0) * first, rel=0.1)


def test_a_tail_beyond_the_last_step_keeps_its_mean():
    """Of a density m^-7 above 100 GeV, the mean of m^-2 is 3/4 of the largest, in any top share."""
    masses = np.geomspace(100.0, 5000.0, 20_000)
    table = radiated(masses, masses**-7.0, 1e-9)
    lightest_of_step = table[1] ** -0.5
    assert lightest_of_step == pytest.approx(100.0 * POINTS ** (1.0 / 6.0), rel=0.01)
    assert 0.5 * (table[0] + table[1]) == pytest.approx(0.75 * table[1], rel=0.01)
