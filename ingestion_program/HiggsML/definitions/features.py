"""The twelve derived features, in numpy: the definition that faster versions are tested against.

All particles are massless: p_T = pT (cos phi, sin phi), pz = pT sinh eta, |p| = pT cosh eta.
Momenta are in GeV, angles in rad, everything is computed in float64. Source of the formulas: the
organisers' description of the data set; they reproduce the stored features of the public file.

A function of one quantity takes columns (a mapping of names to float64 arrays: the primary features
and the momenta of `cartesian`) and returns an array.
"""

from collections.abc import Callable, Mapping

import numpy as np

from ..arrays import Array
from ..schema import DER_COLUMNS, UNDEFINED

__all__ = ["DEFINITIONS", "EPSILON", "Columns", "cartesian", "derive"]

Columns = Mapping[str, Array]

EPSILON = 1e-4
"""What is added where a centrality would divide by zero: to phi of the lepton, or to (deta)^2."""


# --- momenta -------------------------------------------------------------------------------------


def cartesian(primaries: Columns) -> dict[str, Array]:
    """Cartesian momenta (GeV) of the primary features; those of an absent jet are 0.

    Returns:
        `had_px, had_py, had_pz, p_had`, the same for `lep`, `jet_leading` and `jet_subleading`, and
        `met_x, met_y`.
    """
    momenta = {}
    for particle in ("had", "lep", "jet_leading", "jet_subleading"):
        pt = np.maximum(primaries[f"PRI_{particle}_pt"], 0.0)  # an absent jet has a negative pT
        eta, phi = primaries[f"PRI_{particle}_eta"], primaries[f"PRI_{particle}_phi"]
        momenta[f"{particle}_px"] = pt * np.cos(phi)
        momenta[f"{particle}_py"] = pt * np.sin(phi)
        momenta[f"{particle}_pz"] = pt * np.sinh(np.where(pt > 0.0, eta, 0.0))
        momenta[f"p_{particle}"] = pt * np.cosh(np.where(pt > 0.0, eta, 0.0))
    momenta["met_x"] = primaries["PRI_met"] * np.cos(primaries["PRI_met_phi"])
    momenta["met_y"] = primaries["PRI_met"] * np.sin(primaries["PRI_met_phi"])
    return momenta


def _mass(c: Columns, first: str, second: str) -> Array:
    """Invariant mass of two massless particles; a radicand that rounds below 0 counts as 0."""
    energy = c[f"p_{first}"] + c[f"p_{second}"]
    momentum2 = sum((c[f"{first}_{k}"] + c[f"{second}_{k}"]) ** 2 for k in ("px", "py", "pz"))
    return np.sqrt(np.maximum(energy**2 - momentum2, 0.0))


def _transverse_sum(c: Columns, *particles: str) -> Array:
    """|MET_vec + the particles' p_T|, GeV."""
    x = c["met_x"] + sum(c[f"{particle}_px"] for particle in particles)
    y = c["met_y"] + sum(c[f"{particle}_py"] for particle in particles)
    return np.asarray(np.hypot(x, y))


def _where_two_jets(c: Columns, value: Array) -> Array:
    return np.where(c["PRI_jet_subleading_pt"] > 0.0, value, UNDEFINED)


# --- the definitions -----------------------------------------------------------------------------


def mass_transverse_met_lep(c: Columns) -> Array:
    """sqrt(max(0, (MET + pT_l)^2 - |MET_vec + l_T|^2)), GeV."""
    energy = c["PRI_met"] + c["PRI_lep_pt"]
    return np.sqrt(np.maximum(energy**2 - _transverse_sum(c, "lep") ** 2, 0.0))


def mass_vis(c: Columns) -> Array:
    """Invariant mass of lepton and tau, GeV."""
    return _mass(c, "lep", "had")


def pt_h(c: Columns) -> Array:
    """|h_T + l_T + MET_vec|, the transverse momentum of the Higgs candidate, GeV."""
    return _transverse_sum(c, "had", "lep")


def deltaeta_jet_jet(c: Columns) -> Array:
    """|eta_2 - eta_1|, undefined below two jets."""
    return _where_two_jets(c, np.abs(c["PRI_jet_subleading_eta"] - c["PRI_jet_leading_eta"]))


def mass_jet_jet(c: Columns) -> Array:
    """Invariant mass of the two stored jets, GeV, undefined below two jets."""
    return _where_two_jets(c, _mass(c, "jet_leading", "jet_subleading"))


