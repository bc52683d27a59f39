"""Pairs of top quarks by how they are produced, and the leptons of their W bosons."""

import numpy as np
import pytest
from scipy import stats

from HiggsML.generation.blocks import generate_block
from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.processes.top_decays import lepton_cosine
from HiggsML.generation.sampling.random_numbers import open_stream, top_up
from HiggsML.numerics.without_arrays import compiled


def test_quark_annihilation_radiates_less():
    """Tops from quarks come with fewer jets than those from gluons."""
    means = [
        generate_block(
            "ttbar",
            20_000,
            3,
            0,
            CONSTANTS._replace(top_pair=CONSTANTS.top_pair._replace(quark_annihilation=share)),
        )[:, 12].mean()
        for share in (0.0, 1.0)
    ]
    assert means[1] < means[0] - 0.4


@compiled
def cosines(stream, longitudinal, result):
    for i in range(len(result)):
        top_up(stream)
        result[i] = lepton_cosine(stream, longitudinal)


@pytest.mark.parametrize(
    ("longitudinal", "cumulative"),
    [
        (1.0, lambda c: 0.5 + 0.75 * (c - c**3 / 3.0)),
        (0.0, lambda c: 1.0 - (1.0 - c) ** 3 / 8.0),
    ],
)
def test_leptons_of_polarised_w_bosons(longitudinal, cumulative):
    """Longitudinal: 3/4 (1 - c^2); left-handed: 3/8 (1 - c)^2. Error rate 1e-4 (fixed seed)."""
    c = np.empty(100_000)
    cosines(open_stream(1, 2, 0), longitudinal, c)
    assert stats.kstest(c, cumulative).pvalue > 1e-4
