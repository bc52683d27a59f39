"""Throughput of workers, and what locking a model up costs an experiment.

    python benchmarks/running.py [throughput isolation] [--rounds 7]

The experiments have about 1.05 million events. What is compared runs in turns; medians are given
with the range.

Throughput: a model that takes about five times as long as making an experiment, on one worker and
on two. (One worker makes the next experiment while its model works, so that on two cores the gain
stays below a factor of two.)

Isolation: a model that answers at once is asked in its process, and the same is done in this one;
the difference of the times between handing over and answer is what isolation costs. Then a fresh
copy of the process is asked each time, as in a run: what that takes longer is the cost of answers
that are independent of each other. Then two costs
of memory that isolation moves (CPU times): the model's first look at all columns, which it maps
from shared memory, against looking at what its own process made; and making an experiment in the
buffer that is used again and again, against fresh memory, as it would be without isolation.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from HiggsML.experiments import EventPool
from HiggsML.experiments.protocol import Experiment, draw_pseudo_experiment, experiment_seed
from HiggsML.experiments.pseudo_experiments import compile_kernels
from HiggsML.generation import generate_blocks
from HiggsML.nuisances import NUISANCES
from HiggsML.running.trusted.buffers import Buffer
from HiggsML.running.trusted.conversation import TrainSource
from HiggsML.running.trusted.executors import run_locally
from HiggsML.running.trusted.model_process import ModelProcess
from HiggsML.running.trusted.submission import Submission, TimeLeft
from HiggsML.running.trusted.worker import Plan, Worker
from HiggsML.schema import FEATURES
from HiggsML.settings import LimitSettings

POOL = {"htautau": 20_000, "ztautau": 200_000, "ttbar": 20_000, "diboson": 5_000}
"""Events of the pool; drawn again and again, which makes no difference to the time."""

MODEL = """
import time
import numpy as np

class Model:
    def __init__(self, get_train_set, systematics):
        pass
    def fit(self):
        pass
    def predict(self, test_set):
        data = test_set["data"]
        work = {work}
        return {{"mu_hat": work, "delta_mu_hat": 1.0, "p16": work - 1.0, "p84": work + 1.0}}