def prodeta_jet_jet(c: Columns) -> Array:
    """eta_1 eta_2, undefined below two jets."""
    return _where_two_jets(c, c["PRI_jet_leading_eta"] * c["PRI_jet_subleading_eta"])


def deltar_had_lep(c: Columns) -> Array:
    """sqrt(deta^2 + dphi^2) of tau and lepton, dphi wrapped into [-pi, pi)."""
    dphi = np.mod(c["PRI_lep_phi"] - c["PRI_had_phi"] + 3.0 * np.pi, 2.0 * np.pi) - np.pi
    return np.asarray(np.hypot(c["PRI_lep_eta"] - c["PRI_had_eta"], dphi))


def pt_tot(c: Columns) -> Array:
    """|h_T + l_T + MET_vec + j1_T + j2_T|, GeV; absent jets add nothing."""
    return _transverse_sum(c, "had", "lep", "jet_leading", "jet_subleading")


def sum_pt(c: Columns) -> Array:
    """pT_h + pT_l + the scalar sum over all jets, GeV."""
    return c["PRI_had_pt"] + c["PRI_lep_pt"] + c["PRI_jet_all_pt"]


def pt_ratio_lep_had(c: Columns) -> Array:
    """pT_l / pT_h."""
    return c["PRI_lep_pt"] / c["PRI_had_pt"]


def met_phi_centrality(c: Columns) -> Array:
    """(A + B) / sqrt(A^2 + B^2), in [-sqrt 2, sqrt 2]: sqrt 2 midway between lepton and tau.

    A = s sin(phi_m - phi_l), B = s sin(phi_h - phi_m), s = sign sin(phi_h - phi_l); where both
    vanish phi_l is moved by `EPSILON`, and where they vanish still the feature is undefined.
    """
    lep, had, met = c["PRI_lep_phi"], c["PRI_had_phi"], c["PRI_met_phi"]

    def a_and_b(lep: Array) -> tuple[Array, Array]:
        side = np.sign(np.sin(had - lep))
        return side * np.sin(met - lep), side * np.sin(had - met)

    a, b = a_and_b(lep)
    degenerate = (a == 0.0) & (b == 0.0)
    if degenerate.any():
        a, b = a_and_b(np.where(degenerate, lep + EPSILON, lep))
    length = np.hypot(a, b)
    return np.where(length > 0.0, (a + b) / np.where(length > 0.0, length, 1.0), UNDEFINED)


def lep_eta_centrality(c: Columns) -> Array:
    """exp(-4 (eta_l - (eta_1 + eta_2)/2)^2 / (eta_1 - eta_2)^2), undefined below two jets.

    `EPSILON` stands for the denominator where both jets have the same eta.
    """
    eta1, eta2 = c["PRI_jet_leading_eta"], c["PRI_jet_subleading_eta"]
    width2 = np.where(eta1 == eta2, EPSILON, (eta1 - eta2) ** 2)
    centrality = np.exp(-4.0 * (c["PRI_lep_eta"] - (eta1 + eta2) / 2.0) ** 2 / width2)
    return _where_two_jets(c, centrality)


DEFINITIONS: Mapping[str, Callable[[Columns], Array]] = {
    "DER_mass_transverse_met_lep": mass_transverse_met_lep,
    "DER_mass_vis": mass_vis,
    "DER_pt_h": pt_h,
    "DER_deltaeta_jet_jet": deltaeta_jet_jet,
    "DER_mass_jet_jet": mass_jet_jet,
    "DER_prodeta_jet_jet": prodeta_jet_jet,
    "DER_deltar_had_lep": deltar_had_lep,
    "DER_pt_tot": pt_tot,
    "DER_sum_pt": sum_pt,
    "DER_pt_ratio_lep_had": pt_ratio_lep_had,
    "DER_met_phi_centrality": met_phi_centrality,
    "DER_lep_eta_centrality": lep_eta_centrality,
}


def derive(primaries: Columns) -> dict[str, Array]:
    """All twelve derived features, float64, of the sixteen primary ones.

    Args:
        primaries: float64 arrays of one length under the names of `PRI_COLUMNS`.
    """
    columns = {**primaries, **cartesian(primaries)}
    return {name: DEFINITIONS[name](columns) for name in DER_COLUMNS}
