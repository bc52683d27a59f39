"""Figures: what they show can be read back from them, and nothing else in matplotlib changes."""

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from HiggsML import visualization
from HiggsML.errors import DataError
from HiggsML.figures.style import unit
from HiggsML.schema import FEATURES, PROCESSES, SIGNAL, UNDEFINED
from HiggsML.systematics import systematics
from HiggsML.visualization import (
    class_counts,
    class_histograms,
    confusion_matrix,
    correlation_plots,
    cut_distributions,
    event_vise_syst,
    feature_importances,
    histogram_syst,
    image_gallery,
    interval_widths,
    learning_curves,
    pair_plots,
    pair_plots_syst,
    roc_curves,
    stacked_histogram,
    train_test_scores,
    visualize_coverage,
    visualize_scatter,
)
from small_cuts import Window

N = 400
COLUMNS = ["PRI_had_pt", "PRI_jet_leading_pt", "DER_mass_vis"]


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    columns = {name: 26.0 + rng.exponential(30.0, N) for name in FEATURES}
    for name in FEATURES:
        if name.endswith(("_eta", "_phi")):
            columns[name] = rng.uniform(-3.0, 3.0, N)
    no_jet = rng.random(N) < 0.5
    for name in ("pt", "eta", "phi"):
        columns[f"PRI_jet_leading_{name}"][no_jet] = UNDEFINED
        columns[f"PRI_jet_subleading_{name}"][:] = UNDEFINED
    columns["PRI_n_jets"] = np.where(no_jet, 0.0, 1.0)
    columns["PRI_jet_all_pt"] = np.maximum(columns["PRI_jet_leading_pt"], 0.0)
    code = rng.integers(0, 4, N)
    frame = pd.DataFrame(columns).astype(np.float32)
    return frame.assign(
        weights=1.0 + code, labels=(code == 0).astype(float), process=np.array(PROCESSES)[code]
    )


@pytest.fixture(scope="module")
def shifted(events: pd.DataFrame) -> pd.DataFrame:
    shifted = systematics(data_set=events, tes=1.05, jes=0.95, soft_met=1.0, dopostprocess=False)
    assert isinstance(shifted, pd.DataFrame)
    return shifted


@pytest.fixture(scope="module")
def results() -> dict[int, dict[str, list[float]]]:
    middles = np.random.default_rng(3).normal(1.0, 0.3, (3, 20))
    return {
        i: {"mu_hats": row.tolist(), "p16": (row - 0.3).tolist(), "p84": (row + 0.3).tolist()}
        for i, row in enumerate(middles)
    }


IMAGES = np.random.default_rng(1).random((20, 6, 6))
WINDOW = Window("DER_mass_vis", 50.0, 80.0)
TRUTHS = {0: 1.0, 1: 0.5, 2: 2.0}

Draw = Callable[[pd.DataFrame, pd.DataFrame, dict[int, dict[str, list[float]]]], Figure]

ALL: dict[str, Draw] = {
    "correlation_plots": lambda e, s, r: correlation_plots(e, e["labels"]),
    "pair_plots": lambda e, s, r: pair_plots(e, e["labels"]),
    "stacked_histogram": lambda e, s, r: stacked_histogram(
        e, e["labels"], e["weights"], e["process"], "DER_mass_vis", mu_hat=2.0
    ),
    "pair_plots_syst": lambda e, s, r: pair_plots_syst(e, s),
    "histogram_syst": lambda e, s, r: histogram_syst(e, s, e["weights"], s["weights"]),
    "event_vise_syst": lambda e, s, r: event_vise_syst(e, s),
    "visualize_scatter": lambda e, s, r: visualize_scatter(r, TRUTHS),
    "visualize_coverage": lambda e, s, r: visualize_coverage(r, TRUTHS),
    "class_counts": lambda e, s, r: class_counts(e["process"], e["weights"]),
    "class_histograms": lambda e, s, r: class_histograms({"met": e["PRI_met"]}, "MET [GeV]"),
    "confusion_matrix": lambda e, s, r: confusion_matrix([[4.0, 0.0], [-1.0, 2.0]], ["a", "b"]),
    "cut_distributions": lambda e, s, r: cut_distributions(
        e[[*FEATURES]], FEATURES, e["labels"], [WINDOW], e["weights"]
    ),
    "feature_importances": lambda e, s, r: feature_importances([0.2, 0.7, 0.1], COLUMNS),
    "image_gallery": lambda e, s, r: image_gallery(IMAGES, np.arange(20) % 2),
    "interval_widths": lambda e, s, r: interval_widths({"cuts": 1.2, "trees": 0.4}),
    "learning_curves": lambda e, s, r: learning_curves({"loss": [0.7, 0.5], "error": [0.3, 0.2]}),
    "roc_curves": lambda e, s, r: roc_curves({"mass": e["DER_mass_vis"]}, e["labels"]),
    "train_test_scores": lambda e, s, r: train_test_scores({"trees": 0.9}, {"trees": 0.8}),
}


