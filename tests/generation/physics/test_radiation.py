import math

import numpy as np
import pytest
from numba import njit

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.radiation import (
    ANYWHERE,
    ETA,
    MOST_JETS,
    PT,
    kt_tables,
    mean_number,
    recoil,
)
from HiggsML.generation.physics.rapidities import (
    boost_emissions,
    draw_etas,
    exchange,
    has_luminosity,
    logistic,
)
from HiggsML.generation.sampling.quantiles import inverse_distribution, quantile, value_at
from HiggsML.generation.sampling.random_numbers import exponential, open_stream, top_up
from HiggsML.numerics.records import as_record

RADIATION = CONSTANTS.gluon_fusion_radiation


def test_kt_tables_invert_the_mean_numbers():
    tables = kt_tables(RADIATION)
    kt = np.geomspace(RADIATION.lowest, 500.0, 50)
    found = [value_at.py_func(tables.hardest, n) for n in mean_number(kt, RADIATION)]
    np.testing.assert_allclose(found, kt, rtol=5e-3)
    numbers = [value_at.py_func(tables.numbers, x) for x in kt / 256.0]
    np.testing.assert_allclose(numbers, (kt / 20.0) ** -RADIATION.following_power, rtol=5e-3)
    found = [value_at.py_func(tables.followers, n) for n in numbers]
    np.testing.assert_allclose(found, kt, rtol=1e-2)


def test_quantiles_of_a_triangle():
    x = np.linspace(0.0, 1.0, 2001)
    table = inverse_distribution(x, 2.0 * x)[None, :]
    for u in (0.01, 0.3, 0.999):
        assert quantile.py_func(table, 0, u) == pytest.approx(math.sqrt(u), rel=1e-3)


@njit
def hardest(stream, radiation, tables, n):
    jets = np.empty((MOST_JETS, 5))
    result, excess = np.zeros(n), 0.0
    for i in range(n):
        top_up(stream)
        count, x, y = recoil(stream, radiation, tables, exponential(stream), jets, 0)
        if count > 0:
            result[i] = jets[0, 0]
        excess += abs(x - jets[:count, 3].sum()) + abs(y - jets[:count, 4].sum())
    return result, excess


def test_hardest_emission_follows_the_sudakov_form():
    """P(hardest < kT) = exp(-N(kT)), within 4.5 standard deviations at four kT; error 3e-5."""
    n = 50_000
    kt, excess = hardest(open_stream(1, 0, 0), as_record(RADIATION), kt_tables(RADIATION), n)
    assert excess < 1e-6  # of the sums of momenta over those of the jets
    for value in (15.0, 30.0, 60.0, 120.0):
        expected = math.exp(-mean_number(np.array(value), RADIATION).item())
        error = math.sqrt(expected * (1.0 - expected) / n)
        assert np.mean(kt < value) == pytest.approx(expected, abs=4.5 * error + 1e-3)


@njit
def emissions(stream, radiation, tables, n):
    """kT of the first emission, and how many others there are above 30 GeV; eta of the first."""
    jets, result = np.empty((MOST_JETS, 5)), np.zeros((n, 3))
    for i in range(n):
        top_up(stream)
        count, _, _ = recoil(stream, radiation, tables, exponential(stream), jets, 0)
        draw_etas(stream, radiation, jets, 0, count)
        if count > 0:
            result[i, 0], result[i, 2] = jets[0, PT], jets[0, ETA]
            result[i, 1] = np.sum(jets[1:count, PT] > 30.0)
    return result


def test_followers_of_a_hard_emission_come_by_their_own_law():
    """Mean number above 30 GeV, for a fixed rate, at two kT of the first: 4.5 standard errors."""
    radiation = RADIATION._replace(variation=0.0, cascade=0.0, mean_number=3.0)
    tables = kt_tables(radiation)
    kt, others, eta = emissions(open_stream(3, 0, 0), as_record(radiation), tables, 200_000).T
    for low, high in ((60.0, 70.0), (150.0, 200.0)):
        here = (kt > low) & (kt < high)
        power = -radiation.following_power
        law = radiation.followers * ((30.0 / 20.0) ** power - (kt[here] / 20.0) ** power)
        error = math.sqrt(others[here].mean() / here.sum())
        assert others[here].mean() == pytest.approx(law.mean(), abs=4.5 * error + 0.005)
    soft, hard = (kt > 12.0) & (kt < 25.0), kt > 100.0
    assert eta[hard].std() < 0.85 * eta[soft].std()


def test_logistic_numbers_have_variance_one():
    """Mean square over a million evenly spaced probabilities."""
    u = (np.arange(1_000_000) + 0.5) / 1_000_000
    values = np.array([logistic.py_func(x) for x in u[::100]])
    assert np.mean(values**2) == pytest.approx(1.0, abs=0.01)


