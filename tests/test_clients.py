"""What participants of 2024 have runs: models and notebooks with the calls of 0.1.5 and its kits.

The models are written for these tests, after the calls that public submissions and notebooks make.
"""

import inspect
import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from HiggsML import datasets, ingestion, visualization
from HiggsML.datasets import Data, EventSource
from HiggsML.errors import DataError, HiggsMLError, RunError, SettingsError
from HiggsML.generation import GeneratedData, write_dataset
from HiggsML.ingestion import Ingestion
from HiggsML.run_competition import main as run_competition
from HiggsML.score import Scoring
from HiggsML.systematics import systematics
from small_run import SETTINGS, read_json, run, write_submission

COUNTS = {"htautau": 400, "ztautau": 2_000, "ttbar": 400, "diboson": 200}

COUNTING = '''
import numpy as np
from HiggsML.systematics import systematics as shift


class Model:
    """Counts, on templates made with every call that the organisers' examples make."""

    def __init__(self, get_train_set, systematics{more}):
        assert {third}
        self.get_train_set, self.systematics = get_train_set, systematics

    def fit(self):
        events = self.get_train_set(train_size=50_000)  # more than there are
        labels, kinds = events.pop("labels"), events.pop("detailed_labels")
        weights = events.pop("weights")
        assert set(kinds) == {{"htautau", "ztautau", "ttbar", "diboson"}}
        assert all(len(part) for _, part in events.groupby(kinds[kinds != "diboson"]))
        held = np.random.default_rng(1).random(len(events)) < 0.5
        frame = events[held].assign(weights=weights[held], labels=labels[held])
        nominal = self.systematics(data_set=frame)
        self.yields = [nominal["weights"][nominal["labels"] == k].sum() for k in (0, 1)]
        for tes in (0.97, 1.03):
            moved = self.systematics(
                data_set=dict(data=events[held], weights=weights[held]), tes=tes, jes=1.0,
                soft_met=0.0, ttbar_scale=1.0, diboson_scale=1.0, bkg_scale=1.0,
            )
            assert len(moved["data"]) == len(moved["weights"]) > 0
        unlabelled = shift(events[held], tes=1.01, bkg_scale=1.0, dopostprocess=False)
        assert len(unlabelled) == held.sum()

    def predict(self, test_set):
        data, weights = test_set["data"], test_set["weights"]
        assert len(data) == len(weights)
        mu = np.clip((weights.sum() - self.yields[0]) / max(self.yields[1], 1.0), 0.0, 3.0)
        return {{"mu_hat": mu, "delta_mu_hat": np.float32(0.5), "p16": mu - 0.25, "p84": mu + 0.25}}
'''