def refused(*words: str) -> AbstractContextManager[object]:
    everywhere = "".join(f"(?=.*{re.escape(word)})" for word in (*words, "Fix: "))
    return pytest.raises(DataError, match=f"(?s)^{everywhere}")


# --- all figures ---------------------------------------------------------------------------------


def test_every_public_figure_is_tested() -> None:
    assert {*ALL, "Dataset_visualise"} == {*visualization.__all__}  # whose methods draw these


@pytest.mark.parametrize("name", ALL)
def test_figures(
    name: str,
    events: pd.DataFrame,
    shifted: pd.DataFrame,
    results: dict[int, dict[str, list[float]]],
) -> None:
    """Each is drawn with its defaults, the same every time, and shows itself in a notebook."""
    before, style = events.copy(), dict(mpl.rcParams)
    figures = [ALL[name](events, shifted, results) for _ in range(2)]
    assert dict(mpl.rcParams) == style
    pd.testing.assert_frame_equal(events, before)
    assert all(isinstance(figure, Figure) for figure in figures)
    images = [figure._repr_png_() for figure in figures]  # type: ignore[attr-defined]
    assert images[0].startswith(b"\x89PNG")
    assert images[0] == images[1]


@pytest.mark.parametrize("name", ["pair_plots", "pair_plots_syst", "event_vise_syst"])
def test_samples_are_seeded(name: str, events: pd.DataFrame, shifted: pd.DataFrame) -> None:
    second = events["labels"] if name == "pair_plots" else shifted
    draw = getattr(visualization, name)
    images = []
    for more in ({}, {"seed": 0}, {"seed": 1}):
        buffer = BytesIO()
        figure = draw(events, second, columns=COLUMNS[:2], sample_size=30, **more)
        figure.savefig(buffer, format="raw", dpi=30)
        images.append(buffer.getvalue())
    assert images[0] == images[1] != images[2]


def test_pyplot_is_not_needed() -> None:
    source = "import sys, HiggsML.visualization; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source], check=False).returncode == 0


def test_units() -> None:
    gev = {name for name in FEATURES if unit(name) == "GeV"}
    rad = {name for name in FEATURES if unit(name) == "rad"}
    assert {name for name in FEATURES if name.startswith("PRI_") and "_pt" in name} <= gev
    assert gev - {name for name in FEATURES if "_pt" in name} == {
        "PRI_met",
        "DER_mass_transverse_met_lep",
        "DER_mass_vis",
        "DER_mass_jet_jet",
    }
    assert "DER_pt_ratio_lep_had" not in gev
    assert rad == {name for name in FEATURES if name.endswith("_phi")}


# --- what they show ------------------------------------------------------------------------------


def test_correlations_are_those_of_defined_values(events: pd.DataFrame) -> None:
    figure = correlation_plots(events, events["labels"], COLUMNS)
    assert [axes.get_title() for axes in figure.axes[:2]] == [
        f"signal ({int(events['labels'].sum())} events)",
        f"background ({int((1 - events['labels']).sum())} events)",
    ]
    for axes, label in zip(figure.axes, (1, 0), strict=False):
        chosen = events.loc[events["labels"] == label, COLUMNS].astype(float)
        expected = chosen.replace(UNDEFINED, np.nan).corr()
        np.testing.assert_allclose(axes.images[0].get_array(), expected, rtol=1e-12)


