"""The protocol step by step for a notebook, under the names of HiggsML 0.1.5.

The model lives in the notebook's own process; `run.py` has the whole run, as on the platform.
"""

import logging
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .errors import RunError, SettingsError
from .experiments import EventPool
from .experiments.protocol import Experiment, call_order, draw_pseudo_experiment, experiment_seed
from .progress import progress_bar
from .running.contract import check_prediction
from .running.sandboxed.loading import build_model
from .running.trusted.results import result_of_set, write_atomically
from .systematics import systematics

__all__ = ["Ingestion"]

log = logging.getLogger(__name__)

DEFAULT_SEED = 31415


class Ingestion:
    """The protocol step by step, with a model in this process, under the names of HiggsML 0.1.5.

    For a participant's own tests: nothing keeps the model from the data here.

    Args:
        data: a `HiggsML.datasets.Data` (or `GeneratedData`).

    Example::

        ingestion = Ingestion(data)
        ingestion.start_timer()
        ingestion.init_submission(Model)
        ingestion.fit_submission()
        ingestion.predict_submission(test_settings)
        ingestion.stop_timer()
        ingestion.save_result("results")
    """

    def __init__(self, data: Any = None) -> None:
        self.data = data
        self.model: Any = None
        self.start_time: datetime | None = None
        self.end_time: datetime | None = None
        self.results_dict: dict[int, dict[str, list[float]]] = {}

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

        Raises:
            RunError: the clock was not started and stopped.
        """
        duration = self.get_duration()
        if duration is None:
            raise RunError("there is no duration.", fix="call start_timer and stop_timer before.")
        body = {"ingestion_duration": duration.total_seconds()}
        write_atomically(Path(output_dir or ".") / "ingestion_duration.json", body)

    def load_train_set(self, **kwargs: Any) -> Any:
        """The training set; the arguments are those of `Data.load_train_set`."""
        self.data.load_train_set(**kwargs)
        return self.data.get_train_set()

    def init_submission(self, Model: type, model_type: str = "sample_model") -> None:
        """Make the model; `model_type` is passed if its signature takes it."""
        self.model = build_model(Model, self.load_train_set, systematics, model_type=model_type)
        self.data.delete_train_set()

    def fit_submission(self) -> None:
        """Fit the model."""
        self.model.fit()

    def predict_submission(
        self, test_settings: Mapping[str, Any], initial_seed: int = DEFAULT_SEED
    ) -> None:
        """Have the model measure mu in every pseudo-experiment.

        With the same data, settings and seed the experiments are those of `run_ingestion`.

        Args:
            test_settings: `systematics` (name: bool), `num_of_sets`, `num_pseudo_experiments`,
                `ground_truth_mus` (one for each set).
            initial_seed: of all experiments.

        Raises:
            SettingsError: `ground_truth_mus` has not one value for each set.
            PredictionError: naming the experiment.
        """
        counts = test_settings["num_of_sets"], test_settings["num_pseudo_experiments"]
        mus: Sequence[float] = test_settings["ground_truth_mus"]
        if len(mus) != counts[0]:
            raise SettingsError(
                "one true mu is needed for each set.",
                where="ground_truth_mus",
                value=mus,
                fix=f"give {counts[0]} values.",
            )
        enabled = [name for name, on in test_settings["systematics"].items() if on]
        pool = EventPool.from_blocks(self.data.test_blocks(), source_digest=self.data.digest)
        answers = {}
        for experiment in progress_bar(iterable=call_order(initial_seed, *counts), unit="exp"):
            made = draw_pseudo_experiment(
                pool,
                mus[experiment.set_index],
                enabled,
                experiment_seed(initial_seed, experiment),
            )
            answers[experiment] = check_prediction(self.model.predict(made.test_set()))
        self.results_dict = {
            i: result_of_set([answers[Experiment(i, j)] for j in range(counts[1])])
            for i in range(counts[0])
        }

    def process_results_dict(self) -> None:
        """Nothing is left to do: `results_dict` holds the results by set after the predictions."""

    def save_result(self, output_dir: str | os.PathLike[str] | None = None) -> None:
        """Write `result_<i>.json` for each set (to the working folder by default)."""
        for i, result in self.results_dict.items():
            write_atomically(Path(output_dir or ".") / f"result_{i}.json", result)
