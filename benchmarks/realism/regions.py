"""Regions of the measurement, and the collinear mass: functions of the columns of events."""

import numpy as np

from HiggsML.arrays import Array, Mask
from HiggsML.definitions.features import Columns, cartesian

__all__ = [
    "COARSE_REGIONS",
    "REGIONS",
    "SIGNAL_REGIONS",
    "collinear",
    "in_region",
    "region_of",
]

REGIONS = (
    "lowMT_VBFJet",
    "lowMT_noVBFJet_ptH0to100",
    "lowMT_noVBFJet_ptH100to200",
    "lowMT_noVBFJet_ptH200",
    "highMT_VBFJet",
    "highMT_noVBFJet_ptH0to100",
    "highMT_noVBFJet_ptH100to200",
    "highMT_noVBFJet_ptH200",
)
"""The eight regions, which share out all events (those of the HEPHY team): VBFJet means a leading
jet above 50 GeV and a subleading one above 30 GeV, lowMT a transverse mass of lepton and missing
momentum below 70 GeV, ptHatob a DER_pt_h from a to b GeV."""

COARSE_REGIONS = {
    "lowMT_VBFJet": ("lowMT_VBFJet",),
    "lowMT_noVBFJet_ptH100": ("lowMT_noVBFJet_ptH100to200", "lowMT_noVBFJet_ptH200"),
    "lowMT_noVBFJet_ptH0to100": ("lowMT_noVBFJet_ptH0to100",),
    "highMT_VBFJet": ("highMT_VBFJet",),
}
"""Regions that public means, widths and responses are known of, as sums of the eight."""

SIGNAL_REGIONS = ("lowMT_VBFJet", "lowMT_noVBFJet_ptH100to200", "lowMT_noVBFJet_ptH200")
"""Regions that mu is measured in, but for few events."""


def region_of(columns: Columns) -> Array:
    """The position in `REGIONS` of each event.

    Args:
        columns: primary and derived features after the cuts of an experiment.
    """
    low = columns["DER_mass_transverse_met_lep"] < 70.0
    vbf = (columns["PRI_jet_leading_pt"] > 50.0) & (columns["PRI_jet_subleading_pt"] > 30.0)
    boost = np.digitize(columns["DER_pt_h"], [100.0, 200.0])
    return np.where(low, 0, 4) + np.where(vbf, 0, 1 + boost)


def in_region(region: Array, name: str) -> Mask:
    """Whether events lie in one of `REGIONS` or of `COARSE_REGIONS`, or anywhere ("all")."""
    if name == "all":
        return np.ones(len(region), dtype=np.bool_)
    return np.isin(region, [REGIONS.index(one) for one in COARSE_REGIONS.get(name, (name,))])


def collinear(columns: Columns) -> tuple[Array, Mask]:
    """Mass of the two taus if the neutrinos of each fly along what is seen of it.

    The missing momentum is shared out: MET_vec = a l_T + b h_T. With the fractions of the taus'
    momenta that are seen, x_l = 1 / (1 + a) and x_h = 1 / (1 + b), the mass is
    m_vis / sqrt(x_l x_h) (R. K. Ellis et al., Nucl. Phys. B 297 (1988) 221).

    Returns:
        The mass, GeV, 0 where a fraction is not positive; and whether it is physical: both
        fractions between 0 and 1.
    """
    c = cartesian(columns)
    determinant = c["lep_px"] * c["had_py"] - c["lep_py"] * c["had_px"]
    determinant = np.where(np.abs(determinant) < 1e-6, 1e-6, determinant)
    a = (c["met_x"] * c["had_py"] - c["met_y"] * c["had_px"]) / determinant
    b = (c["lep_px"] * c["met_y"] - c["lep_py"] * c["met_x"]) / determinant
    exists = (a > -1.0) & (b > -1.0)
    stretch = np.where(exists, (1.0 + a) * (1.0 + b), 0.0)
    return columns["DER_mass_vis"] * np.sqrt(stretch), (a > 0.0) & (b > 0.0)
