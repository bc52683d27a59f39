"""The protocol of the challenge, told in the order in which it happens.

`run_ingestion` is the whole run, as on the platform, with the submission in processes of its own.
"""

import dataclasses
import logging
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .datasets import EventSource
from .errors import SubmissionError
from .experiments import EventPool, compile_kernels
from .experiments.pool.finite_size import warn_of_few_events
from .experiments.protocol import true_mus
from .generation import generate
from .nuisances import NUISANCES
from .numerics.compiled import announced_compilation
from .running.trusted import facts
from .running.trusted.beforehand import check_run
from .running.trusted.data_source import DataSource
from .running.trusted.executors import Executor, connect_to_dask, on_dask, on_this_machine
from .running.trusted.kept_steps import KeptAnswers, KeptModel, kept_generator, kept_pool
from .running.trusted.kept_work import KeptWork
from .running.trusted.machine import alone_in, check_isolation, machine_errors, temporary_folder
from .running.trusted.results import STATE, clear_folder, remove_folder, write_results
from .running.trusted.run_state import RunState
from .running.trusted.staging import stage_again, stage_submission
from .running.trusted.steps import Steps, audit_again, facts_of_run, measure, timed
from .running.trusted.submission import Submission, TimeLeft
from .running.trusted.time_table import time_table
from .running.trusted.worker import Plan
from .settings import ProtocolSettings, Settings, digest_of

__all__ = ["run_ingestion"]

log = logging.getLogger(__name__)


@machine_errors()
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
    keep: Path | None = None,
    refit: bool = False,
    effort: float = 1.0,
) -> None:
    """Fit a submission, have it measure mu in every pseudo-experiment, write the results.

    Args:
        settings: settings of the run.
        input_dir: where the parquet file is, if the settings want one.
        submission: a folder with `model.py`.
        output: holds the results at the end; what an earlier run left there is removed first, and
            anything else is refused, see `running.trusted.output_folder`.
        workers: how many experiments are run at once (None: as many as there are cores); the
            results do not depend on it.
        dask: run the experiments on a Dask cluster: the address of its scheduler, or `local`.
        resume: go on with a run that was killed, from what its output folder holds.
        audit: how many experiments are predicted a second time, see `running.audit`.
        require_isolation: refuse to run where the kernel cannot lock a submission up.
        devices: device files that the submission may use, for instance of a GPU.
        keep: folder in which pool, training events, fitted model and answers are kept for later
            runs; None: nothing is kept. What fresh seeds make is never kept.
        refit: fit and measure again, whatever is kept.
        effort: share of its work that `fit` is asked to do, see `get_train_set.effort`.

    Raises:
        HiggsMLError: with a message for whoever can mend it; the output then holds no results.
    """
    started, date = time.monotonic(), datetime.now(UTC)
    stages: dict[str, float] = {}
    time_left = TimeLeft(settings.limits.total_seconds)
    source = DataSource(settings.data, input_dir.absolute())
    output = check_run(
        settings,
        input_dir,
        submission,
        output,
        workers=workers,
        dask=dask is not None,
        devices=devices,
    )

    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        client = stack.enter_context(connect_to_dask(dask, workers)) if dask else None
        isolation = check_isolation(require_isolation, client)
        stage_submission(submission, folder / "submission")
        submission_digest = facts.digest_of_folder(folder / "submission")
        submission_name = facts.name_of_submission(folder / "submission")
        key = digest_of([settings, source.identity, submission_digest])
        # All checks came before this line: from here on the output is written to.
        stack.enter_context(alone_in(output))
        state = RunState(output / STATE, key, settings.draw_seeds(), resume=resume)
        clear_folder(output, keep=(STATE,))  # with the journal there, a kill leaves what is ours
        source = dataclasses.replace(source, settings=settings.with_seeds(state.seeds).data)
        known = settings.data.seed != "fresh"
        kept = stack.enter_context(KeptWork(keep if known else None))
        data = source.open(kept_generator(kept, folder / "events") if kept else generate)
        stack.enter_context(_without_hope(state))

        with timed(stages, "data"):
            pool = _make_pool(data, kept, folder / "pool")
        protocol = settings.protocol
        plan = _make_plan(protocol, state.seeds.random)
        state.place(folder / "submission")
        made_of = [submission_digest, source.identity, source.settings, settings.limits]
        kept_model = KeptModel(kept, [*made_of, protocol.mu_range, devices, effort], anew=refit)
        shape = [protocol.num_of_sets, protocol.num_pseudo_experiments]
        kept_answers = KeptAnswers(kept, kept_model, [data.digest, plan, shape, audit], anew=refit)
        steps = Steps(settings, folder, time_left, devices, effort, data, pool, plan, stages)

        def executor(model: Submission) -> tuple[Executor, int]:
            if client is None or model.single:
                number = 1 if model.single else workers or os.cpu_count() or 1
                return on_this_machine(pool, plan, model, number), number
            number = sum(client.nthreads().values())
            return on_dask(pool, plan, model, client, source, isolation), number

        measured = measure(steps, state, kept_model, kept_answers, executor, audit)
        if measured.single and audit:
            log.info("Audit: the model cannot be loaded again, so it is fitted again.")
            remove_folder(state.submission)  # the first one may have left notes there
            again = stage_again(submission, folder / secrets.token_hex(16), submission_digest)
            audited = audit_again(steps, again, measured.sets, audit)
            measured = dataclasses.replace(measured, audit=audited)

    test_settings = _test_settings(plan, protocol)
    run = {
        "started": date.isoformat(timespec="seconds"),
        **facts_of_run(steps, measured),
        "kept": sorted(kept.found),
        "isolation": {"level": isolation.level, "missing": list(isolation.missing)},
        "data_seed": state.seeds.data,
        "random_seed": state.seeds.random,
        "settings_digest": settings.digest(),
        "experiments_digest": digest_of([data.digest, plan.random_seed, test_settings]),
        "submission_digest": submission_digest,
        "submission_name": submission_name,
    }
    duration = max(state.seconds, time.monotonic() - started)
    write_results(output, measured.sets, duration, test_settings, run)
    state.remove()
    for line in time_table(run, duration):
        log.info("%s", line)


def _test_settings(plan: Plan, protocol: ProtocolSettings) -> dict[str, Any]:
    """The truth, which scoring reads."""
    return {
        "ground_truth_mus": plan.mus,
        "num_of_sets": protocol.num_of_sets,
        "num_pseudo_experiments": protocol.num_pseudo_experiments,
        "systematics": {name: name in plan.enabled for name in NUISANCES},
    }


# --- the steps -----------------------------------------------------------------------------------


@contextmanager
def _without_hope(state: RunState) -> Iterator[None]:
    """Remove what a run kept when its submission failed: the same one would fail again."""
    try:
        yield
    except SubmissionError:
        state.remove()
        raise


def _make_pool(data: EventSource, kept: KeptWork, instead: Path) -> EventPool:
    with announced_compilation("the kernels that make events"):
        pool = kept_pool(kept, data, instead)
    warn_of_few_events(pool)
    compile_kernels()
    return pool


def _make_plan(protocol: ProtocolSettings, random_seed: int) -> Plan:
    mus = true_mus(random_seed, protocol.num_of_sets, protocol.mu_range)
    return Plan(random_seed=random_seed, mus=mus, enabled=protocol.enabled)
