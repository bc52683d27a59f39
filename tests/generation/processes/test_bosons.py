"""The mass of a Z by the jet that it recoils against."""

import numpy as np
import pytest
from scipy.integrate import quad

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.processes.boson_trials import RECOILS
from HiggsML.generation.processes.bosons import HIGGS, Z

ZBOSON = CONSTANTS.z
WITHOUT_PHOTONS = CONSTANTS._replace(taus=CONSTANTS.taus._replace(photons=1e-6))


def share_above(mass, pt):
    """Share of Z above a mass before photons, by numerical integration of the law in `bosons`."""

    def density(m):
        line = m**3 / ((m**2 - ZBOSON.mass**2) ** 2 + (ZBOSON.mass * ZBOSON.width) ** 2)
        energy = np.log((pt + np.sqrt(m * m + pt * pt)) / ZBOSON.mass)
        power = ZBOSON.luminosity_power + ZBOSON.luminosity_running * energy
        return line * np.exp(-power * energy)

    whole = quad(
        density, ZBOSON.lowest, ZBOSON.highest, points=(88.0, 91.2, 94.0, 110.0), limit=400
    )
    return quad(density, mass, ZBOSON.highest, points=(mass + 20.0,), limit=400)[0] / whole[0]


@pytest.mark.parametrize("row", [0, 2, len(RECOILS) - 1])
def test_masses_follow_their_law(row):
    masses = Z.masses(WITHOUT_PHOTONS)[row] ** -0.5
    for mass in (100.0, 120.0):
        found = np.interp(-mass, -masses, np.linspace(0.0, 1.0, len(masses)))
        assert found == pytest.approx(share_above(mass, RECOILS[row]), rel=0.02)


def test_a_hard_jet_is_worth_heavy_bosons():
    soft, hard = share_above(120.0, RECOILS[0]), share_above(120.0, RECOILS[-1])
    assert hard > 2.0 * soft


def test_a_higgs_has_its_mass_whatever_it_recoils_against():
    masses = HIGGS.masses(WITHOUT_PHOTONS)
    assert len(masses) == len(RECOILS)
    np.testing.assert_allclose(masses[:, :-1] ** -0.5, CONSTANTS.higgs.mass, rtol=1e-3)


def test_photons_of_its_taus_take_from_the_mass_of_a_higgs():
    masses = HIGGS.masses(CONSTANTS)[0] ** -0.5
    assert masses.max() == pytest.approx(CONSTANTS.higgs.mass, rel=1e-3)
    assert 0.03 < np.mean(masses < 0.96 * CONSTANTS.higgs.mass) < 0.06
