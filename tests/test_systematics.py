import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from HiggsML.definitions.shifts import select, shift
from HiggsML.derived_quantities import primary_columns
from HiggsML.errors import DataError, SettingsError
from HiggsML.experiments import EventPool
from HiggsML.nuisances import NUISANCES
from HiggsML.schema import DER_COLUMNS, FEATURES, PRI_COLUMNS, UNDEFINED
from HiggsML.systematics import (
    all_bkg_weight_norm,
    diboson_bkg_weight_norm,
    generate_pseudo_exp_data,
    get_bootstrapped_dataset,
    get_systematics_dataset,
    make_unweighted_set,
    mom4_manipulate,
    postprocess,
    repeat_rows_by_weight,
    systematics,
    ttbar_bkg_weight_norm,
)

scales = st.floats(0.9, 1.1)


def event(**changes: float) -> dict[str, np.ndarray]:
    """One event with two jets."""
    values = dict.fromkeys(PRI_COLUMNS, 0.0) | {
        "PRI_lep_pt": 40.0,
        "PRI_had_pt": 50.0,
        "PRI_had_phi": 1.0,
        "PRI_jet_leading_pt": 80.0,
        "PRI_jet_leading_eta": 1.0,
        "PRI_jet_leading_phi": 2.0,
        "PRI_jet_subleading_pt": 40.0,
        "PRI_jet_subleading_eta": -1.0,
        "PRI_jet_subleading_phi": -2.0,
        "PRI_n_jets": 2.0,
        "PRI_jet_all_pt": 120.0,
        "PRI_met": 30.0,
        "PRI_met_phi": 0.5,
    }
    return {name: np.array([value]) for name, value in (values | changes).items()}


def vector(c: dict[str, np.ndarray], pt: str, phi: str) -> np.ndarray:
    return np.stack([c[pt] * np.cos(c[phi]), c[pt] * np.sin(c[phi])])


class TestShift:
    def test_nominal_only_rounds(self, events: pd.DataFrame) -> None:
        before = primary_columns(events)
        after = shift(before)
        for name in PRI_COLUMNS:
            change = after[name] - before[name]
            if name.endswith("phi"):  # 3.1416 is rounded to more than pi, and comes back as -3.141
                change = np.remainder(change + np.pi, 2.0 * np.pi) - np.pi
            np.testing.assert_allclose(change, 0.0, atol=1.01e-3, err_msg=name)

    def test_what_the_tau_gains_the_missing_momentum_loses(self) -> None:
        before = event()
        after = shift(before, tes=1.03)
        assert after["PRI_had_pt"] == pytest.approx(51.5)
        total = [
            vector(c, "PRI_met", "PRI_met_phi") + vector(c, "PRI_had_pt", "PRI_had_phi")
            for c in (before, after)
        ]
        np.testing.assert_allclose(*total, atol=0.03)  # phi is rounded to 3 decimals

    @given(tes=scales, jes=scales)
    def test_the_visible_and_missing_sum_is_conserved(self, tes: float, jes: float) -> None:
        before = event()
        after = shift(before, tes, jes)
        total = [
            vector(c, "PRI_met", "PRI_met_phi")
            + vector(c, "PRI_had_pt", "PRI_had_phi")
            + vector(c, "PRI_jet_leading_pt", "PRI_jet_leading_phi")
            + vector(c, "PRI_jet_subleading_pt", "PRI_jet_subleading_phi")
            for c in (before, after)
        ]
        np.testing.assert_allclose(*total, atol=0.05)

    def test_jets_and_their_sum_scale(self) -> None:
        after = shift(event(), jes=0.97)
        assert after["PRI_jet_leading_pt"] == pytest.approx(77.6)
        assert after["PRI_jet_subleading_pt"] == pytest.approx(38.8)
        assert after["PRI_jet_all_pt"] == pytest.approx(116.4)
        assert after["PRI_had_pt"] == 50.0

    def test_an_absent_jet_stays_absent(self) -> None:
        none = {
            f"PRI_jet_{j}_{q}": UNDEFINED
            for j in ("leading", "subleading")
            for q in ("pt", "eta", "phi")
        }
        before = event(**none, PRI_n_jets=0.0, PRI_jet_all_pt=0.0)
        after = shift(before, jes=1.1)
        for name, value in none.items():
            assert after[name] == value
        assert after["PRI_met"] == before["PRI_met"]

    def test_soft_momentum_is_added(self) -> None:
        before = event()
        after = shift(before, soft_met=(np.array([3.0]), np.array([-4.0])))
        moved = vector(after, "PRI_met", "PRI_met_phi") - vector(before, "PRI_met", "PRI_met_phi")
        np.testing.assert_allclose(moved[:, 0], [3.0, -4.0], atol=0.03)

    def test_arguments_are_not_changed(self) -> None:
        before = event()
        copies = {name: values.copy() for name, values in before.items()}
        shift(before, 1.03, 0.97, (np.ones(1), np.ones(1)))
        for name in PRI_COLUMNS:
            np.testing.assert_array_equal(before[name], copies[name])