def test_pairs_leave_undefined_values_out(events: pd.DataFrame) -> None:
    figure = pair_plots(events, events["labels"], sample_size=10_000, columns=COLUMNS)
    pairs = figure.axes[3].lines  # second row, first column: jet pT against tau pT
    shown = np.concatenate([line.get_ydata() for line in pairs])
    assert len(shown) == N
    assert np.nanmin(shown) >= 26.0
    assert np.isnan(shown).sum() == (events["PRI_jet_leading_pt"] == UNDEFINED).sum()


@pytest.mark.parametrize("mu_hat", [1.0, 2.5])
def test_stack_holds_all_expected_events(events: pd.DataFrame, mu_hat: float) -> None:
    figure = stacked_histogram(
        events,
        events["labels"],
        events["weights"],
        events["process"],
        "PRI_n_jets",
        mu_hat=mu_hat,
    )
    upper, lower = figure.axes
    steps = [patch.get_data() for patch in upper.patches if isinstance(patch, StepPatch)]
    is_signal = events["process"] == SIGNAL
    for jets in (0, 1):
        here = events["PRI_n_jets"] == jets
        background = events.loc[here & ~is_signal, "weights"].sum()
        signal = events.loc[here & is_signal, "weights"].sum()
        stacked = [top[jets] - bottom[jets] for top, _, bottom in steps[:-1]]
        assert sum(stacked) == pytest.approx(background)
        assert steps[-1][0][jets] == pytest.approx(background + mu_hat * signal)
        share = lower.patches[-1].get_data()[0][jets]  # type: ignore[attr-defined]
        assert share == pytest.approx(100.0 * mu_hat * signal / background)


def test_stack_says_how_many_events_lack_the_feature(events: pd.DataFrame) -> None:
    arguments = (events["labels"], events["weights"], events["process"])
    missing = events["PRI_jet_leading_pt"] == UNDEFINED
    share = events.loc[missing, "weights"].sum() / events["weights"].sum()
    figure = stacked_histogram(events, *arguments, "PRI_jet_leading_pt", y_scale="log")
    assert f"({share:.1%} of the events do not have it)" in figure.axes[1].get_xlabel()
    assert "[GeV]" in figure.axes[1].get_xlabel()
    assert figure.axes[0].get_yscale() == "log"


def test_categorical_labels_are_fine(events: pd.DataFrame) -> None:
    labels = events["process"].astype("category")
    figure = stacked_histogram(events, events["labels"], events["weights"], labels, "PRI_met")
    assert len(figure.axes[0].patches) == len(PROCESSES)


def test_histograms_are_densities(events: pd.DataFrame, shifted: pd.DataFrame) -> None:
    figure = histogram_syst(events, shifted, events["weights"], shifted["weights"], ["PRI_n_jets"])
    upper = figure.axes[0]
    for patch in upper.patches:
        values, edges, _ = patch.get_data()  # type: ignore[attr-defined]
        assert (values * np.diff(edges)).sum() == pytest.approx(1.0)


def test_event_shifts(events: pd.DataFrame, shifted: pd.DataFrame) -> None:
    figure = event_vise_syst(events, shifted, ["PRI_had_pt", "PRI_met_phi"], sample_size=N)
    nominal, change = figure.axes[0].lines[1].get_data()
    np.testing.assert_allclose(change, 0.05 * np.asarray(nominal), atol=1e-3)
    angles = np.asarray(figure.axes[1].lines[1].get_ydata())
    assert (np.abs(angles) <= np.pi).all()
    assert figure.axes[1].get_ylabel() == "shifted − nominal [rad]"


@pytest.mark.parametrize("keys", [("p16", "p84"), ("p16s", "p84s")])
@pytest.mark.parametrize("truths", [TRUTHS, [1.0, 0.5, 2.0]], ids=["mapping", "list"])
def test_intervals(
    results: dict[int, dict[str, list[float]]], keys: tuple[str, str], truths: object
) -> None:
    renamed = {
        i: {"mu_hats": r["mu_hats"], keys[0]: r["p16"], keys[1]: r["p84"]}
        for i, r in results.items()
    }
    figure = visualize_coverage(renamed, truths)
    assert len(figure.axes) == 3
    for axes, (i, result) in zip(figure.axes, results.items(), strict=True):
        low, high = np.array(result["p16"]), np.array(result["p84"])
        hits = (low <= TRUTHS[i]) & (TRUTHS[i] <= high)
        lines = [c.get_segments() for c in axes.collections if isinstance(c, LineCollection)]
        assert [len(segments) for segments in lines] == [hits.sum(), (~hits).sum()]
        ends = np.array([s[:, 0] for segments in lines for s in segments])
        np.testing.assert_allclose(np.sort(ends[:, 0]), np.sort(low))
        np.testing.assert_allclose(np.sort(ends[:, 1]), np.sort(high))
        assert axes.get_title() == f"set {i}: {hits.mean():.0%} cover"


