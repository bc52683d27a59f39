"""Measurements of mu side by side on the same full-size pseudo-experiments (`make baseline`).

    python benchmarks/baseline.py [--sets 10] [--experiments 40] [--models sample_submission ...]

Events come from the generator: a training sample, and a pool of its own for each set, so that the
error of a finite pool is not the same in all of them. Every model is fitted, and all of them
measure the same experiments of the challenge's protocol: mu uniform in [0.1, 3] for each set, all
six nuisance parameters from their priors, 10/fb. Tables (`table.md`, `facts.json`), every answer
(`answers.csv`) and figures go to `results/baseline/`.
"""

import argparse
import importlib.util
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cloudpickle
import numpy as np
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
from HiggsML.inference.calibration import calibrate
from HiggsML.inference.influence import mu_by_shift
from HiggsML.inference.likelihood import expected_width
from HiggsML.inference.templates import Templates
from HiggsML.nuisances import NUISANCES
from HiggsML.schema import PROCESSES, WEIGHTS
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML
from HiggsML.weights import scale_to_whole

ROOT = Path(__file__).parent.parent
FOLDERS = {
    "counting": ROOT / "examples/counting",
    "stat_only": ROOT / "examples/stat_only",
    "one_systematic": ROOT / "examples/one_systematic",
    "boosted_trees": ROOT / "examples/boosted_trees",
    "small_network": ROOT / "examples/small_network",
    "sample_submission": ROOT / "sample_submission",
}
FIXED = "fixed_nuisances"
"""The sample submission as it is fitted, with all nuisance parameters nominal."""
MEASUREMENTS = ("boosted_trees", "small_network", "sample_submission", FIXED)
TRAIN = (3_000_000, 10_000_000, 1_500_000, 700_000)  # as in input_data/settings.yaml
POOL = (400_000, 12_000_000, 1_500_000, 400_000)
TOY_BATCH = 500


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

    def get_train_set(train_size=None):
        if train_size is None or train_size >= len(events):
            return events
        # The rows come in random order, so that the first ones are a fair sample.
        part = events.iloc[:train_size]
        scale = scale_to_whole(events[WEIGHTS].sum(), part[WEIGHTS].sum())
        return part.assign(weights=part[WEIGHTS] * scale)

    model = load_model_class(name)(get_train_set, systematics)
    before, began = peak_memory(), (time.perf_counter(), time.process_time())
    model.fit()
    facts = {
        "fit_seconds": time.perf_counter() - began[0],
        "fit_cpu_seconds": time.process_time() - began[1],
        "fit_memory_mb": peak_memory() - before,
    }
    if name == "sample_submission":
        exact = Templates(model.templates.coefficients, np.zeros_like(model.templates.variances))
        facts["asimov_width"] = expected_width(model.templates)
        facts["asimov_width_exact_simulation"] = expected_width(exact)
        facts["level"] = model.calibration.level
        facts["level_error"] = model.calibration.level_error
        facts["toy_coverage"] = [x.tolist() for x in model.calibration.coverage()]
        facts["mu_by_shift"] = mu_by_shift(model, checks, systematics)
    return cloudpickle.dumps(model), facts


