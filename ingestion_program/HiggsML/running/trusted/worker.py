"""A worker: makes pseudo-experiments on the trusted side, and has them measured by a model.

While the model predicts one experiment the next one is made.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ...experiments import EventPool
from ...experiments.protocol import Experiment, draw_pseudo_experiment, experiment_seed
from ..contract import Prediction
from .buffers import Buffer
from .model_process import ModelProcess

__all__ = ["Plan", "Worker"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Which experiments a run makes out of a pool of events."""

    random_seed: int
    mus: Sequence[float]
    """True mu of each set."""
    enabled: tuple[str, ...]
    """Names of the nuisance parameters that vary."""


class Worker:
    """Runs experiments one after another on one model.

    Args:
        pool: the events that experiments are drawn from.
        plan: the experiments of the run.
        model: a process with the fitted model.
        seconds: tells how long the next call of `predict` may take.
    """

    def __init__(
        self, pool: EventPool, plan: Plan, model: ModelProcess, seconds: Callable[[], float]
    ) -> None:
        self._pool, self._plan, self._model, self._seconds = pool, plan, model, seconds

    def run(self, experiments: Iterable[Experiment]) -> Iterator[tuple[Experiment, Prediction]]:
        """The predictions of these experiments, in their order.

        Raises:
            SubmissionError: the model failed; the message names the experiment.
        """
        current: Experiment | None = None
        here, other = Buffer(), Buffer()
        try:
            for experiment in experiments:
                rows = self._make(experiment, here)
                if current is not None:
                    yield current, self._model.finish_predict(current)
                self._model.start_predict(here, rows, self._seconds())
                current, here, other = experiment, other, here
            if current is not None:
                yield current, self._model.finish_predict(current)
        finally:
            here.close()
            other.close()

    def interrupt(self) -> None:
        """End a run from another thread."""
        self._model.interrupt()

    def _make(self, experiment: Experiment, buffer: Buffer) -> int:
        plan = self._plan
        made = draw_pseudo_experiment(
            self._pool,
            plan.mus[experiment.set_index],
            plan.enabled,
            experiment_seed(plan.random_seed, experiment),
            allocate=buffer.floats,
        )
        return len(made.features)