def test_scatter_shows_mean_and_spread(results: dict[int, dict[str, list[float]]]) -> None:
    (axes,) = visualize_scatter(results, TRUTHS).axes
    truths, means = np.asarray(axes.containers[0].lines[0].get_data(), dtype=float)
    np.testing.assert_allclose(truths, [1.0, 0.5, 2.0])
    np.testing.assert_allclose(means, [np.mean(r["mu_hats"]) for r in results.values()])
    bars = axes.collections[0].get_segments()
    spread = [(bar[1, 1] - bar[0, 1]) / 2.0 for bar in bars]
    np.testing.assert_allclose(spread, [np.std(r["mu_hats"]) for r in results.values()])


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pair_plots", "correlation_plots"])
def test_unknown_column(name: str, events: pd.DataFrame) -> None:
    with refused("'PRI_had_pT'", "did you mean 'PRI_had_pt'?"):
        getattr(visualization, name)(events, events["labels"], columns=["PRI_met", "PRI_had_pT"])


def test_column_that_the_shifted_events_lack(events: pd.DataFrame, shifted: pd.DataFrame) -> None:
    for draw in (event_vise_syst, pair_plots_syst):
        with refused("'PRI_met'"):
            draw(events, shifted.drop(columns="PRI_met"), columns=["PRI_met"])


def test_no_columns(events: pd.DataFrame) -> None:
    with refused("no columns"):
        pair_plots(events, events["labels"], columns=[])
    with refused("no columns"):
        pair_plots(events[["weights"]], events["labels"])


def test_lengths(events: pd.DataFrame, shifted: pd.DataFrame) -> None:
    with refused("target", "400", "(399,)"):
        correlation_plots(events, events["labels"][1:])
    with refused("weight_syst", "400"):
        histogram_syst(events, shifted, events["weights"], shifted["weights"][1:])
    with refused("do not correspond", "dopostprocess=False"):
        event_vise_syst(events, shifted[1:])


def test_a_feature_that_no_event_has(events: pd.DataFrame) -> None:
    with refused("PRI_jet_subleading_pt", "no event"):
        stacked_histogram(
            events,
            events["labels"],
            events["weights"],
            events["process"],
            "PRI_jet_subleading_pt",
        )


def test_results_without_truth_or_intervals(results: dict[int, dict[str, list[float]]]) -> None:
    for draw in (visualize_coverage, visualize_scatter):
        with refused("no true mu", "set 2"):
            draw(results, {0: 1.0, 1: 1.0})
    with refused("p16 or p16s", "set 0"):
        visualize_coverage({0: {"mu_hats": [1.0], "p84": [1.0]}}, [1.0])


@pytest.mark.parametrize("draw", [visualize_coverage, visualize_scatter])
def test_results_that_are_empty(draw: Callable[..., Figure]) -> None:
    with refused("no results"):
        draw({}, {})
    with refused("set 0, ", "[]"):
        draw({0: {"mu_hats": [], "p16": [], "p84": []}}, [1.0])


def test_samples_with_nothing_to_correlate(events: pd.DataFrame) -> None:
    """Features that are constant, or that one or no event of the sample has, are no error."""
    columns = ["PRI_n_jets", "PRI_jet_leading_pt", "PRI_jet_subleading_pt"]
    one_jet = events[events["PRI_n_jets"] == 1][:1]
    few = pd.concat([events[events["PRI_n_jets"] == 0][:5], one_jet])
    figure = pair_plots(few, [1, 1, 1, 0, 0, 0], columns=columns)
    assert "signal –" in [text.get_text() for text in figure.axes[1].texts]
    correlation_plots(few, [1, 1, 1, 0, 0, 0], columns)