def peak_memory():
    """Most memory that this process had at a time, but for the files that it maps now, MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak, files = (int(status.split(key)[1].split()[0]) for key in ("VmHWM:", "RssFile:"))
    return (peak - files) / 1024


_worker = {}


def start_worker(models):
    _worker["models"] = {name: cloudpickle.loads(data) for name, data in models.items()}


def fit_toys(job):
    """Fits of toys that did not converge, of so many with this seed."""
    toys, seed = job
    templates = _worker["models"]["sample_submission"].templates
    return calibrate(templates, toys, np.random.default_rng(seed)).invalid


def measure(job):
    """All models on one experiment: rows of the table of answers."""
    pool_path, seed, set_index, number, mu = job
    if _worker.get("pool_path") != pool_path:
        _worker.update(pool_path=pool_path, pool=EventPool.open(pool_path))
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
        if name in MEASUREMENTS:  # what `predict` does, and what it does not tell
            found = model.measure(test_set["data"])
            answer = found.answer() | {"uncut_mu": found.mu, "uncut_error": found.mu_error}
            answer["valid"] = found.valid
        else:
            answer = model.predict(test_set) | {"uncut_mu": np.nan, "uncut_error": np.nan}
        seconds = time.process_time() - began
        times = {"generation": generation, "predict": seconds, "memory_mb": peak_memory()}
        rows.append({"model": name, **truth, **answer, **times})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--experiments", type=int, default=40, help="in each set")
    parser.add_argument("--models", nargs="+", choices=FOLDERS, default=list(FOLDERS))
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--toys", type=int, default=10_000, help="fits that must converge")
    counts = {"nargs": 4, "type": int, "metavar": tuple(name[0].upper() for name in PROCESSES)}
    parser.add_argument("--train", default=TRAIN, help="events generated for the fit", **counts)
    parser.add_argument("--pool", default=POOL, help="events of each set's pool", **counts)
    parser.add_argument("--results", type=Path, default=ROOT / "results/baseline")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)

    models, facts = fit_all(options)
    for name, data in models.items():
        (options.results / f"{name}.model").write_bytes(data)
    run = {"workers": options.workers, "train": options.train, "pool": options.pool}
    run |= {"sets": options.sets, "experiments": options.experiments}
    with ProcessPoolExecutor(
        options.workers, get_context("spawn"), start_worker, (models,)
    ) as workers:
        began = time.perf_counter()
        answers = pd.concat(
            experiments_of_set(workers, models, options, index, mu)
            for index, mu in enumerate(true_mus(options.seed, options.sets, HIGGSML.mu_range))
        )
        run["wall_seconds"] = time.perf_counter() - began
        if "sample_submission" in models:
            parts = [(TOY_BATCH, seed) for seed in range(options.toys // TOY_BATCH)]
            invalid = sum(tqdm(workers.map(fit_toys, parts), "toys", len(parts)))
            templates = cloudpickle.loads(models["sample_submission"]).templates
            facts["sample_submission"] |= {
                "toys": TOY_BATCH * len(parts),
                "invalid_toys": invalid,
                "statistics_only": {
                    mu: expected_width(templates, mu, profiled=False)
                    for mu in answers.mu.unique().tolist()
                },
            }
    answers.to_csv(options.results / "answers.csv", index=False)
    (options.results / "facts.json").write_text(json.dumps({"run": run, "models": facts}, indent=2))
    print(write_report(options.results))


def fit_all(options):
    """Generate the training events and fit every model."""
    events = generate(dict(zip(PROCESSES, options.train, strict=True)), options.seed + 2)
    checks = generate(dict(zip(PROCESSES, options.pool, strict=True)), options.seed + 3)
    _fit_arguments.update(events=events, checks=checks)
    models, facts = {}, {}
    for name in tqdm(options.models, "fit"):
        with ProcessPoolExecutor(1, get_context("fork")) as alone:
            models[name], facts[name] = alone.submit(fit_here, name).result()
    _fit_arguments.clear()
    if "sample_submission" in models:
        models[FIXED] = without_nuisances(models["sample_submission"])
    return models, facts


def without_nuisances(data):
    """A measurement like the given one, with all nuisance parameters nominal; both as bytes."""
    model = cloudpickle.loads(data)
    model.nuisances = ()
    rng = np.random.default_rng(model.seed)
    model.calibration = calibrate(model.templates, model.n_toys, rng, ())
    return cloudpickle.dumps(model)


def experiments_of_set(workers, models, options, index, mu):
    """Answers on the experiments of one set, which have a pool of their own."""
    pool_path = options.results / f"set_{index}.pool"
    counts = dict(zip(PROCESSES, options.pool, strict=True))
    blocks = generate_blocks(counts, options.seed + 1000 + index)
    EventPool.from_blocks(blocks, path=pool_path)
    if index == 0 and "sample_submission" in models:
        draw_diagnostics(models["sample_submission"], pool_path, options, mu)
    jobs = [(pool_path, options.seed, index, k, mu) for k in range(options.experiments)]
    rows = list(tqdm(workers.map(measure, jobs), f"set {index}", len(jobs)))
    pool_path.unlink()
    return pd.DataFrame([row for some in rows for row in some])


def draw_diagnostics(model, pool_path, options, mu):
    """Figures of the sample submission's fit and of the first experiment."""
    seed = experiment_seed(options.seed, Experiment(0, 0))
    experiment = draw_pseudo_experiment(EventPool.open(pool_path), mu, tuple(NUISANCES), seed)
    for name, figure in cloudpickle.loads(model).figures(experiment.test_set()["data"]).items():
        figure.savefig(options.results / f"{name}.png", dpi=100)


_fit_arguments = {}


def fit_here(name):
    """`fit` on the events that the forked process inherits."""
    return fit(name, **_fit_arguments)


if __name__ == "__main__":
    main()
