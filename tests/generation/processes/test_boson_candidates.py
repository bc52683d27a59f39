"""Candidates: what is drawn in batches follows the laws of what is drawn one by one."""

import numpy as np
import pytest
from numba import njit
from scipy import stats

from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.physics.radiation import END, MOST_JETS, kt_tables, recoil
from HiggsML.generation.processes.boson_candidates import draw_followers, place_emissions
from HiggsML.generation.processes.boson_layout import (
    EMISSIONS,
    KT,
    MODE,
    NUMBER,
    SCRATCH_SIZE,
    SUM_X,
    SUM_Y,
)
from HiggsML.generation.processes.boson_trials import draw_hardest
from HiggsML.generation.sampling.batches import BATCH, LANE, WORDS_SIZE, draw_words, exponential_of
from HiggsML.generation.sampling.quantiles import value_at
from HiggsML.generation.sampling.random_numbers import exponential, open_stream, top_up
from HiggsML.numerics.records import as_record

P_VALUE = 1e-4
BATCHES = 400


@njit
def one_by_one(stream, radiation, tables, n):
    jets, result = np.empty((MOST_JETS, 5)), np.empty((n, 3))
    for i in range(n):
        top_up(stream)
        count, x, y = recoil(stream, radiation, tables, exponential(stream), jets, 0)
        result[i] = np.array((float(count), x, y))
    return result


@njit
def together(stream, radiation, tables, batches, bounded):
    s, words = np.zeros(SCRATCH_SIZE), np.zeros(WORDS_SIZE, np.uint64)
    jets, result = np.empty((MOST_JETS, 5)), np.empty((batches * BATCH, 3))
    worst = 0.0
    for batch in range(batches):
        draw_words(stream, 3, BATCH, words)
        for i in range(BATCH):
            s[NUMBER + i] = exponential_of(words[3 * LANE + i])
            s[KT + i] = value_at(tables.hardest, min(s[NUMBER + i], END))
            s[MODE + i] = (i + 0.5) / BATCH
        draw_hardest(BATCH, radiation, tables, s, words)
        draw_followers(stream, radiation, tables.followers, bounded, BATCH, s, words)
        for i in range(BATCH):
            count = place_emissions(s, i, jets)
            row = s[EMISSIONS + i], s[SUM_X + i], s[SUM_Y + i]
            result[batch * BATCH + i] = np.array(row)
            worst = max(worst, abs(s[SUM_X + i] - jets[:count, 3].sum()))
            worst = max(worst, abs(s[SUM_Y + i] - jets[:count, 4].sum()))
    return result, worst


@pytest.fixture(scope="module")
def arguments():
    radiation = CONSTANTS.gluon_fusion_radiation._replace(splitting=0.5)
    return as_record(radiation), kt_tables(radiation)


def test_emissions_have_the_same_numbers_and_momenta(arguments):
    """Chi-square of the counts, Kolmogorov-Smirnov of the momenta: error rate 3e-4 (fixed seed)."""
    ours, worst = together(open_stream(1, 0, 0), *arguments, BATCHES, 1.0)
    assert worst < 1e-9  # of the sums of momenta over those of the jets
    theirs = one_by_one(open_stream(2, 0, 0), *arguments, len(ours))
    counts = np.stack([np.bincount(x[:, 0].astype(int), minlength=9)[:9] for x in (ours, theirs)])
    assert stats.chi2_contingency(counts).pvalue > P_VALUE
    for one, other in ((ours[:, 1], theirs[:, 1]), (ours[:, 2], theirs[:, 2])):
        assert stats.ks_2samp(one, other).pvalue > P_VALUE


def test_trials_of_other_modes_get_the_hardest_emission_alone(arguments):
    ours, _ = together(open_stream(1, 0, 0), *arguments, 20, 0.5)
    by_mode = ours[:, 0].reshape(20, BATCH)
    assert by_mode[:, BATCH // 2 :].max() == 1.0
    assert by_mode[:, : BATCH // 2].max() > 3.0
