import numpy as np
import pytest

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.taus import (
    HADRONS,
    LEPTON,
    hadronic_density,
    leptonic_density,
    tau_shares,
)

X = np.linspace(0.0, 1.0, 20_001)
DECAYS = CONSTANTS.taus


@pytest.mark.parametrize("helicity", [-1.0, 0.0, 1.0])
def test_leptonic_density_is_normalised(helicity):
    assert np.trapezoid(leptonic_density(X, helicity), X) == pytest.approx(1.0, abs=1e-6)


def test_mean_leptonic_share():
    """7/20 without polarisation, 1/20 less or more of it with helicity +1 or -1."""
    for helicity in (-1.0, 0.0, 1.0):
        mean = np.trapezoid(X * leptonic_density(X, helicity), X)
        assert mean == pytest.approx(0.35 - 0.05 * helicity, abs=1e-6)


@pytest.mark.parametrize("helicity", [-1.0, 1.0])
def test_hadronic_density_is_normalised_and_never_negative(helicity):
    density = hadronic_density(X, helicity, DECAYS)
    assert np.trapezoid(density, X) == pytest.approx(1.0, abs=2e-3)
    assert density.min() >= 0.0


def test_hadrons_are_harder_at_positive_helicity_and_leptons_softer():
    def mean(density):
        return np.trapezoid(X * density, X)

    hadrons = [mean(hadronic_density(X, helicity, DECAYS)) for helicity in (-1.0, 1.0)]
    assert hadrons[0] < hadrons[1]


@pytest.mark.parametrize(("row", "helicity"), [(0, -1.0), (1, 1.0)])
@pytest.mark.parametrize("kind", [LEPTON, HADRONS])
def test_tables_invert_the_densities(kind, row, helicity):
    if kind == LEPTON:
        density = leptonic_density(X, helicity)
    else:
        density = hadronic_density(X, helicity, DECAYS)
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(X)
    cumulative = np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
    table = tau_shares(DECAYS)[kind + row]
    at_table = np.interp(table, X, cumulative)
    np.testing.assert_allclose(at_table, np.linspace(0.0, 1.0, len(table)), atol=2e-3)