class TestSelect:
    @pytest.mark.parametrize(("pt", "kept"), [(25.999, False), (26.0, True), (26.001, True)])
    def test_tau_threshold(self, pt: float, kept: bool) -> None:
        assert select(event(PRI_had_pt=pt))[1] == [kept]

    @pytest.mark.parametrize(("pt", "kept"), [(19.999, False), (20.0, True)])
    def test_lepton_threshold(self, pt: float, kept: bool) -> None:
        assert select(event(PRI_lep_pt=pt))[1] == [kept]

    @pytest.mark.parametrize(("pt", "n_jets"), [(25.999, 1.0), (26.0, 1.0), (26.001, 2.0)])
    def test_jet_threshold(self, pt: float, n_jets: float) -> None:
        after, _ = select(event(PRI_jet_subleading_pt=pt, PRI_jet_all_pt=80.0 + pt))
        assert after["PRI_n_jets"] == n_jets
        assert after["PRI_jet_all_pt"] == pytest.approx(80.0 if n_jets == 1.0 else 80.0 + pt)
        assert (after["PRI_jet_subleading_eta"] == UNDEFINED) == (n_jets == 1.0)

    def test_softer_jets_fall_with_a_fallen_one(self) -> None:
        """Documented difference: 0.1.5 leaves two jets here and derives features from sentinels."""
        after, _ = select(
            event(PRI_jet_subleading_pt=25.0, PRI_n_jets=4.0, PRI_jet_all_pt=80.0 + 25.0 + 44.0)
        )
        assert after["PRI_n_jets"] == 1.0
        assert after["PRI_jet_all_pt"] == 80.0

    def test_no_jet_is_left_when_the_leading_one_falls(self) -> None:
        after, _ = select(
            event(PRI_jet_leading_pt=26.0, PRI_jet_subleading_pt=25.0, PRI_jet_all_pt=51.001)
        )
        assert after["PRI_n_jets"] == 0.0
        assert after["PRI_jet_all_pt"] == 0.0
        assert after["PRI_jet_subleading_pt"] == after["PRI_jet_leading_pt"] == UNDEFINED

    @given(jes=scales)
    def test_jets_are_consistent_after_any_shift(
        self, generated_events: pd.DataFrame, jes: float
    ) -> None:
        c, _ = select(shift(primary_columns(generated_events), jes=jes))
        one, two = c["PRI_jet_leading_pt"] > 0.0, c["PRI_jet_subleading_pt"] > 0.0
        np.testing.assert_array_equal(one, c["PRI_n_jets"] >= 1.0)
        np.testing.assert_array_equal(two, c["PRI_n_jets"] >= 2.0)
        assert np.all(c["PRI_jet_all_pt"][~one] == 0.0)
        assert c["PRI_jet_leading_pt"][one].min() > 26.0
        assert c["PRI_jet_subleading_pt"][two].min() > 26.0


class TestWeightNorms:
    labels = np.array(["ttbar", "diboson", "ztautau", "htautau"])

    def test_factors_go_to_their_process(self) -> None:
        ones = np.ones(4)
        np.testing.assert_array_equal(ttbar_bkg_weight_norm(ones, self.labels, 3.0), [3, 1, 1, 1])
        np.testing.assert_array_equal(diboson_bkg_weight_norm(ones, self.labels, 3.0), [1, 3, 1, 1])
        np.testing.assert_array_equal(all_bkg_weight_norm(ones, [0, 0, 0, 1], 3.0), [3, 3, 3, 1])
        np.testing.assert_array_equal(ones, np.ones(4))


