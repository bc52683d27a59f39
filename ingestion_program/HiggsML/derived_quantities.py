"""Derived features of frames, under the names of HiggsML 0.1.5.

The formulas stand in `definitions.features`. Every function returns a new frame.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from .arrays import Array
from .definitions.features import DEFINITIONS, cartesian, derive
from .errors import DataError
from .schema import FEATURES, PRI_COLUMNS

__all__ = [
    "DER_data",
    "calcul_int",
    "f_DER_deltaeta_jet_jet",
    "f_DER_deltar_had_lep",
    "f_DER_lep_eta_centrality",
    "f_DER_mass_jet_jet",
    "f_DER_mass_transverse_met_lep",
    "f_DER_mass_vis",
    "f_DER_met_phi_centrality",
    "f_DER_prodeta_jet_jet",
    "f_DER_pt_h",
    "f_DER_pt_ratio_lep_had",
    "f_DER_pt_tot",
    "f_DER_sum_pt",
    "f_del_DER",
    "primary_columns",
]


def primary_columns(data: pd.DataFrame) -> dict[str, Array]:
    """The primary features of a frame as float64 arrays.

    Args:
        data: a frame with the sixteen primary features of each event, energies in GeV.

    Raises:
        DataError: a primary feature is missing.
    """
    missing = [name for name in PRI_COLUMNS if name not in data.columns]
    if missing:
        raise DataError(
            "primary features are missing.",
            where="data",
            value=missing,
            fix="pass a frame with all sixteen PRI_ columns.",
        )
    return {name: data[name].to_numpy(np.float64) for name in PRI_COLUMNS}


def DER_data(data: pd.DataFrame) -> pd.DataFrame:
    """A copy of `data` with the twelve derived features, all features in float32.

    Other columns (weights, labels) are kept as they are; derived features that `data` had are
    computed anew.

    Args:
        data: a frame with the sixteen primary features of each event, energies in GeV.

    Raises:
        DataError: a primary feature is missing.
    """
    features = primary_columns(data)
    features |= derive(features)
    return data.assign(**{name: features[name].astype(np.float32) for name in FEATURES})


def calcul_int(data: pd.DataFrame) -> pd.DataFrame:
    """A copy of `data` with the momenta of `cartesian` as further columns.

    Args:
        data: a frame with the sixteen primary features of each event, energies in GeV.

    Raises:
        DataError: a primary feature is missing.
    """
    return data.assign(**cartesian(primary_columns(data)))


def f_del_DER(data: pd.DataFrame) -> pd.DataFrame:
    """A copy of `data` without the columns that `calcul_int` adds.

    Args:
        data: a frame.
    """
    return data.drop(columns=[name for name in data.columns if name in _MOMENTA])


_MOMENTA = frozenset(cartesian({name: np.zeros(0) for name in PRI_COLUMNS}))


_REST = """
Args:
    data: a frame with the sixteen primary features of each event, energies in GeV.

Raises:
    DataError: a primary feature is missing.
"""


def _adding(feature: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """The function of HiggsML 0.1.5 that adds one derived feature to a copy of a frame."""

    def add(data: pd.DataFrame) -> pd.DataFrame:
        primaries = primary_columns(data)
        values = DEFINITIONS[feature]({**primaries, **cartesian(primaries)})
        return data.assign(**{feature: values})

    add.__name__ = add.__qualname__ = f"f_{feature}"
    add.__doc__ = f"A copy of `data` with {feature}: {DEFINITIONS[feature].__doc__}\n{_REST}"
    return add


f_DER_mass_transverse_met_lep = _adding("DER_mass_transverse_met_lep")
f_DER_mass_vis = _adding("DER_mass_vis")
f_DER_pt_h = _adding("DER_pt_h")
f_DER_deltaeta_jet_jet = _adding("DER_deltaeta_jet_jet")
f_DER_mass_jet_jet = _adding("DER_mass_jet_jet")
f_DER_prodeta_jet_jet = _adding("DER_prodeta_jet_jet")
f_DER_deltar_had_lep = _adding("DER_deltar_had_lep")
f_DER_pt_tot = _adding("DER_pt_tot")
f_DER_sum_pt = _adding("DER_sum_pt")
f_DER_pt_ratio_lep_had = _adding("DER_pt_ratio_lep_had")
f_DER_met_phi_centrality = _adding("DER_met_phi_centrality")
f_DER_lep_eta_centrality = _adding("DER_lep_eta_centrality")
