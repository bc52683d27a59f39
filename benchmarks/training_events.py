"""Coverage and width of the sample submission that was fitted to few training events.

    python benchmarks/training_events.py [--events 1000 10000 100000 1000000] [--trainings 16]

A template's error is the same in all experiments of one fit, so that only many fits, each to events
of its own, tell whether intervals cover. Each fit measures some full-size experiments of the
challenge's protocol (mu uniform in [0.1, 3], all six nuisance parameters from their priors) out of
one pool. Errors are those of the scatter between fits. Answers go to `results/training_events/`,
one file a fit: the same command goes on where a kill has ended it.
"""

import argparse
import json
import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from baseline import load_model_class
from tqdm import tqdm

from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import (
    Experiment,
    draw_pseudo_experiment,
    experiment_seed,
    true_mus,
)
from HiggsML.generation import generate, generate_blocks
from HiggsML.nuisances import NUISANCES
from HiggsML.schema import PROCESSES
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML

ROOT = Path(__file__).parent.parent
SHARES = (0.2, 0.66, 0.1, 0.04)  # of the processes among the training events, as in the settings
POOL = (400_000, 24_000_000, 3_000_000, 400_000)
SEED = 2028


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    parser.add_argument("--events", type=int, nargs="+", default=sizes)
    parser.add_argument("--trainings", type=int, default=16, help="fits for each size")
    parser.add_argument("--experiments", type=int, default=10, help="for each fit")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--results", type=Path, default=ROOT / "results/training_events")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    pool = options.results / "events.pool"
    if not pool.exists():
        part = pool.with_suffix(".part")
        counts = dict(zip(PROCESSES, POOL, strict=True))
        EventPool.from_blocks(generate_blocks(counts, SEED), path=part)
        part.replace(pool)
    jobs = [
        (options.results / f"{events}_{training}_{options.experiments}.json", events, training)
        for events in options.events
        for training in range(options.trainings)
    ]
    missing = [(*job, pool, options.experiments) for job in jobs if not job[0].exists()]
    with ProcessPoolExecutor(options.workers, get_context("spawn")) as workers:
        list(tqdm(workers.map(fit_and_measure, missing), "fits", len(missing)))
    rows = [row for path, *_ in jobs for row in json.loads(path.read_text())]
    print(table(pd.DataFrame(rows)))


def fit_and_measure(job):
    """Fit to generated events, measure experiments, write the answers."""
    path, events, training, pool_path, experiments = job
    logging.disable(logging.WARNING)  # that the events are few is what is looked at
    counts = [round(share * events) for share in SHARES]
    seed = SEED + 1 + training
    frame = generate(dict(zip(PROCESSES, counts, strict=True)), seed)
    model = load_model_class("sample_submission")(lambda: frame, systematics)
    model.fit()
    pool = EventPool.open(pool_path)
    rows = []
    for number, mu in enumerate(true_mus(seed, experiments, HIGGSML.mu_range)):
        stream = experiment_seed(seed, Experiment(number, 0))
        made = draw_pseudo_experiment(pool, mu, tuple(NUISANCES), stream)
        found = model.measure(made.test_set()["data"])
        rows.append(
            {
                "events": sum(counts),
                "training": training,
                "mu": mu,
                "covers": found.low <= mu <= found.high,
                "width": found.high - found.low,
                "uncut width": 2.0 * found.mu_error,
                "pull": (found.mu - mu) / found.mu_error,
            }
        )
    part = path.with_suffix(".part")
    part.write_text(json.dumps(rows, default=float))
    part.replace(path)


def table(rows):
    """A row for each number of training events."""
    low, high = HIGGSML.mu_range
    rows["whole range"] = rows.width > 0.99 * (high - low)
    lines = [
        "| training events | fits | coverage | mean width | two errors before the cut, median |"
        " rms of pulls | whole range |",
        "|---|---|---|---|---|---|---|",
    ]
    for events, some in rows.groupby("events"):
        fits = some.groupby("training")[["covers", "width"]].mean()
        mean, error = fits.mean(), fits.sem()
        lines.append(
            f"| {events:,} | {len(fits)} | {mean.covers:.2f} ± {error.covers:.2f} |"
            f" {mean.width:.3f} ± {error.width:.3f} | {some['uncut width'].median():.3g} |"
            f" {np.sqrt(np.mean(some.pull**2)):.2f} | {some['whole range'].mean():.0%} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
