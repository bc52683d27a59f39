"""Single tops: what they are mixed with, and how they differ from pairs."""

import numpy as np
import pytest

from HiggsML.generation.blocks import generate_block
from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.processes.single_top import single_top_share
from HiggsML.schema import PRI_COLUMNS

EVENTS = 20_000


def of_cross_section(picobarn):
    """Columns of ttbar events with this cross-section of single tops."""
    single = CONSTANTS.single_top._replace(cross_section=picobarn)
    rows = generate_block("ttbar", EVENTS, 7, 0, CONSTANTS._replace(single_top=single))
    return dict(zip(PRI_COLUMNS, rows.T.astype(float), strict=True))


@pytest.fixture(scope="module")
def singles():
    return of_cross_section(1e12)


@pytest.fixture(scope="module")
def pairs():
    return of_cross_section(0.0)


def test_share_goes_with_the_cross_sections():
    single, pair = CONSTANTS.single_top, CONSTANTS.top_pair
    top, w = CONSTANTS.top, CONSTANTS.w

    def odds(single, pair):
        share = single_top_share(single, pair, top, w)
        return share / (1.0 - share)

    expected = odds(single, pair)
    double = single._replace(cross_section=2.0 * single.cross_section)
    assert odds(double, pair) == pytest.approx(2.0 * expected)
    assert odds(single._replace(cross_section=0.0), pair) == 0.0


def test_single_tops_have_fewer_jets_and_a_forward_one(singles, pairs):
    """One b quark and one other quark, of which one is the tau: mostly one jet is left."""
    assert np.mean(singles["PRI_n_jets"] <= 1) > 0.4
    assert np.mean(pairs["PRI_n_jets"] <= 1) < 0.15
    leading = [
        np.abs(events["PRI_jet_leading_eta"][events["PRI_n_jets"] > 0]).mean()
        for events in (singles, pairs)
    ]
    assert leading[0] > leading[1] + 0.2


def test_single_tops_have_one_neutrino_of_a_w(singles, pairs):
    """Transverse mass of lepton and missing momentum: below the W's, but for resolution."""
    beyond = []
    for events in (singles, pairs):
        angle = events["PRI_met_phi"] - events["PRI_lep_phi"]
        product = 2.0 * events["PRI_met"] * events["PRI_lep_pt"]
        beyond.append(np.mean(np.sqrt(product * (1.0 - np.cos(angle))) > 120.0))
    assert beyond[0] < 0.05
    assert beyond[1] > 0.08
