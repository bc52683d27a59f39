"""Events of any momenta, in the columns of this challenge and of that of 2014."""

import numpy as np
import pandas as pd

from HiggsML.derived_quantities import DER_data
from HiggsML.schema import FEATURES, PRI_COLUMNS, UNDEFINED

__all__ = ["ABSENT_2014", "COLUMNS_2014", "any_events", "any_events_of_2014"]

COLUMNS_2014 = (
    *("DER_mass_MMC", "DER_mass_transverse_met_lep", "DER_mass_vis", "DER_pt_h"),
    *("DER_deltaeta_jet_jet", "DER_mass_jet_jet", "DER_prodeta_jet_jet", "DER_deltar_tau_lep"),
    *("DER_pt_tot", "DER_sum_pt", "DER_pt_ratio_lep_tau", "DER_met_phi_centrality"),
    *("DER_lep_eta_centrality", "PRI_tau_pt", "PRI_tau_eta", "PRI_tau_phi"),
    *("PRI_lep_pt", "PRI_lep_eta", "PRI_lep_phi", "PRI_met", "PRI_met_phi", "PRI_met_sumet"),
    *("PRI_jet_num", "PRI_jet_leading_pt", "PRI_jet_leading_eta", "PRI_jet_leading_phi"),
    *("PRI_jet_subleading_pt", "PRI_jet_subleading_eta", "PRI_jet_subleading_phi"),
    "PRI_jet_all_pt",
)
ABSENT_2014 = -999.0


def _columns(names, absent, n, seed):
    """Any momenta; a third of the events each has no, one and two jets."""
    rng = np.random.default_rng(seed)
    jets = np.arange(n) % 3
    table = {}
    for name in names:
        low, high = {"_eta": (-2.5, 2.5), "_phi": (-3.14, 3.14)}.get(name[-4:], (26.0, 200.0))
        table[name] = rng.uniform(low, high, n)
        if "jet_leading" in name or "jet_subleading" in name:
            table[name][jets < (2 if "sub" in name else 1)] = absent
        if name in ("PRI_n_jets", "PRI_jet_num"):
            table[name] = jets.astype(float)
    return table


def any_events(n=300, seed=1):
    """Events in the columns of `FEATURES`, float64; derived features belong to the primary ones."""
    frame = DER_data(pd.DataFrame(_columns(PRI_COLUMNS, UNDEFINED, n, seed)))
    return frame[[*FEATURES]].to_numpy(np.float64)


def any_events_of_2014(n=300, seed=1):
    """Events in `COLUMNS_2014`, float64, where -999 is absent; derived features are any numbers."""
    return np.column_stack([*_columns(COLUMNS_2014, ABSENT_2014, n, seed).values()])