THIRDS = {
    "two": ("", "True"),
    "required": (", model_type", "model_type == 'sample_model'"),
    "default": (", model_type='BDT'", "model_type == 'sample_model'"),
    "any": (", **options", "options['model_type'] == 'sample_model'"),
    "keyword": (", *, model_type", "model_type == 'sample_model'"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set of one's own, with metadata."""
    path = tmp_path_factory.mktemp("data") / "events"
    write_dataset(path, COUNTS, seed=4, luminosity=0.05)
    return path


# --- submissions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("third", THIRDS)
def test_models_with_and_without_a_third_argument_run(tmp_path: Path, third: str) -> None:
    more, check = THIRDS[third]
    source = COUNTING.format(more=more, third=check)
    output = run(tmp_path, write_submission(tmp_path / "submission", source), SETTINGS)
    assert len(read_json(output / "result_1.json")["mu_hats"]) == 3


# --- the starting kit ----------------------------------------------------------------------------


def model_class(third: str = "two") -> type:
    namespace: dict[str, type] = {}
    more, check = THIRDS[third]
    exec(COUNTING.format(more=more, third=check), namespace)
    return namespace["Model"]


TRIAL = {
    "systematics": dict.fromkeys(("tes", "jes", "soft_met"), True),
    "num_of_sets": 2,
    "num_pseudo_experiments": 3,
    "ground_truth_mus": [0.5, 2.0],
}


def test_the_starting_kit_from_end_to_end(folder: Path, tmp_path: Path) -> None:
    """Look at the events, fit, predict, score: without a timer, as three public kits do."""
    data = Data(folder)
    data.load_train_set()
    train_set = data.get_train_set()
    look = visualization.Dataset_visualise(train_set, name="Train Set", columns=["PRI_had_pt"])
    assert look.examine_dataset()["rows"].sum() == len(train_set)
    shifted = systematics(train_set, tes=1.05, dopostprocess=False)
    figures = [
        look.histogram_dataset(),
        look.correlation_plots(columns=["PRI_had_pt", "PRI_met"]),
        look.pair_plots(sample_size=10, columns=["PRI_had_pt", "PRI_met"]),
        look.stacked_histogram("PRI_had_pt", mu_hat=2.0),
        look.pair_plots_syst(shifted),
        look.histogram_syst(shifted, shifted["weights"]),
        look.event_vise_syst(shifted),
    ]
    assert all(figure._repr_png_().startswith(b"\x89PNG") for figure in figures)
    assert all(repr(figure).startswith("Figure of ") for figure in figures)

    trial = Ingestion(data)
    trial.init_submission(model_class("required"), "sample_model")
    trial.fit_submission()
    data.load_test_set()
    trial.predict_submission(TRIAL, initial_seed=ingestion.DEFAULT_INGESTION_SEED)
    trial.compute_result()
    trial.save_result(tmp_path)
    assert visualization.visualize_scatter(trial.results_dict, TRIAL["ground_truth_mus"])

    scoring = Scoring()
    scoring.load_ingestion_results(tmp_path, tmp_path / "scores")
    scoring.compute_scores(TRIAL)
    scoring.write_scores()
    assert np.isfinite(scoring.scores_dict["quantiles_score"])


def test_a_data_set_may_be_a_mapping(folder: Path) -> None:
    events = Data(folder).get_train_set()
    labels = ["weights", "labels", "detailed_labels"]
    parts = {name: events[name] for name in labels} | {"data": events.drop(columns=labels)}
    look = visualization.Dataset_visualise(parts)
    assert repr(look) == f"Dataset_visualise('dataset'): {len(events):,} events"
    assert look.examine_dataset().equals(visualization.Dataset_visualise(events).examine_dataset())
    with pytest.raises(DataError, match="detailed_labels"):
        visualization.Dataset_visualise(events.drop(columns="detailed_labels"))


def test_further_names_of_2024() -> None:
    assert datasets.available_datasets["neurips2024_data"] == datasets.ZENODO_URL
    assert ingestion.generate_pseudo_exp_data is not None
    assert callable(datasets.BlackSwan_public_dataset)
    assert callable(datasets.Neurips2024_public_dataset)


# --- command lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("module", "arguments", "instead"),
    [
        (
            "run_competition",
            "--submission mine --num-of-sets 2 --num-pseudo-experiments=5 --systematics-tes",
            "higgsml dry-run --submission mine --num-of-sets 2 --num-pseudo-experiments 5 ",
        ),
        ("run_competition", "-s mine -o there", "dry-run --submission mine --output there "),
        ("run_competition", "", "higgsml dry-run --submission FOLDER "),
        ("score", "", "higgsml score FOLDER"),
    ],
)
def test_command_lines_of_0_1_5_say_what_to_use(module: str, arguments: str, instead: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"HiggsML.{module}", *arguments.split()],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode != 0
    assert instead in done.stderr
    assert len(done.stderr.splitlines()) == 1
    if module == "run_competition":
        assert run_competition(arguments.split()) == done.stderr.strip()


# --- a notebook's mistakes and its face ----------------------------------------------------------


def test_steps_in_the_wrong_order(folder: Path, tmp_path: Path) -> None:
    trial = Ingestion(Data(folder))
    for step in (trial.fit_submission, lambda: trial.predict_submission(TRIAL)):
        with pytest.raises(RunError, match=r"there is no model.*Fix: call init_submission"):
            step()
    with pytest.raises(RunError, match=r"there are no results.*Fix: call predict_submission"):
        trial.save_result(tmp_path)
    with pytest.raises(RunError, match=r"no events.*Ingestion\(data\)"):
        Ingestion().init_submission(model_class())


def test_missing_folders_and_settings(folder: Path, tmp_path: Path) -> None:
    trial = Ingestion(Data(folder))
    trial.init_submission(model_class())
    trial.fit_submission()
    with pytest.raises(SettingsError, match=r"test_settings: .*ground_truth_mus"):
        trial.predict_submission({"num_of_sets": 1})  # type: ignore[typeddict-item] - the point
    trial.predict_submission(TRIAL)
    trial.start_timer()
    trial.stop_timer()
    for step in (trial.save_result, trial.save_duration):
        with pytest.raises(RunError, match=r"no such folder.*'.*missing'.*mkdir"):
            step(tmp_path / "missing")
    assert not (tmp_path / "missing").exists()


def test_an_answer_that_cannot_be_used_names_its_experiment(folder: Path) -> None:
    class Model(model_class()):  # type: ignore[misc] - made in a function
        def predict(self, test_set: object) -> dict[str, float]:
            return {"mu_hat": 1_404_111.0, "delta_mu_hat": 1.0, "p16": 0.0, "p84": 1.0}

    trial = Ingestion(Data(folder))
    trial.init_submission(Model)
    trial.fit_submission()
    with pytest.raises(HiggsMLError, match=r"set \d, experiment \d: mu_hat is beyond 10000"):
        trial.predict_submission(TRIAL)


def test_arguments_of_a_figure_in_another_order(folder: Path) -> None:
    events = Data(folder).get_train_set()
    weights = events["weights"]
    with pytest.raises(DataError, match=r"must be a frame.*Series.*frames first"):
        visualization.histogram_syst(events, weights, events, weights)


def test_shown_objects_tell(folder: Path) -> None:
    trial = Ingestion(Data(folder))
    assert "; no model; no answers" in repr(trial)
    assert trial._repr_html_().startswith("<p>Ingestion: Data(")
    trial.init_submission(model_class())
    trial.fit_submission()
    trial.predict_submission(TRIAL)
    assert repr(trial).endswith("; model Model; 2 sets of 3 experiments answered")
    assert "<table" in trial._repr_html_()


def test_few_events_are_warned_of(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    trial = Ingestion(Data(folder))
    trial.init_submission(model_class())
    trial.fit_submission()
    with caplog.at_level(logging.WARNING):
        trial.predict_submission(TRIAL)
    assert "ztautau: a row stands for" in caplog.text


def test_both_sources_have_one_face(folder: Path) -> None:
    members = {name for name in vars(EventSource) if not name.startswith("_")}
    assert members >= {"digest", "load_train_set", "get_train_set", "test_blocks"}
    sources: list[EventSource] = [Data(folder), GeneratedData(SETTINGS.data)]
    for name in members - {"digest", "train_rows"}:
        first, other = (inspect.signature(getattr(type(source), name)) for source in sources)
        assert set(other.parameters) <= set(first.parameters)
    for source in sources:
        source.load_train_set(train_size=10**9)
        labels = source.get_train_set()["detailed_labels"]
        assert labels.dtype == object
        assert set(labels) == set(COUNTS)
        source.load_train_set(train_size=5)
        assert len(source.get_train_set()) == 5
        assert len(source.digest) == 64
        assert source.train_rows > 5
        source.delete_train_set()
        assert next(iter(source.test_blocks())).primaries.shape[1] == 16


@pytest.mark.parametrize(
    "function",
    [
        systematics,
        visualization.histogram_syst,
        visualization.stacked_histogram,
        Data.load_train_set,
        Scoring.Quantiles_Score,
    ],
)
def test_types_are_short_in_help(function: object) -> None:
    text = str(inspect.signature(function))  # type: ignore[arg-type] - all are functions
    assert "Buffer" not in text
    assert len(text) < 400


def test_frames_give_frames_and_mappings_give_dicts(folder: Path) -> None:
    events = Data(folder).get_train_set()
    assert isinstance(systematics(events), pd.DataFrame)
    assert isinstance(systematics({"data": events, "weights": events["weights"]}), dict)
