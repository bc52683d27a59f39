"""The official final, once and for real (`make final`): 10 sets x 1000 full-size experiments.

    python benchmarks/final.py [--sets 10] [--experiments 1000] [--workers 2] [--train H Z T V] ...
    python benchmarks/final.py --at tes=3 jes=3 --results results/shifted  # far from nominal

A submission is fitted to generated events and measures experiments of the final's protocol: mu
uniform in [0.1, 3] for each set, all six nuisance parameters from their priors (or with `--at` some
of them at so many prior widths, the others nominal), 10/fb. Each set has a pool of its own, so that
the error of a finite pool is not the same in all of them. The fitted model, the pool of the set in
progress and a journal of all answers stand in `results/final/`: the same command goes on where a
kill has ended it, and adds experiments where it asks for more. The tables are `report.md` and
`facts.json`; `predictions/` is what `higgsml score` reads.
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cloudpickle
import numpy as np
import pandas as pd
from baseline import load_model_class
from final_report import write_report
from tqdm import tqdm

from HiggsML.errors import HiggsMLError, RunError
from HiggsML.experiments import EventPool, make_pseudo_experiment
from HiggsML.experiments.protocol import (
    Experiment,
    draw_pseudo_experiment,
    experiment_seed,
    true_mus,
)
from HiggsML.generation import generate, generate_blocks
from HiggsML.nuisances import NUISANCES, NuisanceValues
from HiggsML.running.trusted.journal import Journal
from HiggsML.running.trusted.measured import write_measured
from HiggsML.schema import PROCESSES
from HiggsML.systematics import systematics
from HiggsML.task import HIGGSML

ROOT = Path(__file__).parent.parent
TRAIN = (4_000_000, 40_000_000, 5_000_000, 1_500_000)
POOL = (1_000_000, 64_000_000, 8_000_000, 1_000_000)
CHUNK = 4  # experiments that a worker takes at a time


def main():
    options = parsed()
    options.results.mkdir(parents=True, exist_ok=True)
    journal = Journal(options.results / "journal")
    names = ("sets", "seed", "train", "pool", "model", "at")
    header = {name: getattr(options, name) for name in names}
    header = json.loads(json.dumps(header))
    if not journal.records:
        journal.append(header)
    if journal.records[0] != header:
        raise RunError(
            "the folder holds another final.",
            where=options.results,
            value=journal.records[0],
            fix="give the same arguments, or another folder (--results).",
        )
    model_path = options.results / "model.pickle"
    if not model_path.exists():
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            stages = alone.submit(fit, options.model, options.train, options.seed, model_path)
            journal.append({"stages": stages.result()})
    model = model_path.read_bytes()
    mus = true_mus(options.seed, options.sets, HIGGSML.mu_range)
    with ProcessPoolExecutor(
        options.workers, get_context("spawn"), start_worker, (model,)
    ) as workers:
        for index, mu in enumerate(mus):
            measure_set(workers, journal, options, index, mu)
    finish(options, journal, cloudpickle.loads(model), mus)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=10)
    parser.add_argument("--experiments", type=int, default=1000, help="in each set")
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--model", default="sample_submission", help="as in benchmarks/baseline.py")
    counts = {"nargs": 4, "type": int, "metavar": tuple(name[0].upper() for name in PROCESSES)}
    parser.add_argument("--train", default=TRAIN, help="events generated for the fit", **counts)
    parser.add_argument("--pool", default=POOL, help="events of each set's pool", **counts)
    parser.add_argument("--at", nargs="+", type=shift, metavar="NAME=WIDTHS", help="see above")
    parser.add_argument("--results", type=Path, default=ROOT / "results/final")
    return parser.parse_args()


def shift(text):
    """A nuisance parameter and its distance from nominal, in prior widths."""
    name, _, widths = text.partition("=")
    if name not in NUISANCES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(NUISANCES)}")
    return name, float(widths)


def fit(name, counts, seed, path):
    """Fit a submission, write it to a file; seconds of the stages."""
    began = time.perf_counter()
    events = generate(dict(zip(PROCESSES, counts, strict=True)), seed + 2)
    generated = time.perf_counter()
    model = load_model_class(name)(lambda: events, systematics)
    model.fit()
    part = path.with_suffix(".part")
    part.write_bytes(cloudpickle.dumps(model))
    part.replace(path)
    return {"training events": generated - began, "fit": time.perf_counter() - generated}


def measure_set(workers, journal, options, index, mu):
    """Measure those experiments of a set of which the journal has no answer."""
    known = {row["experiment"] for row in answers_of(journal) if row["set"] == index}
    missing = [k for k in range(options.experiments) if k not in known]
    if not missing:
        return
    began = time.perf_counter()
    pool = options.results / f"set_{index}.pool"
    if not pool.exists():
        part = pool.with_suffix(".part")
        counts = dict(zip(PROCESSES, options.pool, strict=True))
        EventPool.from_blocks(generate_blocks(counts, options.seed + 1000 + index), path=part)
        part.replace(pool)
        journal.append({"stages": {"pools": time.perf_counter() - began}})
    began = time.perf_counter()
    jobs = [(pool, options.seed, index, k, mu, options.at) for k in missing]
    found = workers.map(measure, jobs, chunksize=CHUNK)
    for row in tqdm(found, f"set {index}", options.experiments, initial=len(known)):
        journal.append({"answer": row})
    journal.append({"stages": {"experiments": time.perf_counter() - began}})
    pool.unlink()


_worker = {}


def start_worker(model):
    _worker["model"] = cloudpickle.loads(model)


def measure(job):
    """The answer of one experiment, and what the fit tells beside it."""
    path, seed, set_index, number, mu, at = job
    if _worker.get("path") != path:
        _worker.update(path=path, pool=EventPool.open(path))
    began = time.process_time()
    made = experiment(_worker["pool"], mu, at, experiment_seed(seed, Experiment(set_index, number)))
    drawn = time.process_time()
    found = _worker["model"].measure(made.test_set()["data"])
    return {
        "set": set_index,
        "experiment": number,
        "mu": mu,
        **found.answer(),
        "uncut_mu": found.mu,
        "uncut_error": found.mu_error,
        "template_error": found.template_error,
        "chi2": found.chi2,
        "p_value": found.p_value,
        "valid": found.valid,
        "excludes": found.excludes,
        "generation": drawn - began,
        "predict": time.process_time() - drawn,
    }


def experiment(pool, mu, at, seed):
    """Nuisance parameters drawn from their priors, or those given, within their clips."""
    if at is None:
        return draw_pseudo_experiment(pool, mu, tuple(NUISANCES), seed)
    rows = [(NUISANCES[name], widths) for name, widths in at]
    given = {r.name: float(np.clip(r.value_at(z), r.low, r.high)) for r, z in rows}
    return make_pseudo_experiment(pool, mu, NuisanceValues(**given), seed)


def answers_of(journal):
    return [record["answer"] for record in journal.records if "answer" in record]


def finish(options, journal, model, mus):
    """Write the tables, and the answers as `higgsml score` reads them."""
    answers = pd.DataFrame(answers_of(journal)).sort_values(["set", "experiment"])
    answers = answers[answers.experiment < options.experiments]
    stages = pd.DataFrame([r["stages"] for r in journal.records if "stages" in r]).sum().to_dict()
    answers.to_csv(options.results / "answers.csv", index=False)
    numbers = ["mu_hat", "delta_mu_hat", "p16", "p84", "bad_fit"]
    write_measured(
        options.results / "predictions",
        mus,
        [rows[numbers].to_dict("records") for _, rows in answers.groupby("set")],
        name=f"{options.model}: the final, with a pool for each set",
        seed=options.seed,
        seconds=sum(stages.values()),
    )
    print(write_report(options.results, answers, model, stages, options))


if __name__ == "__main__":
    try:
        main()
    except HiggsMLError as error:
        raise SystemExit(f"ERROR: {error}") from None
