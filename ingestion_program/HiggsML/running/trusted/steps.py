"""The steps of a run in which a submission is fitted, measures, and is audited."""

import dataclasses
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...datasets import EventSource
from ...experiments import EventPool
from ...experiments.protocol import Experiment, call_order
from ...progress import heartbeat, progress_bar
from ...settings import ProtocolSettings, Settings
from ..contract import Prediction
from . import facts
from .audit import audit_answers
from .conversation import TrainSource
from .executors import Executor
from .kept_steps import KeptAnswers, KeptModel
from .run_state import RunState
from .submission import Submission, TimeLeft
from .worker import Plan, Worker

__all__ = ["Measured", "Steps", "audit_again", "facts_of_run", "measure", "timed"]

log = logging.getLogger("HiggsML.run")

_NO_AUDIT: dict[str, Any] = {"checked": 0, "different": []}


@dataclass(frozen=True)
class Steps:
    """What the steps of a run have in common."""

    settings: Settings
    folder: Path
    """For files that the run removes at its end."""
    time_left: TimeLeft
    devices: Sequence[str]
    effort: float
    data: EventSource
    pool: EventPool
    plan: Plan
    stages: dict[str, float]
    """Seconds of the steps that have ended, by name."""

    def open(self, staged: Path) -> Submission:
        """The submission in a folder of the run."""
        limits = self.settings.limits
        return Submission(staged, self.folder, limits, self.time_left, self.devices)


@dataclass(frozen=True)
class Measured:
    """The answers of a submission, and how they came about."""

    sets: list[list[Prediction]]
    single: bool
    """Whether the model could not be serialised."""
    workers: int
    usage: dict[str, dict[str, Any]]
    diagnostics: dict[str, Any] | None
    why_not_independent: list[str]
    audit: dict[str, Any]


def measure(
    steps: Steps,
    state: RunState,
    kept_model: KeptModel,
    kept_answers: KeptAnswers,
    executor: Callable[[Submission], tuple[Executor, int]],
    audit: int,
) -> Measured:
    """Fit the submission, have it predict what has no answer yet, predict some again."""
    protocol = steps.settings.protocol
    with steps.open(state.submission) as model:
        with timed(steps.stages, "fit"), heartbeat("fit", steps.settings.limits.fit_seconds):
            _fit(model, steps.data, state, protocol.mu_range, steps.effort, kept_model)
        execute, workers = executor(model)
        answered = None if model.single else kept_answers.find()
        if answered is not None:
            state.answers.update(answered.answers)
            model.note({"predict": answered.usage})
        with timed(steps.stages, "predict"):
            sets = _predict_all(steps.plan, protocol, execute, state)
        usage = model.usage()  # before an audit adds to it
        if answered is not None:
            audited = answered.audit
        elif model.single:
            audited = _NO_AUDIT
        else:
            audited = _audit(steps, model, sets, audit)
            if "predict" in usage:
                kept_answers.keep(sets, usage["predict"], audited)
        return Measured(
            sets=sets,
            single=model.single,
            workers=workers,
            usage=usage,
            diagnostics=model.diagnostics,
            why_not_independent=model.why_not_independent,
            audit=audited,
        )


def audit_again(
    steps: Steps, staged: Path, sets: Sequence[Sequence[Prediction]], number: int
) -> dict[str, Any]:
    """The audit of a model that cannot be loaded: by another one, fitted anew."""
    with steps.open(staged) as model:
        _fit(model, steps.data, None, steps.settings.protocol.mu_range, steps.effort)
        return _audit(steps, model, sets, number)


def facts_of_run(steps: Steps, measured: Measured) -> dict[str, Any]:
    """What a run took and how it went, for the results."""
    why_not = measured.why_not_independent
    return {
        **facts.facts_of_machine(),
        "limits": dataclasses.asdict(steps.settings.limits),
        "usage": measured.usage,
        "effort": steps.effort,
        **({} if measured.diagnostics is None else {"diagnostics": measured.diagnostics}),
        "stages": steps.stages,
        "workers": measured.workers,
        "independence": {"by_construction": not why_not, "why_not": why_not},
        "audit": measured.audit,
        **facts.facts_of_fits(measured.sets),
    }


# --- parts of them ------------------------------------------------------------------------------


def _train_set(data: EventSource, train_size: Any, selected_indices: Any) -> Any:
    data.load_train_set(train_size=train_size, selected_indices=selected_indices)
    return data.get_train_set()


def _fit(
    model: Submission,
    data: EventSource,
    state: RunState | None,
    mu_range: tuple[float, float],
    effort: float,
    kept: KeptModel | None = None,
) -> None:
    if state is not None and state.model is not None:
        model.restore(state.model)
        return
    if state is not None and kept is not None:
        body = kept.restore(model, state.submission)
        if body is not None:
            log.info("The model is the one that an earlier run fitted; --refit fits again.")
            state.keep_model(body)
            return
    train_source = TrainSource(
        data.train_rows, lambda size, indices: _train_set(data, size, indices)
    )
    fitted = model.fit(train_source, mu_range, effort)
    data.delete_train_set()
    if state is not None and fitted is not None:
        state.keep_model(fitted)
        if kept is not None:
            kept.keep(model, fitted, state.submission)


def _audit(
    steps: Steps, model: Submission, sets: Sequence[Sequence[Prediction]], number: int
) -> dict[str, Any]:
    if number == 0:
        return _NO_AUDIT
    answers = {Experiment(i, j): each for i, row in enumerate(sets) for j, each in enumerate(row)}
    with model.open() as process:
        worker = Worker(steps.pool, steps.plan, process, model.predict_seconds)
        return audit_answers(worker, answers, number)


def _predict_all(
    plan: Plan, protocol: ProtocolSettings, execute: Executor, state: RunState
) -> list[list[Prediction]]:
    """The predictions, by set and experiment."""
    order = call_order(plan.random_seed, protocol.num_of_sets, protocol.num_pseudo_experiments)
    missing = [experiment for experiment in order if experiment not in state.answers]
    done = len(order) - len(missing)
    with progress_bar(total=len(order), initial=done, desc="pseudo-experiments", unit="exp") as bar:
        for experiment, prediction in execute(missing):
            state.add(experiment, prediction)
            bar.update()
    return [
        [state.answers[Experiment(i, j)] for j in range(protocol.num_pseudo_experiments)]
        for i in range(protocol.num_of_sets)
    ]


@contextmanager
def timed(stages: dict[str, float], stage: str) -> Iterator[None]:
    log.info("[%s] ...", stage)
    started = time.monotonic()
    yield
    stages[stage] = time.monotonic() - started
    log.info("[%s] %.1f s", stage, stages[stage])