def test_the_hardest_emission_follows_the_boson_more_than_the_others():
    jets = np.zeros((4, 5))
    radiation = RADIATION._replace(pull=0.6, following_pull=0.2)
    boost_emissions.py_func(jets, 1, 4, radiation, 2.0)
    np.testing.assert_allclose(jets[:, ETA], [0.0, 1.2, 0.4, 0.4])


@njit
def etas_of(stream, radiation, jets, n):
    """Etas of the two emissions of these jets, drawn again and again."""
    result = np.empty((n, 2))
    for i in range(n):
        top_up(stream)
        jets[:, ETA] = ANYWHERE
        draw_etas(stream, radiation, jets, 0, 2)
        result[i] = jets[:2, ETA]
    return result


def test_etas_narrow_with_kt_and_later_ones_follow_the_first():
    """Widths, and the slope of one eta on the other: five standard errors of 100,000 pairs."""
    changes = {"narrowing": 0.4, "edge": 1.0, "plateau": 3.0, "following_narrowing": 0.2}
    changes |= {"following_edge": 0.5, "following_plateau": 4.0, "coherence": 0.2}
    jets = np.zeros((2, 5))
    jets[:, PT] = [80.0, 40.0]
    stream, radiation = open_stream(4, 0, 0), as_record(RADIATION._replace(**changes))
    first, second = etas_of(stream, radiation, jets, 100_000).T
    assert first.std() == pytest.approx(math.hypot(1.0, 3.0 * 0.7 / 3**0.5), rel=0.012)
    slope = np.mean(first * second) / np.mean(first**2)
    width = math.hypot(0.5, 4.0 * 0.9 / 3**0.5)
    error = width / (first.std() * math.sqrt(len(first)))
    assert slope == pytest.approx(0.2 * math.log(2.0), abs=5.0 * error)
    assert np.std(second - slope * first) == pytest.approx(width, rel=0.012)


def test_luminosity_falls_with_what_is_needed_of_the_protons():
    """By hand: mT = 130 GeV at rapidity 0 needs a hundredth of both; too much cannot be.

    With a jet of that pT, x_1 x_2 is (1 + 20) (1 + 1/20) / 4 times what it is at least.
    """
    radiation = RADIATION._replace(fall=3.0, slope=0.5)

    def probability(jets):
        """By bisection of the number up to which it says yes."""
        low, high = 0.0, 1.0
        for _ in range(40):
            number = 0.5 * (low + high)
            distance = -math.log(number)
            yes = has_luminosity.py_func(distance, radiation, jets, len(jets), 130.0, 0.0)
            low, high = (number, high) if yes else (low, number)
        return low

    none, one = np.zeros((0, 5)), np.zeros((1, 5))
    assert probability(none) == pytest.approx(1.0)
    one[0, PT], one[0, ETA] = 130.0, math.log(20.0)
    momenta = ((1.0 - 0.21) * (1.0 - 0.0105) / 0.98**2) ** 3
    assert probability(one) == pytest.approx(momenta * (21.0 * 1.05 / 4.0) ** -0.5)
    one[0, ETA] = 5.0
    assert probability(one) == pytest.approx(0.0, abs=1e-9)


def test_luminosity_prefers_jets_on_the_same_side():
    radiation, jets = RADIATION._replace(fall=0.0, slope=1.0), np.zeros((2, 5))
    jets[:, PT] = 100.0
    energies = []
    for etas in ((2.0, 2.0), (2.0, -2.0)):
        jets[:, ETA] = etas
        sums = [100.0 + 100.0 * sum(math.exp(sign * eta) for eta in etas) for sign in (1, -1)]
        energies.append(sums[0] * sums[1] / 300.0**2)
        probability = 1.0 / energies[-1]
        for factor, expected in ((0.999, True), (1.001, False)):
            distance = -math.log(probability * factor)
            assert has_luminosity.py_func(distance, radiation, jets, 2, 100.0, 0.0) == expected
    assert energies[0] < 0.5 * energies[1]


def test_etas_of_two_emissions_of_like_kt_may_change_places():
    radiation, jets = RADIATION._replace(exchange=0.4), np.zeros((3, 5))
    jets[:, PT] = 80.0, 40.0, 20.0
    for number, exchanged in ((0.19, True), (0.21, False)):
        jets[:, ETA] = 1.0, 2.0, 3.0
        exchange.py_func(number, radiation, jets)
        assert jets[:, ETA].tolist() == ([2.0, 1.0, 3.0] if exchanged else [1.0, 2.0, 3.0])
