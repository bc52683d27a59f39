"""Positions of features agree with the schema by their names, not only by their order."""

import re

import pytest

from HiggsML.columns import AT, POSITION, Columns
from HiggsML.schema import FEATURES, PRI_COLUMNS

LONG_NAMES = {
    "N_JETS": "PRI_n_jets",
    "ALL_PT": "PRI_jet_all_pt",
    "MASS_TRANSVERSE": "DER_mass_transverse_met_lep",
    "DELTAR": "DER_deltar_had_lep",
    "PT_RATIO": "DER_pt_ratio_lep_had",
    "MET_CENTRALITY": "DER_met_phi_centrality",
    "ETA_CENTRALITY": "DER_lep_eta_centrality",
}
"""Features whose short name is not made by the rules of `long_name`."""


def long_name(short: str) -> str:
    """The feature of a short name: JET1 is the leading jet, JJ the pair of jets."""
    if short in LONG_NAMES:
        return LONG_NAMES[short]
    name = short.lower().replace("jet1", "jet_leading").replace("jet2", "jet_subleading")
    name = re.sub(r"_jj$", "_jet_jet", name)
    return next(f"{kind}_{name}" for kind in ("PRI", "DER") if f"{kind}_{name}" in FEATURES)


@pytest.mark.parametrize("short", Columns._fields)
def test_a_short_name_stands_where_its_feature_stands(short: str) -> None:
    assert FEATURES[getattr(AT, short)] == long_name(short)


def test_every_feature_has_one_short_name() -> None:
    assert sorted(map(long_name, Columns._fields)) == sorted(FEATURES)


def test_positions_are_those_of_the_schema() -> None:
    assert {name: FEATURES[position] for name, position in POSITION.items()} == {
        name: name for name in FEATURES
    }


def test_positions_hold_in_arrays_of_primary_features() -> None:
    for name in PRI_COLUMNS:
        assert PRI_COLUMNS[POSITION[name]] == name


def test_positions_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        POSITION["PRI_met"] = 3  # type: ignore[index]  # that is the test
