import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML import derived_quantities as dq
from HiggsML.errors import DataError
from HiggsML.schema import DER_COLUMNS, FEATURES, PRI_COLUMNS, UNDEFINED

BY_HAND = {
    "PRI_lep_pt": 30.0, "PRI_lep_eta": 0.0, "PRI_lep_phi": 0.0,
    "PRI_had_pt": 40.0, "PRI_had_eta": 0.0, "PRI_had_phi": np.pi / 2,
    "PRI_jet_leading_pt": 60.0, "PRI_jet_leading_eta": 2.0, "PRI_jet_leading_phi": np.pi,
    "PRI_jet_subleading_pt": 50.0, "PRI_jet_subleading_eta": -2.0, "PRI_jet_subleading_phi": 0.0,
    "PRI_n_jets": 2.0, "PRI_jet_all_pt": 110.0, "PRI_met": 20.0, "PRI_met_phi": np.pi / 4,
}  # fmt: skip


def derived(**changes: float) -> dict[str, float]:
    columns = {name: np.array([value]) for name, value in (BY_HAND | changes).items()}
    return {name: float(values[0]) for name, values in dq.derive(columns).items()}


def test_by_hand() -> None:
    found = derived()
    r2 = np.sqrt(2.0)
    assert found == pytest.approx(
        {
            "DER_mass_transverse_met_lep": np.sqrt(2 * 20 * 30 * (1 - 1 / r2)),
            "DER_mass_vis": np.sqrt(2 * 30 * 40),
            "DER_pt_h": np.hypot(30 + 20 / r2, 40 + 20 / r2),
            "DER_deltaeta_jet_jet": 4.0,
            "DER_mass_jet_jet": np.sqrt(2 * 60 * 50 * (np.cosh(4.0) + 1.0)),
            "DER_prodeta_jet_jet": -4.0,
            "DER_deltar_had_lep": np.pi / 2,
            "DER_pt_tot": np.hypot(30 + 20 / r2 - 60 + 50, 40 + 20 / r2),
            "DER_sum_pt": 180.0,
            "DER_pt_ratio_lep_had": 0.75,
            "DER_met_phi_centrality": r2,
            "DER_lep_eta_centrality": 1.0,
        }
    )


def test_below_two_jets() -> None:
    absent = {f"PRI_jet_subleading_{q}": UNDEFINED for q in ("pt", "eta", "phi")}
    found = derived(**absent, PRI_n_jets=1.0, PRI_jet_all_pt=60.0)
    undefined = {name for name, value in found.items() if value == UNDEFINED}
    assert undefined == {
        "DER_deltaeta_jet_jet",
        "DER_mass_jet_jet",
        "DER_prodeta_jet_jet",
        "DER_lep_eta_centrality",
    }
    r2 = np.sqrt(2.0)
    assert found["DER_pt_tot"] == pytest.approx(np.hypot(30 + 20 / r2 - 60, 40 + 20 / r2))


def test_missing_momentum_opposite_and_degenerate() -> None:
    assert derived(PRI_met_phi=-3 * np.pi / 4)["DER_met_phi_centrality"] == pytest.approx(
        -np.sqrt(2)
    )
    assert derived(PRI_met_phi=0.0)["DER_met_phi_centrality"] == pytest.approx(1.0)
    # Lepton, tau and missing momentum in one direction: moved by EPSILON, then defined.
    aligned = derived(PRI_had_phi=0.0, PRI_met_phi=0.0)["DER_met_phi_centrality"]
    assert aligned == pytest.approx(1.0)


def test_jets_of_one_eta() -> None:
    found = derived(PRI_jet_subleading_eta=2.0)
    assert found["DER_deltaeta_jet_jet"] == 0.0
    assert found["DER_lep_eta_centrality"] == pytest.approx(0.0, abs=1e-12)


@given(angle=st.floats(-np.pi, np.pi))
def test_rotation_changes_nothing(generated_events: pd.DataFrame, angle: float) -> None:
    before = dq.primary_columns(generated_events)
    after = dict(before)
    for particle in ("lep", "had", "jet_leading", "jet_subleading"):
        name = f"PRI_{particle}_phi"
        after[name] = np.where(before[name] == UNDEFINED, UNDEFINED, before[name] + angle)
    after["PRI_met_phi"] = before["PRI_met_phi"] + angle
    for name, values in dq.derive(before).items():
        np.testing.assert_allclose(dq.derive(after)[name], values, atol=1e-5, err_msg=name)


def test_reflection_in_eta_changes_nothing(generated_events: pd.DataFrame) -> None:
    before = dq.primary_columns(generated_events)
    after = {
        name: np.where(values == UNDEFINED, values, -values) if name.endswith("_eta") else values
        for name, values in before.items()
    }
    for name, values in dq.derive(before).items():
        np.testing.assert_allclose(dq.derive(after)[name], values, atol=1e-9, err_msg=name)


def test_frames(events: pd.DataFrame) -> None:
    primaries = events[list(PRI_COLUMNS)]
    copy = primaries.copy()
    full = dq.DER_data(primaries)
    assert list(full.columns) == list(FEATURES)
    assert set(full.dtypes) == {np.dtype(np.float32)}
    pd.testing.assert_frame_equal(primaries, copy)
    for name in DER_COLUMNS:
        alone = getattr(dq, f"f_{name}")(primaries)
        assert list(alone.columns) == [*PRI_COLUMNS, name]
        np.testing.assert_array_equal(alone[name].astype(np.float32), full[name])


def test_cartesian_columns_come_and_go(events: pd.DataFrame) -> None:
    with_momenta = dq.calcul_int(events)
    assert with_momenta["p_had"].ge(with_momenta["PRI_had_pt"] - 1e-9).all()
    pd.testing.assert_frame_equal(dq.f_del_DER(with_momenta), events)


def test_a_missing_feature_is_named(events: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="PRI_had_eta"):
        dq.DER_data(events.drop(columns="PRI_had_eta"))
