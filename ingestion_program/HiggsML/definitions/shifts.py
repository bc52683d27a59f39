"""Systematic shifts and the cuts after them, in numpy: the definition, readable and slow.

`shift` and `select` take columns: a mapping of the names in `PRI_COLUMNS` to float64 arrays.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arrays import Array
from ..schema import DECIMALS, HAD_PT_MIN, JET_PT_MIN, LEP_PT_MIN, PRI_COLUMNS, UNDEFINED
from .features import Columns

__all__ = ["select", "shift"]


def shift(
    primaries: Columns,
    tes: float = 1.0,
    jes: float = 1.0,
    soft_met: tuple[ArrayLike, ArrayLike] = (0.0, 0.0),
) -> dict[str, Array]:
    """Shift the energy scales and the missing momentum, and round to `DECIMALS`.

    Tau: pT *= tes. Stored jets and the scalar sum over all jets: pT *= jes. Missing momentum::

        MET_vec += (1 - tes) h_T + (1 - jes) (j1_T + j2_T) + (soft x, soft y)

    with the momenta before the shift: what the visible particles gain, the missing momentum loses
    (further jets are not stored, so that they do not enter).

    Args:
        primaries: the sixteen primary features, float64 arrays of one length; GeV, rad.
        tes: tau energy scale.
        jes: jet energy scale.
        soft_met: x and y of the extra soft momentum of each event, GeV.

    Returns:
        The sixteen shifted and rounded features.
    """
    c = dict(primaries)
    pt1 = np.maximum(c["PRI_jet_leading_pt"], 0.0)  # an absent jet has a negative pT
    pt2 = np.maximum(c["PRI_jet_subleading_pt"], 0.0)
    missing = [
        c["PRI_met"] * function(c["PRI_met_phi"])
        + (1.0 - tes) * c["PRI_had_pt"] * function(c["PRI_had_phi"])
        + (1.0 - jes) * pt1 * function(c["PRI_jet_leading_phi"])
        + (1.0 - jes) * pt2 * function(c["PRI_jet_subleading_phi"])
        + np.asarray(soft)
        for function, soft in zip((np.cos, np.sin), soft_met, strict=True)
    ]
    c["PRI_met"] = np.hypot(*missing)
    c["PRI_met_phi"] = np.arctan2(missing[1], missing[0])
    c["PRI_had_pt"] = c["PRI_had_pt"] * tes
    for jet, pt in (("leading", pt1), ("subleading", pt2)):
        c[f"PRI_jet_{jet}_pt"] = np.where(pt > 0.0, pt * jes, c[f"PRI_jet_{jet}_pt"])
    c["PRI_jet_all_pt"] = c["PRI_jet_all_pt"] * jes
    return {name: np.round(c[name], DECIMALS) for name in PRI_COLUMNS}


def select(primaries: Columns) -> tuple[dict[str, Array], NDArray[np.bool_]]:
    """Cut on shifted and rounded momenta: drop events, take jets out of events.

    An event is kept if tau pT >= `HAD_PT_MIN` and lepton pT >= `LEP_PT_MIN`. A jet with
    pT <= `JET_PT_MIN` is taken out: it is undefined, and it no longer counts in `PRI_n_jets` and
    `PRI_jet_all_pt`. Jets are ordered in pT, so all softer jets go with it, those that are not
    stored too.

    Returns:
        The primary features of the kept events, and the mask of these among the given ones.
    """
    kept = (primaries["PRI_had_pt"] >= HAD_PT_MIN) & (primaries["PRI_lep_pt"] >= LEP_PT_MIN)
    c = {name: primaries[name][kept] for name in PRI_COLUMNS}
    n_jets, all_pt = c["PRI_n_jets"], c["PRI_jet_all_pt"]
    pt1, pt2 = c["PRI_jet_leading_pt"], c["PRI_jet_subleading_pt"]

    lost1 = (pt1 > 0.0) & (pt1 <= JET_PT_MIN)
    lost2 = (pt2 > 0.0) & ((pt2 <= JET_PT_MIN) | lost1)
    # With two jets, the sum without the second is the first up to rounding.
    without2 = np.where(n_jets > 2.0, pt1, np.round(all_pt - pt2, DECIMALS))
    c["PRI_jet_all_pt"] = np.where(lost1, 0.0, np.where(lost2, without2, all_pt))
    c["PRI_n_jets"] = np.where(lost1, 0.0, np.where(lost2, 1.0, n_jets))
    for jet, lost in (("leading", lost1), ("subleading", lost2)):
        for quantity in ("pt", "eta", "phi"):
            name = f"PRI_jet_{jet}_{quantity}"
            c[name] = np.where(lost, UNDEFINED, c[name])
    return c, kept
