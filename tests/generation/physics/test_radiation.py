import math

import numpy as np
import pytest
from numba import njit

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.radiation import MOST_JETS, kt_table, mean_number, recoil
from HiggsML.generation.sampling.quantiles import inverse_distribution, quantile, value_at
from HiggsML.generation.sampling.random_numbers import exponential, open_stream, top_up
from HiggsML.numerics.records import as_record

RADIATION = CONSTANTS.gluon_fusion_radiation


def test_kt_table_inverts_the_mean_number():
    table = kt_table(RADIATION)
    kt = np.geomspace(RADIATION.lowest, 500.0, 50)
    number = mean_number(kt, RADIATION)
    found = [value_at.py_func(table, n) for n in number]
    np.testing.assert_allclose(found, kt, rtol=5e-3)


def test_quantiles_of_a_triangle():
    x = np.linspace(0.0, 1.0, 2001)
    table = inverse_distribution(x, 2.0 * x)[None, :]
    for u in (0.01, 0.3, 0.999):
        assert quantile.py_func(table, 0, u) == pytest.approx(math.sqrt(u), rel=1e-3)


@njit
def hardest(stream, radiation, table, n):
    jets = np.empty((MOST_JETS, 5))
    result, excess = np.zeros(n), 0.0
    for i in range(n):
        top_up(stream)
        count, x, y = recoil(stream, radiation, table, exponential(stream), jets, 0)
        if count > 0:
            result[i] = jets[0, 0]
        excess += abs(x - jets[:count, 3].sum()) + abs(y - jets[:count, 4].sum())
    return result, excess


def test_hardest_emission_follows_the_sudakov_form():
    """P(hardest < kT) = exp(-N(kT)), within 4.5 standard deviations at four kT; error 3e-5."""
    n = 50_000
    kt, excess = hardest(open_stream(1, 0, 0), as_record(RADIATION), kt_table(RADIATION), n)
    assert excess < 1e-6  # of the sums of momenta over those of the jets
    for value in (15.0, 30.0, 60.0, 120.0):
        expected = math.exp(-mean_number(np.array(value), RADIATION).item())
        error = math.sqrt(expected * (1.0 - expected) / n)
        assert np.mean(kt < value) == pytest.approx(expected, abs=4.5 * error + 1e-3)
