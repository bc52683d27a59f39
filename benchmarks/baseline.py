"""Measurements of mu side by side on the same full-size pseudo-experiments (`make baseline`).

    python benchmarks/baseline.py [--sets 10] [--experiments 100] [--models sample_submission ...]

Events come from the generator, in a training sample and a larger pool. Every model is fitted, and
all of them measure the same experiments of the challenge's protocol: mu uniform in [0.1, 3] for
each set, all six nuisance parameters from their priors, 10/fb. Tables (`table.md`,
`baseline.json`), every answer (`answers.csv`) and figures go to `results/baseline/`.
"""

import argparse
import importlib.util
import json
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cloudpickle
import pandas as pd
from baseline_report import write_report
from tqdm import tqdm

from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import (
    Experiment,
    draw_pseudo_experiment,
    experiment_seed,
    true_mus,
)
from HiggsML.generation import generate, generate_blocks
from HiggsML.inference.binning import expected_width
from HiggsML.inference.influence import mu_by_shift
from HiggsML.nuisances import NUISANCES
from HiggsML.schema import PROCESSES
from HiggsML.systematics import systematics

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "counting": ROOT / "examples/counting",
    "stat_only": ROOT / "examples/stat_only",
    "one_systematic": ROOT / "examples/one_systematic",
    "fixed_nuisances": ROOT / "examples/fixed_nuisances",
    "sample_submission": ROOT / "sample_submission",
}
MU_RANGE = (0.1, 3.0)


def load_model_class(name):
    """The class `Model` of a submission, such that its instances can be sent to other processes."""
    spec = importlib.util.spec_from_file_location(f"model_{name}", FOLDERS[name] / "model.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    cloudpickle.register_pickle_by_value(module)
    return module.Model


def fit(name, events, checks):
    """Fit one model in a process of its own; its bytes, and facts of the fit."""
    model = load_model_class(name)(lambda: events, systematics)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    model.fit()
    after = resource.getrusage(resource.RUSAGE_SELF)
    facts = {
        "fit_seconds": time.perf_counter() - began,
        "fit_cpu_seconds": after.ru_utime - before.ru_utime,
        "fit_memory_mb": (after.ru_maxrss - before.ru_maxrss) / 1024,
    }
    if name == "sample_submission":
        facts["asimov_width"] = expected_width(model.templates)
        facts["asimov_width_statistics_only"] = expected_width(model.templates, profiled=False)
        facts["level"] = model.calibration.level
        facts["level_error"] = model.calibration.level_error
        facts["toys"] = model.calibration.ratios.size
        facts["invalid_toys"] = model.calibration.invalid
        facts["toy_coverage"] = [x.tolist() for x in model.calibration.coverage()]
        facts["mu_by_shift"] = mu_by_shift(model, checks, systematics)
    return cloudpickle.dumps(model), facts


_worker = {}


def start_worker(pool_path, models):
    _worker["pool"] = EventPool.open(pool_path)
    _worker["models"] = {name: cloudpickle.loads(data) for name, data in models.items()}


def measure(job):
    """All models on one experiment: rows of the table of answers."""
    seed, set_index, number, mu = job
    began = time.process_time()
    experiment = draw_pseudo_experiment(
        _worker["pool"],
        mu,
        tuple(NUISANCES),
        experiment_seed(seed, Experiment(set_index, number)),
    )
    test_set = experiment.test_set()
    generation = time.process_time() - began
    truth = {"set": set_index, "experiment": number, "mu": mu}
    truth |= {f"true_{name}": getattr(experiment.nuisances, name) for name in NUISANCES}
    rows = []
    for name, model in _worker["models"].items():
        began = time.process_time()
        answer = model.predict(test_set)
        seconds = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        times = {"generation": generation, "predict": seconds, "memory_mb": memory}
        rows.append({"model": name, **truth, **answer, **times})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--experiments", type=int, default=100, help="in each set")
    parser.add_argument("--models", nargs="+", choices=FOLDERS, default=list(FOLDERS))
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--workers", type=int, default=2)
    counts = {"nargs": 4, "type": int, "metavar": tuple(name[0].upper() for name in PROCESSES)}
    parser.add_argument(
        "--train", default=(500_000, 8_000_000, 800_000, 400_000), help="events generated", **counts
    )
    parser.add_argument(
        "--pool",
        default=(800_000, 25_000_000, 1_500_000, 500_000),
        help="events drawn from",
        **counts,
    )
    parser.add_argument("--results", type=Path, default=ROOT / "results/baseline")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)

    pool_counts = dict(zip(PROCESSES, options.pool, strict=True))
    blocks = generate_blocks(pool_counts, options.seed + 1)
    pool_path = options.results / "events.pool"
    digest = f"{options.seed} {options.pool}"
    EventPool.cached(pool_path, digest, lambda: tqdm(blocks, "pool", unit=" blocks"))

    events = generate(dict(zip(PROCESSES, options.train, strict=True)), options.seed + 2)
    checks = generate(dict.fromkeys(PROCESSES, 200000), options.seed + 3)
    models, facts = {}, {}
    for name in tqdm(options.models, "fit"):
        with ProcessPoolExecutor(1, get_context("fork")) as alone:
            _fit_arguments.update(events=events, checks=checks)
            models[name], facts[name] = alone.submit(fit_here, name).result()
    del events, checks
    _fit_arguments.clear()

    mus = true_mus(options.seed, options.sets, MU_RANGE)
    jobs = [
        (options.seed, i, k, mus[i])
        for k in range(options.experiments)
        for i in range(options.sets)
    ]
    began = time.perf_counter()
    with ProcessPoolExecutor(
        options.workers, get_context("spawn"), start_worker, (pool_path, models)
    ) as workers:
        found = workers.map(measure, jobs)
        answers = pd.DataFrame(
            [row for rows in tqdm(found, "experiments", len(jobs)) for row in rows]
        )
    wall = time.perf_counter() - began
    run = {"wall_seconds": wall, "workers": options.workers, "train": options.train}
    run |= {"pool": options.pool, "sets": options.sets, "experiments": options.experiments}
    answers.to_csv(options.results / "answers.csv", index=False)
    (options.results / "facts.json").write_text(json.dumps({"run": run, "models": facts}, indent=2))
    for name, data in models.items():
        (options.results / f"{name}.model").write_bytes(data)
    print(write_report(options.results))


_fit_arguments = {}


def fit_here(name):
    """`fit` on the events that the forked process inherits."""
    return fit(name, **_fit_arguments)


if __name__ == "__main__":
    main()
