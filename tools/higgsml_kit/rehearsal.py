"""A submission tried in seconds: fitted to a few events, then three full-size experiments.

Everything happens in the sandbox and by the contract, as in a run. What a fit to all events will
take is extrapolated: processor time and memory are straight lines in the number of training events
and in `get_train_set.effort`, through three small fits. A model that takes a part of the events, as
`HiggsML.inference.Measurement` does for its classifier, needs less than that. Processor time does
not depend on what else the machine does; a fit that uses several cores ends sooner.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import Experiment, true_mus
from HiggsML.generation import GeneratedData
from HiggsML.running.trusted.conversation import TrainSource
from HiggsML.running.trusted.machine import temporary_folder
from HiggsML.running.trusted.staging import stage_submission
from HiggsML.running.trusted.submission import Submission, TimeLeft
from HiggsML.running.trusted.worker import Plan, Worker
from HiggsML.schema import PROCESSES
from HiggsML.settings import DataSettings, Settings

__all__ = ["Rehearsal", "describe_rehearsal", "rehearse"]

SEED = 31415
EXPERIMENTS = 3
FITS = ((2_000, 0.005), (100_000, 0.005), (2_000, 0.04))
"""Training events of each process, and effort, of the fits that the full one is judged by.

What a fit takes whatever the number of events (imports, buffers of a fixed size) is in the first
one, and the second is so much larger that the line through both does not hang on chance.
"""
POOL_EVENTS = 20_000
"""Of each process: an experiment of the full size repeats them, which costs as much."""


@dataclass(frozen=True)
class Rehearsal:
    """What a submission took in a rehearsal, and what that lets expect.

    Attributes:
        rows: training events of the largest fit.
        fit_seconds, fit_bytes: what that fit took, in seconds of a processor.
        full_fit_seconds, full_fit_bytes: expected of a fit to all events; an upper estimate.
        predict_seconds: of each full-size experiment.
        predict_bytes: largest memory of a process that predicted.
        single: whether one process would have to measure all experiments.
    """

    rows: int
    fit_seconds: float
    fit_bytes: float
    full_fit_seconds: float
    full_fit_bytes: float
    predict_seconds: tuple[float, ...]
    predict_bytes: float
    single: bool

    def run_seconds(self, settings: Settings) -> float:
        """Expected of a whole run on this machine, without making the events."""
        protocol = settings.protocol
        number = protocol.num_of_sets * protocol.num_pseudo_experiments
        workers = 1 if self.single else os.cpu_count() or 1
        return self.full_fit_seconds + number * float(np.mean(self.predict_seconds)) / workers


def rehearse(submission: Path, settings: Settings) -> Rehearsal:
    """Fit a submission to few events, and have it measure full-size experiments.

    Args:
        submission: a folder with model.py.
        settings: of the run that it is meant for; their limits hold here, too.

    Raises:
        SubmissionError: as in a run: the model, its fit or an answer is at fault.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        threads = stack.enter_context(ThreadPoolExecutor())
        models = []
        for number in range(len(FITS)):
            staged = folder / f"submission_{number}"
            stage_submission(submission, staged)
            time_left = TimeLeft(settings.limits.total_seconds)
            # Closed before the threads are waited for, which ends a fit that hangs.
            opened = Submission(staged, folder, settings.limits, time_left)
            models.append(stack.enter_context(opened))

        def fit(number: int) -> _Fit:
            return _fit(models[number], *FITS[number], settings)

        # The first one alone: what is wrong with a model is told once, and soon.
        fits = [fit(0), *threads.map(fit, range(1, len(FITS)))]
        data = _events(0)
        pool = EventPool.from_blocks(data.test_blocks(), folder / "pool", data.digest)
        predict_seconds, predict_bytes = _predict(models[0], pool, settings)
        single = models[0].single
    total_rows, largest = sum(settings.data.train_events.values()), max(fits)
    return Rehearsal(
        rows=largest.rows,
        fit_seconds=largest.seconds,
        fit_bytes=largest.memory,
        full_fit_seconds=_extrapolated(fits, [fit.seconds for fit in fits], total_rows),
        full_fit_bytes=_extrapolated(fits, [fit.memory for fit in fits], total_rows),
        predict_seconds=tuple(predict_seconds),
        predict_bytes=predict_bytes,
        single=single,
    )


