"""The protocol step by step for a notebook, under the names of HiggsML 0.1.5.

The model lives in the notebook's own process; `run.py` has the whole run, as on the platform.
"""

import html
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn, TypedDict

import pandas as pd

from .datasets import EventSource
from .errors import PredictionError, RunError, SettingsError
from .experiments import EventPool
from .experiments.pool.finite_size import warn_of_few_events
from .experiments.protocol import Experiment, call_order, draw_pseudo_experiment, experiment_seed
from .progress import progress_bar
from .running.contract import check_prediction
from .running.sandboxed.loading import MODEL_TYPE, build_model
from .running.trusted.results import result_of_set, write_atomically
from .systematics import generate_pseudo_exp_data, systematics

__all__ = ["DEFAULT_INGESTION_SEED", "Ingestion", "TrialSettings", "generate_pseudo_exp_data"]

log = logging.getLogger(__name__)

DEFAULT_INGESTION_SEED = 31415
"""Seed of all experiments where none is given."""


class TrialSettings(TypedDict):
    """What `Ingestion.predict_submission` takes as `test_settings`."""

    systematics: Mapping[str, bool]
    """Which nuisance parameters vary, by name."""
    num_of_sets: int
    """Sets; all experiments of a set share one true mu."""
    num_pseudo_experiments: int
    """Experiments in each set."""
    ground_truth_mus: Sequence[float]
    """The true mu of each set."""