"""
AT_ONCE = "1.0"
WORKING = (
    "float(sum(np.arctan(data[n].to_numpy()).mean() for _ in range(10) for n in data.columns))"
)
TOUCH = """0.0
        start = time.process_time()
        for name in data.columns:
            data[name].to_numpy().sum()
        work = 1e3 * (time.process_time() - start)"""


def report(name: str, values: list[float], unit: str) -> None:
    low, median, high = np.percentile(values, [0, 50, 100])
    print(f"{name:58} {median:8.2f} {unit}  ({low:.2f} to {high:.2f}, {len(values)} times)")


@contextmanager
def submission(folder: Path, work: str, *, copies: bool = True) -> Iterator[Submission]:
    """A fitted submission that does this work in `predict`.

    Without `copies` one process predicts all experiments, as for a model that uses a device.
    """
    staged = Path(tempfile.mkdtemp(dir=folder))
    scratch = Path(tempfile.mkdtemp(dir=folder))
    (staged / "model.py").write_text(MODEL.format(work=work))
    devices = () if copies else ("/dev/null",)
    with Submission(staged, scratch, LimitSettings(), TimeLeft(3600.0), devices) as model:
        model.fit(TrainSource(0, lambda *_: pd.DataFrame()))
        yield model


def throughput(pool: EventPool, plan: Plan, folder: Path, rounds: int) -> None:
    """Experiments a second on one worker and on two."""
    experiments = [Experiment(0, j) for j in range(9)]
    times: dict[int, list[float]] = {1: [], 2: []}
    with submission(folder, WORKING) as model:

        @contextmanager
        def make_worker(_: int) -> Iterator[Worker]:
            with model.open() as process:
                yield Worker(pool, plan, process, model.predict_seconds)

        for _ in range(rounds):
            for workers in times:
                answers = run_locally(experiments, make_worker, workers)
                next(answers)  # the processes are running then
                start = time.perf_counter()
                rest = sum(1 for _ in answers)
                times[workers].append((time.perf_counter() - start) / rest)
    for workers, found in times.items():
        report(f"{workers} worker(s), an experiment every", [1e3 * t for t in found], "ms")
    ratios = [one / two for one, two in zip(times[1], times[2], strict=True)]
    report("throughput of 2 workers against 1", ratios, "x ")


def isolation(pool: EventPool, plan: Plan, folder: Path, rounds: int) -> None:
    """Time from handing over an experiment to its answer, and of the first look at it."""
    buffer = Buffer()
    made = draw(pool, plan, buffer.floats)
    rows = len(made.features)
    print(f"{rows:,} events in an experiment")

    def answer_here() -> None:
        pd.DataFrame(made.features, columns=list(FEATURES), copy=False)
        np.ones(rows)

    def answer_there(process: ModelProcess) -> None:
        process.start_predict(buffer, rows, 60.0)
        process.finish_predict("benchmark")

    with ExitStack() as stack:
        processes = []
        for copies in (True, False):
            model = stack.enter_context(submission(folder, AT_ONCE, copies=copies))
            processes.append(stack.enter_context(model.open()))
        answers = {
            "answer at once, in a locked copy": lambda: answer_there(processes[0]),
            "answer at once, in one locked process": lambda: answer_there(processes[1]),
            "answer at once, in this process": answer_here,
        }
        times: dict[str, list[float]] = {name: [] for name in answers}
        for _ in range(20 * rounds + 3):
            for name, answer in answers.items():
                start = time.perf_counter()
                answer()
                times[name].append(1e3 * (time.perf_counter() - start))
    copied, locked, here = (found[3:] for found in times.values())  # the first ones import pandas
    for name, found in times.items():
        report(name, found[3:], "ms")
    difference = [there - own for there, own in zip(locked, here, strict=True)]
    report("isolation costs an experiment", difference, "ms")
    difference = [there - own for there, own in zip(copied, locked, strict=True)]
    report("independence costs an experiment, beside it", difference, "ms")
    touched, own_touch, reused, fresh = [], [], [], []
    with submission(folder, TOUCH) as model, model.open() as process:
        for i in range(3 * rounds + 3):
            start = time.process_time()
            draw(pool, plan, buffer.floats)
            again = time.process_time() - start
            process.start_predict(buffer, rows, 60.0)
            milliseconds = process.finish_predict("benchmark").mu_hat
            start = time.process_time()
            own = draw(pool, plan)
            made_fresh = time.process_time() - start
            start = time.process_time()
            for column in own.features.T:
                column.sum()
            if i >= 3:
                touched.append(milliseconds)
                own_touch.append(1e3 * (time.process_time() - start))
                reused.append(1e3 * again)
                fresh.append(1e3 * made_fresh)
            del own
    report("looking at all 28 columns, mapped in a locked process", touched, "ms CPU")
    report("looking at all 28 columns, in the process that made them", own_touch, "ms CPU")
    report("making an experiment in the buffer that is used again", reused, "ms CPU")
    report("making an experiment in fresh memory", fresh, "ms CPU")


def draw(pool: EventPool, plan: Plan, allocate=None):
    """A full-size experiment."""
    seed = experiment_seed(plan.random_seed, Experiment(0, 0))
    return draw_pseudo_experiment(pool, plan.mus[0], plan.enabled, seed, allocate=allocate)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = {"throughput": throughput, "isolation": isolation}
    parser.add_argument("parts", nargs="*", help="which parts [all]", metavar="PART")
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    compile_kernels()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pool = EventPool.from_blocks(generate_blocks(POOL, 1), folder / "events.pool")
        plan = Plan(random_seed=1, mus=[1.0], enabled=tuple(NUISANCES))
        for part in arguments.parts or parts:
            print(f"== {part}")
            parts[part](pool, plan, folder, arguments.rounds)


if __name__ == "__main__":
    main()