class TestSystematics:
    def as_dict(self, events: pd.DataFrame) -> dict[str, object]:
        labels = ["weights", "labels", "detailed_labels"]
        return {"data": events.drop(columns=labels)} | {name: events[name] for name in labels}

    def test_a_dict_comes_back_as_a_dict(self, events: pd.DataFrame) -> None:
        given = self.as_dict(events) | {"settings": {"mu": 1}}
        shifted = systematics(given, tes=1.02, jes=0.98, soft_met=1.0, seed=3)
        assert shifted.keys() == given.keys()
        assert shifted["settings"] == {"mu": 1}
        assert 0 < len(shifted["data"]) < len(events)
        for name in ("weights", "labels", "detailed_labels"):
            assert len(shifted[name]) == len(shifted["data"])
            assert name not in shifted["data"]
        assert set(shifted["data"].dtypes) == {np.dtype(np.float32)}
        assert {*shifted["data"].columns} == {*FEATURES}

    def test_a_frame_comes_back_as_a_frame(self, events: pd.DataFrame) -> None:
        from_dict = systematics(self.as_dict(events), tes=1.02)
        from_frame = systematics(events, tes=1.02)
        pd.testing.assert_frame_equal(from_frame[list(FEATURES)], from_dict["data"][list(FEATURES)])
        assert "detailed_labels" in from_frame

    def test_rates_reach_the_weights(self, events: pd.DataFrame) -> None:
        """Documented difference: 0.1.5 looks for a column of another name and does nothing."""
        nominal = systematics(self.as_dict(events))
        scaled = systematics(
            self.as_dict(events), ttbar_scale=1.1, diboson_scale=0.5, bkg_scale=2.0
        )
        ratio = (scaled["weights"] / nominal["weights"]).groupby(
            nominal["detailed_labels"], observed=True
        )
        assert ratio.mean().to_dict() == pytest.approx(
            {"htautau": 1.0, "ztautau": 2.0, "ttbar": 2.2, "diboson": 1.0}
        )

    def test_stored_features_are_reproduced(self, events: pd.DataFrame) -> None:
        nominal = systematics(events, dopostprocess=False)
        for name in DER_COLUMNS:
            # The azimuth of the missing momentum may be rounded anew, see above.
            np.testing.assert_allclose(nominal[name], events[name], atol=1e-3, rtol=5e-4)

    def test_arguments_are_not_changed(self, events: pd.DataFrame) -> None:
        given = self.as_dict(events)
        before = given["data"].copy(), given["weights"].copy()
        systematics(given, tes=1.05, bkg_scale=2.0)
        pd.testing.assert_frame_equal(given["data"], before[0])
        pd.testing.assert_series_equal(given["weights"], before[1])

    def test_one_seed_gives_one_noise(self, events: pd.DataFrame) -> None:
        first, again, other = (
            mom4_manipulate(events, 1.0, 1.0, 2.0, seed)["PRI_met"] for seed in (1, 1, 2)
        )
        assert first.equals(again)
        assert not first.equals(other)

    @pytest.mark.parametrize("cut", [False, True])
    def test_large_frames_are_shifted_in_blocks(
        self, events: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, cut: bool
    ) -> None:
        arguments = {"tes": 1.02, "soft_met": 2.0, "ttbar_scale": 1.1, "dopostprocess": cut}
        events = events.set_index(np.arange(len(events))[::-1])
        at_once = systematics(events, **arguments)
        monkeypatch.setattr("HiggsML.systematics._BLOCK", 123)
        assert len(events) > 5 * 123
        pd.testing.assert_frame_equal(systematics(events, **arguments), at_once)

    def test_bad_input(self, events: pd.DataFrame) -> None:
        with pytest.raises(DataError, match="frame, or a mapping"):
            systematics(None)
        with pytest.raises(DataError, match="PRI_met"):
            systematics(events.drop(columns="PRI_met"))
        with pytest.raises(DataError, match="needs the column 'detailed_labels'"):
            systematics(
                {"data": events[list(PRI_COLUMNS)], "weights": np.ones(len(events))},
                ttbar_scale=1.1,
            )
        with pytest.raises(SettingsError, match="tes"):
            systematics(events, tes=float("nan"))

    @pytest.mark.parametrize(
        ("name", "value"), [("tes", 5.0), ("tes", 0.89), ("jes", 1.11), ("soft_met", 5.1)]
    )
    def test_shifts_beyond_the_bounds_are_refused(
        self, events: pd.DataFrame, name: str, value: float
    ) -> None:
        low, high = NUISANCES[name].low, NUISANCES[name].high
        with pytest.raises(SettingsError, match=rf"{name}: .*{value}.*give {low:g} to {high:g}"):
            systematics(events, **{name: value})
        for bound in (low, high):
            assert len(systematics(events, **{name: bound})) > 0

    @pytest.mark.parametrize("name", ["ttbar_scale", "diboson_scale", "bkg_scale"])
    def test_neutral_rates_need_no_labels(self, events: pd.DataFrame, name: str) -> None:
        """What the organisers' example with one systematic does."""
        bare = events.drop(columns=["labels", "detailed_labels"])
        pd.testing.assert_frame_equal(systematics(bare, **{name: 1.0}), systematics(bare))
        alone = bare.drop(columns="weights")
        pd.testing.assert_frame_equal(systematics(alone, **{name: 1.0}), systematics(alone))
        with pytest.raises(DataError, match="needs the column"):
            systematics(bare, **{name: 1.01})

    def test_postprocess_starts_a_new_index(self, events: pd.DataFrame) -> None:
        kept = postprocess(events)
        assert list(kept.index) == list(range(len(kept)))