class Ingestion:
    """The protocol step by step, with a model in this process, under the names of HiggsML 0.1.5.

    For a participant's own tests: nothing keeps the model from the data here.

    Args:
        data: where the events come from: a `HiggsML.datasets.Data` (or `GeneratedData`).

    Example::

        ingestion = Ingestion(data)
        ingestion.start_timer()
        ingestion.init_submission(Model)
        ingestion.fit_submission()
        ingestion.predict_submission(test_settings)
        ingestion.stop_timer()
        ingestion.save_result("results")
    """

    def __init__(self, data: EventSource | None = None) -> None:
        self.data = data
        self.model: Any = None
        self.start_time: datetime | None = None
        self.end_time: datetime | None = None
        self.results_dict: dict[int, dict[str, list[float]]] = {}

    def __repr__(self) -> str:
        model = "no model" if self.model is None else f"model {type(self.model).__name__}"
        sizes = [len(result["mu_hats"]) for result in self.results_dict.values()]
        answered = (
            f"{len(sizes)} sets of {sizes[0]} experiments answered" if sizes else "no answers"
        )
        return f"Ingestion: {self.data!r}; {model}; {answered}"

    def _repr_html_(self) -> str:
        if not self.results_dict:
            return f"<p>{html.escape(repr(self))}</p>"
        means = {i: pd.DataFrame(result).mean() for i, result in self.results_dict.items()}
        table = pd.DataFrame(means).T.rename_axis("mean of set")
        return f"<p>{html.escape(repr(self))}</p>{table.to_html(float_format='{:.4g}'.format)}"

    def start_timer(self) -> None:
        """Start the clock."""
        self.start_time = datetime.now()

    def stop_timer(self) -> None:
        """Stop the clock."""
        self.end_time = datetime.now()

    def get_duration(self) -> timedelta | None:
        """The time between start and stop; None if the clock was not started and stopped."""
        if self.start_time is None or self.end_time is None:
            return None
        return self.end_time - self.start_time

    def show_duration(self) -> None:
        """Log the duration."""
        log.info("Total duration: %s", self.get_duration())

    def save_duration(self, output_dir: str | os.PathLike[str] | None = None) -> None:
        """Write `ingestion_duration.json`, in seconds (to the working folder by default).

        Args:
            output_dir: a folder that exists; None: the working folder.

        Raises:
            RunError: the clock was not started and stopped, or there is no such folder.
        """
        _require_folder(output_dir)
        duration = self.get_duration()
        if duration is None:
            raise RunError("there is no duration.", fix="call start_timer and stop_timer before.")
        body = {"ingestion_duration": duration.total_seconds()}
        write_atomically(Path(output_dir or ".") / "ingestion_duration.json", body)

    def load_train_set(self, **kwargs: Any) -> pd.DataFrame:
        """The training set; the arguments are those of `Data.load_train_set`.

        Args:
            kwargs: arguments of `Data.load_train_set`.

        Raises:
            RunError: there are no events.
        """
        data = self._source()
        data.load_train_set(**kwargs)
        return data.get_train_set()

    def init_submission(self, Model: type, model_type: str = MODEL_TYPE) -> None:
        """Make the model; `model_type` is passed if its signature takes it.

        Args:
            Model: the class of the submission.
            model_type: word of 0.1.5 for the kind of the model.

        Raises:
            SubmissionError: the constructor cannot be called as the contract says.
        """
        data = self._source()
        self.model = build_model(Model, self.load_train_set, systematics, model_type=model_type)
        data.delete_train_set()

    def fit_submission(self) -> None:
        """Fit the model.

        Raises:
            RunError: there is no model yet.
        """
        self._require_model("fit_submission")
        self.model.fit()

    def predict_submission(
        self, test_settings: TrialSettings, initial_seed: int = DEFAULT_INGESTION_SEED
    ) -> None:
        """Have the model measure mu in every pseudo-experiment.

        With the same data, settings and seed the experiments are those of `run_ingestion`.

        Args:
            test_settings: `systematics` (name: bool), `num_of_sets`, `num_pseudo_experiments`,
                `ground_truth_mus` (one for each set).
            initial_seed: seed of all experiments.

        Raises:
            RunError: there is no model yet.
            SettingsError: a setting is missing, or `ground_truth_mus` has not one value for each
                set.
            PredictionError: naming the experiment.
        """
        self._require_model("predict_submission")
        data = self._source()
        missing = [name for name in TrialSettings.__annotations__ if name not in test_settings]
        if missing:
            raise SettingsError(
                "settings are missing.",
                where="test_settings",
                value=missing,
                fix=f"give {', '.join(TrialSettings.__annotations__)}.",
            )
        counts = test_settings["num_of_sets"], test_settings["num_pseudo_experiments"]
        mus = test_settings["ground_truth_mus"]
        if len(mus) != counts[0]:
            raise SettingsError(
                "one true mu is needed for each set.",
                where="ground_truth_mus",
                value=mus,
                fix=f"give {counts[0]} values.",
            )
        enabled = [name for name, on in test_settings["systematics"].items() if on]
        pool = EventPool.from_blocks(data.test_blocks(), source_digest=data.digest)
        warn_of_few_events(pool)
        answers = {}
        for experiment in progress_bar(iterable=call_order(initial_seed, *counts), unit="exp"):
            made = draw_pseudo_experiment(
                pool,
                mus[experiment.set_index],
                enabled,
                experiment_seed(initial_seed, experiment),
            )
            try:
                answers[experiment] = check_prediction(self.model.predict(made.test_set()))
            except PredictionError as error:
                _name_experiment(error, experiment)
        self.results_dict = {
            i: result_of_set([answers[Experiment(i, j)] for j in range(counts[1])])
            for i in range(counts[0])
        }

    def process_results_dict(self) -> None:
        """Nothing is left to do: `results_dict` holds the results by set after the predictions."""

    def compute_result(self) -> None:
        """The same as `process_results_dict`, under the name of the competition's repository."""

    def save_result(self, output_dir: str | os.PathLike[str] | None = None) -> None:
        """Write `result_<i>.json` for each set (to the working folder by default).

        Args:
            output_dir: a folder that exists; None: the working folder.

        Raises:
            RunError: there are no results, or no such folder.
        """
        if not self.results_dict:
            raise RunError("there are no results.", fix="call predict_submission before.")
        _require_folder(output_dir)
        for i, result in self.results_dict.items():
            write_atomically(Path(output_dir or ".") / f"result_{i}.json", result)

    def _source(self) -> EventSource:
        if self.data is None:
            raise RunError("there are no events.", fix="make it with data: Ingestion(data).")
        return self.data

    def _require_model(self, method: str) -> None:
        if self.model is None:
            raise RunError(
                "there is no model.",
                where=method,
                fix="call init_submission and fit_submission before.",
            )


def _require_folder(output_dir: str | os.PathLike[str] | None) -> None:
    if output_dir is not None and not Path(output_dir).is_dir():
        raise RunError(
            "there is no such folder.",
            where="output_dir",
            value=str(output_dir),
            fix=f"make it: pathlib.Path({str(output_dir)!r}).mkdir(parents=True).",
        )


def _name_experiment(error: PredictionError, experiment: Experiment) -> NoReturn:
    raise PredictionError(f"{experiment}: {error}") from error
