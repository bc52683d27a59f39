"""The protocol of the challenge, told in the order in which it happens.

`run_ingestion` is the whole run, as on the platform, with the submission in processes of its own.
"""

import dataclasses
import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .datasets import Data
from .errors import RunError
from .experiments import EventPool, compile_kernels
from .experiments.protocol import Experiment, call_order, true_mus
from .generation import GeneratedData
from .nuisances import NUISANCES
from .progress import progress_bar
from .running.contract import Prediction
from .running.isolation.policy import Isolation, offered, weakest
from .running.trusted.audit import audit_answers
from .running.trusted.data_source import DataSource
from .running.trusted.executors import Executor, run_locally, run_on_dask
from .running.trusted.facts import digest_of_folder, facts_of_machine
from .running.trusted.results import clear_folder, remove_folder, write_results
from .running.trusted.run_state import RunState
from .running.trusted.staging import stage_submission
from .running.trusted.submission import Submission, TimeLeft
from .running.trusted.worker import Plan, Worker
from .settings import ProtocolSettings, Settings, digest_of

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["run_ingestion"]

log = logging.getLogger(__name__)

STATE = "state"
"""The folder in the output where a run keeps what it needs to go on after a kill."""


def run_ingestion(
    settings: Settings,
    input_dir: Path,
    submission: Path,
    output: Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    resume: bool = False,
    audit: int = 0,
    require_isolation: bool = False,
    devices: Sequence[str] = (),
) -> None:
    """Fit a submission, have it measure mu in every pseudo-experiment, write the results.

    Args:
        settings: of the run.
        input_dir: where the parquet file is, if the settings want one.
        submission: a folder with `model.py`.
        output: is emptied first, and holds the results at the end.
        workers: how many experiments are run at once (None: as many as there are cores); the
            results do not depend on it.
        dask: run the experiments on a Dask cluster: the address of its scheduler, or `local`.
        resume: go on with a run that was killed, from what its output folder holds.
        audit: how many experiments are predicted a second time, see `running.audit`.
        require_isolation: refuse to run where the kernel cannot lock a submission up.
        devices: device files that the submission may use, for instance of a GPU.

    Raises:
        HiggsMLError: with a message for whoever can mend it; the output then holds no results.
    """
    started = time.monotonic()
    stages: dict[str, float] = {}
    time_left = TimeLeft(settings.limits.total_seconds)

    with ExitStack() as stack:
        folder = stack.enter_context(_temporary_folder())
        client = stack.enter_context(_connect(dask, workers)) if dask else None
        isolation = _check_isolation(require_isolation, client)
        clear_folder(output, keep=(STATE,) if resume else ())
        stage_submission(submission, folder / "submission")
        submission_digest = digest_of_folder(folder / "submission")

        with _timed(stages, "data"):
            source = DataSource(settings.data, input_dir.absolute())
            key = digest_of([settings, source.identity, submission_digest])
            state = RunState(output / STATE, key, settings.draw_seeds(), resume=resume)
            source = dataclasses.replace(source, settings=settings.with_seeds(state.seeds).data)
            data = source.open()
            pool_file = folder / "events.pool"
            pool = EventPool.from_blocks(data.test_blocks(), pool_file, data.digest)
            compile_kernels()
        plan = _make_plan(settings.protocol, state.seeds.random)
        state.place(folder / "submission")

        with Submission(state.submission, folder, settings.limits, time_left, devices) as model:
            with _timed(stages, "fit"):
                _fit(model, data, state)
            if client is None or model.single:
                workers = 1 if model.single else workers or os.cpu_count() or 1
                execute = _here(pool, plan, model, workers)
            else:
                workers = sum(client.nthreads().values())
                execute = _on_dask(pool, plan, model, client, source, isolation)
            with _timed(stages, "predict"):
                sets = _predict_all(plan, settings.protocol, execute, state)
            audited = audit_answers(pool, plan, model, state.answers, audit)

    test_settings = {
        "ground_truth_mus": plan.mus,
        "num_of_sets": settings.protocol.num_of_sets,
        "num_pseudo_experiments": settings.protocol.num_pseudo_experiments,
        "systematics": {name: name in plan.enabled for name in NUISANCES},
    }
    run = {
        **facts_of_machine(),
        "stages": stages,
        "workers": workers,
        "isolation": {"level": isolation.level, "missing": list(isolation.missing)},
        "audit": audited,
        "data_seed": state.seeds.data,
        "random_seed": state.seeds.random,
        "settings_digest": settings.digest(),
        "experiments_digest": digest_of([data.digest, plan.random_seed, test_settings]),
        "submission_digest": submission_digest,
    }
    duration = max(state.seconds, time.monotonic() - started)
    write_results(output, sets, duration, test_settings, run)
    state.remove()


# --- the steps -----------------------------------------------------------------------------------


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="higgsml-"))
    try:
        yield folder
    finally:
        remove_folder(folder)


def _connect(address: str, workers: int | None) -> AbstractContextManager["Client"]:
    try:
        from .running.trusted.dask_site import connect
    except ImportError as error:
        raise RunError(
            f"Dask is not installed ({error}).", where="--dask", fix="pip install distributed."
        ) from error
    return connect(address, workers)


def _check_isolation(required: bool, client: "Client | None") -> Isolation:
    """What is enforced on all machines of the run."""
    elsewhere = [] if client is None else client.run(offered).values()
    isolation = weakest([offered(), *elsewhere])
    for missing in isolation.missing:
        log.warning("WARNING: the submission is not locked up: %s.", missing)
    if required and isolation.missing:
        raise RunError(
            "a machine of this run cannot lock a submission up.",
            where="--require-isolation",
            value=list(isolation.missing),
            fix="run on Linux 6.2 or later with Landlock and seccomp allowed.",
        )
    return isolation


def _train_set(data: Data | GeneratedData, train_size: Any, selected_indices: Any) -> Any:
    data.load_train_set(train_size=train_size, selected_indices=selected_indices)
    return data.get_train_set()


def _make_plan(protocol: ProtocolSettings, random_seed: int) -> Plan:
    mus = true_mus(random_seed, protocol.num_of_sets, protocol.mu_range)
    return Plan(random_seed=random_seed, mus=mus, enabled=protocol.enabled)


def _fit(model: Submission, data: Data | GeneratedData, state: RunState) -> None:
    if state.model is not None:
        model.restore(state.model)
        return
    fitted = model.fit(lambda size, indices: _train_set(data, size, indices))
    data.delete_train_set()
    if fitted is not None:
        state.keep_model(fitted)


def _here(pool: EventPool, plan: Plan, model: Submission, workers: int) -> Executor:
    @contextmanager
    def make_worker(number: int) -> Iterator[Worker]:
        with model.open(f"worker-{number}") as process:
            yield Worker(pool, plan, process, model.predict_seconds)

    return lambda experiments: run_locally(experiments, make_worker, workers)


def _on_dask(
    pool: EventPool,
    plan: Plan,
    model: Submission,
    client: "Client",
    source: DataSource,
    isolation: Isolation,
) -> Executor:
    from .running.trusted.dask_site import Recipe

    recipe = Recipe(
        source=source,
        pool=pool.path,
        data_digest=pool.source_digest,
        plan=plan,
        model=model.pack(),
        missing=isolation.missing,
    )
    return lambda experiments: run_on_dask(experiments, recipe, client)


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
def _timed(stages: dict[str, float], stage: str) -> Iterator[None]:
    log.info("[%s] ...", stage)
    started = time.monotonic()
    yield
    stages[stage] = time.monotonic() - started
    log.info("[%s] %.1f s", stage, stages[stage])