class TestBootstrap:
    def test_multiplicities_are_poisson(self, test_set: dict[str, pd.DataFrame]) -> None:
        """Counts of 1,200 events of mean 0.5 to 1.5: a chi-square that fails one seed in 1e4."""
        drawn = get_bootstrapped_dataset(test_set, mu=2.0, seed=1, ttbar_scale=0.5)
        expected = 300.0 * (2.0 + 1.0 + 0.5 + 1.0)
        assert abs(len(drawn) - expected) < 3.9 * np.sqrt(expected)
        assert "weights" not in drawn

    def test_rates_of_every_background(self, test_set: dict[str, pd.DataFrame]) -> None:
        """Documented difference: in 0.1.5 bkg_scale reaches ttbar only together with its scale."""
        certain = get_bootstrapped_dataset(test_set, mu=3.0, bkg_scale=2.0, poisson=False)
        assert certain["weights"].sum() == pytest.approx(300.0 * (3.0 + 2.0 + 2.0 + 2.0))
        assert len(certain) == 1200

    def test_order_tells_nothing(self, test_set: dict[str, pd.DataFrame]) -> None:
        """The mean position of an event says nothing of its process (z below 4: 6e-5)."""
        marked = {p: frame.assign(process=i) for i, (p, frame) in enumerate(test_set.items())}
        drawn = get_bootstrapped_dataset(marked, seed=4)
        position = np.arange(len(drawn)) / len(drawn)
        for process in range(4):
            chosen = position[drawn["process"] == process]
            assert abs(chosen.mean() - 0.5) * np.sqrt(12 * len(chosen)) < 4.0


class TestPseudoExperiment:
    everything = dict.fromkeys(
        ("tes", "jes", "soft_met", "ttbar_scale", "diboson_scale", "bkg_scale"), True
    )

    def test_what_predict_is_given(self, test_set: dict[str, pd.DataFrame]) -> None:
        made = generate_pseudo_exp_data(test_set, 2.0, self.everything, seed=5)
        assert made.keys() == {"data", "weights"}
        assert list(made["data"].columns) == list(FEATURES)
        assert set(made["data"].dtypes) == {np.dtype(np.float32)}
        assert np.all(made["weights"] == 1.0)
        assert len(made["weights"]) == len(made["data"]) > 1000

    def test_one_seed_gives_one_experiment(self, test_set: dict[str, pd.DataFrame]) -> None:
        first, again, other = (
            generate_pseudo_exp_data(test_set, 1.0, self.everything, seed)["data"]
            for seed in (1, 1, 2)
        )
        pd.testing.assert_frame_equal(first, again)
        assert not first.equals(other)

    def test_a_pool_gives_the_same(self, test_set: dict[str, pd.DataFrame]) -> None:
        from_pool = generate_pseudo_exp_data(EventPool.from_frames(test_set), seed=1)
        pd.testing.assert_frame_equal(
            from_pool["data"], generate_pseudo_exp_data(test_set, seed=1)["data"]
        )

    def test_unknown_nuisance_parameter(self, test_set: dict[str, pd.DataFrame]) -> None:
        with pytest.raises(SettingsError, match="tau_scale"):
            generate_pseudo_exp_data(test_set, dict_systematics={"tau_scale": True})


class TestFurtherNames:
    def test_shifted_events_of_weight_one(self, events: pd.DataFrame) -> None:
        found = get_systematics_dataset(events[list(PRI_COLUMNS)], tes=1.02)
        assert found.keys() == {"data", "weights"}
        assert (found["weights"] == 1.0).all()
        expected = systematics(events[list(PRI_COLUMNS)], tes=1.02)
        pd.testing.assert_frame_equal(found["data"], expected)

    @pytest.mark.parametrize("name", ["detailed_labels", "detailedlabel"])
    def test_events_of_each_process(self, events: pd.DataFrame, name: str) -> None:
        found = make_unweighted_set({"data": events, name: events["detailed_labels"]})
        assert {p: len(f) for p, f in found.items()} == dict.fromkeys(found, 300)
        assert all((f["detailed_labels"] == p).all() for p, f in found.items())
        with pytest.raises(DataError, match="detailed_labels"):
            make_unweighted_set({"data": events})

    def test_rows_are_repeated(self) -> None:
        frame = pd.DataFrame({"x": [1, 2, 3], "weights": [0.9, 2.0, 3.7]})
        assert sorted(repeat_rows_by_weight(frame)["x"]) == [2, 2, 3, 3, 3]
        assert list(frame.columns) == ["x", "weights"]
        with pytest.raises(DataError, match="weights"):
            repeat_rows_by_weight(frame[["x"]])
