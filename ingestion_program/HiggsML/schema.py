"""The vocabulary of an event: processes, columns, the undefined value.

The order of the columns is the order of the public file (Zenodo record 15131565); every array of
primary features in this project has its columns in the order of `PRI_COLUMNS`.
"""

from types import MappingProxyType

__all__ = [
    "BACKGROUNDS",
    "DECIMALS",
    "DER_COLUMNS",
    "DETAILED_LABELS",
    "EXPECTED_EVENTS",
    "FEATURES",
    "FILE_COLUMNS",
    "HAD_PT_MIN",
    "JET_PT_MIN",
    "LABELS",
    "LEP_PT_MIN",
    "PRI_COLUMNS",
    "PROCESSES",
    "REFERENCE_LUMINOSITY",
    "SIGNAL",
    "UNDEFINED",
    "WEIGHTS",
]

# --- processes -----------------------------------------------------------------------------------

PROCESSES = ("htautau", "ztautau", "ttbar", "diboson")
"""The four processes; the position of a name is its code in packed pools."""

SIGNAL = "htautau"
BACKGROUNDS = tuple(name for name in PROCESSES if name != SIGNAL)

REFERENCE_LUMINOSITY = 10.0  # 1/fb

EXPECTED_EVENTS = MappingProxyType(
    {"htautau": 1015.365, "ztautau": 1002395.0, "ttbar": 44190.17, "diboson": 3782.64}
)
"""Expected events at `REFERENCE_LUMINOSITY` before the cuts of a pseudo-experiment, at mu = 1
(the organisers' data paper and metadata)."""

# --- columns -------------------------------------------------------------------------------------

UNDEFINED = -25.0
"""What stands for a quantity that an event does not have (the pT of an absent jet)."""

DECIMALS = 3
"""Primary features are rounded to this many decimals, in files and after each shift."""

PRI_COLUMNS = (
    "PRI_lep_pt",
    "PRI_lep_eta",
    "PRI_lep_phi",
    "PRI_had_pt",
    "PRI_had_eta",
    "PRI_had_phi",
    "PRI_jet_leading_pt",
    "PRI_jet_leading_eta",
    "PRI_jet_leading_phi",
    "PRI_jet_subleading_pt",
    "PRI_jet_subleading_eta",
    "PRI_jet_subleading_phi",
    "PRI_n_jets",
    "PRI_jet_all_pt",
    "PRI_met",
    "PRI_met_phi",
)
"""Primary features: momenta in GeV, angles in rad."""

DER_COLUMNS = (
    "DER_mass_transverse_met_lep",
    "DER_mass_vis",
    "DER_pt_h",
    "DER_deltaeta_jet_jet",
    "DER_mass_jet_jet",
    "DER_prodeta_jet_jet",
    "DER_deltar_had_lep",
    "DER_pt_tot",
    "DER_sum_pt",
    "DER_pt_ratio_lep_had",
    "DER_met_phi_centrality",
    "DER_lep_eta_centrality",
)
"""Derived features, functions of the primary ones (`HiggsML.derived_quantities`)."""

FEATURES = PRI_COLUMNS + DER_COLUMNS
"""What `predict` sees of an event: 28 float32 columns."""

WEIGHTS = "weights"
LABELS = "labels"
DETAILED_LABELS = "detailed_labels"

FILE_COLUMNS = (*PRI_COLUMNS, WEIGHTS, DETAILED_LABELS, LABELS, *DER_COLUMNS)
"""The 31 columns of the public file."""

# --- cuts of a pseudo-experiment, on shifted and rounded momenta ---------------------------------

HAD_PT_MIN = 26.0
"""GeV; an event whose tau is below is dropped (26.000 is kept)."""
LEP_PT_MIN = 20.0
"""GeV; an event whose lepton is below is dropped (the files have none)."""
JET_PT_MIN = 26.0
"""GeV; a jet at or below is taken out of its event (26.000 falls)."""