def _fit(model: Submission, rows: int, effort: float, settings: Settings) -> "_Fit":
    """What a fit takes, to `rows` training events of each process."""
    source = _train_source(_events(rows))
    model.fit(source, settings.protocol.mu_range, effort)
    took = model.usage()["fit"]
    # Where no processor time is told (macOS), that of the clock stands for it.
    seconds = took["processor_seconds"] or took["seconds"]
    return _Fit(source.rows, effort, seconds, took["memory_bytes"])


def _events(rows: int) -> GeneratedData:
    counts = dict.fromkeys(PROCESSES, rows)
    pool = dict.fromkeys(PROCESSES, POOL_EVENTS)
    return GeneratedData(
        DataSettings(source="generator", seed=SEED, train_events=counts, test_events=pool)
    )


def _train_source(data: GeneratedData) -> TrainSource:
    def give(size: Any, indices: Any) -> pd.DataFrame:
        data.load_train_set(train_size=size, selected_indices=indices)
        return data.get_train_set()

    return TrainSource(data.train_rows, give)


def _predict(model: Submission, pool: EventPool, settings: Settings) -> tuple[list[float], float]:
    """Seconds of each experiment, and the largest memory."""
    protocol = settings.protocol
    plan = Plan(
        random_seed=SEED,
        mus=true_mus(SEED, EXPERIMENTS, protocol.mu_range),
        enabled=protocol.enabled,
    )
    with model.open() as process:
        worker = Worker(pool, plan, process, model.predict_seconds)
        for _ in worker.run([Experiment(i, 0) for i in range(EXPERIMENTS)]):
            pass
        return list(process.predict_seconds), float(process.most_memory)


class _Fit(NamedTuple):
    """A small fit."""

    rows: int
    effort: float
    seconds: float
    """Of a processor."""
    memory: float


def _extrapolated(fits: list[_Fit], values: list[float], rows: int) -> float:
    """The value at all rows and full effort of the plane through those of three fits.

    Neither rows nor effort make it smaller.
    """
    first, more_rows, more_effort = fits
    by_rows = max(values[1] - values[0], 0.0) / (more_rows.rows - first.rows)
    by_effort = max(values[2] - values[0], 0.0) / (more_effort.effort - first.effort)
    return values[0] + by_rows * (rows - first.rows) + by_effort * (1.0 - first.effort)


def describe_rehearsal(found: Rehearsal, settings: Settings, program_seconds: float) -> str:
    """A table: what was measured, what is expected at full size, what is allowed.

    Args:
        found: measured and expected.
        settings: with the limits.
        program_seconds: what the platform's queue allows the whole program.
    """
    limits, gib = settings.limits, 2**30
    mean, longest = float(np.mean(found.predict_seconds)), max(found.predict_seconds)
    whole, memory = min(limits.total_seconds, program_seconds), f"{limits.memory_gib:.1f} GiB"
    rows = [
        ("", f"{found.rows:,} events", "full size", "limit"),
        (
            "fit",
            f"{found.fit_seconds:.1f} s of CPU",
            f"at most about {found.full_fit_seconds:.0f} s of CPU",
            f"{limits.fit_seconds:.0f} s",
        ),
        (
            "memory of fit",
            f"{found.fit_bytes / gib:.1f} GiB",
            f"at most about {found.full_fit_bytes / gib:.1f} GiB",
            memory,
        ),
        ("predict, mean", "", f"{mean:.2f} s", ""),
        ("predict, longest", "", f"{longest:.2f} s", f"{limits.predict_seconds:.0f} s"),
        ("memory of predict", "", f"{found.predict_bytes / gib:.1f} GiB", memory),
        (
            "whole run, but the events",
            "",
            f"at most about {found.run_seconds(settings):.0f} s",
            f"{whole:.0f} s",
        ),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    notes = []
    if found.single:
        notes.append("The model cannot be pickled: one process measures all experiments.")
    if found.run_seconds(settings) > whole:
        notes.append("This could take too long: try it with higgsml dry-run.")
    return "\n".join(["It runs, and its answers are as they must be.", "", *lines, "", *notes])
