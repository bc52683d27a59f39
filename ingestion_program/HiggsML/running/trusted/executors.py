"""Where experiments are run: a function from experiments to predictions, in any order."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from ...errors import RunError
from ...experiments import EventPool
from ...experiments.protocol import Experiment
from ..contract import Prediction
from ..isolation.policy import Isolation
from .data_source import DataSource
from .submission import Submission
from .worker import Plan, Worker

if TYPE_CHECKING:
    from distributed import Client

    from .dask_site import Recipe

__all__ = ["Executor", "connect_to_dask", "on_dask", "on_this_machine", "run_locally"]

Executor = Callable[[Sequence[Experiment]], Iterator[tuple[Experiment, Prediction]]]

TASKS_PER_THREAD = 8
"""Few enough that starting them costs nothing, enough that all threads end together."""


def run_locally(
    experiments: Sequence[Experiment],
    make_worker: Callable[[int], AbstractContextManager[Worker]],
    workers: int,
) -> Iterator[tuple[Experiment, Prediction]]:
    """Run experiments on this machine's cores; answers come as they are ready.

    A worker is a thread here, which makes experiments (the kernel runs without Python's lock), and
    a process that holds the model. The first error ends the run.

    Args:
        experiments: in the order in which they are begun.
        make_worker: opens the worker of a number.
        workers: how many at once.
    """
    waiting: queue.SimpleQueue[Experiment] = queue.SimpleQueue()
    for experiment in experiments:
        waiting.put(experiment)
    answers: queue.SimpleQueue[tuple[Experiment, Prediction] | BaseException] = queue.SimpleQueue()
    stopped = threading.Event()
    opened: list[Worker] = []

    def begin() -> Iterable[Experiment]:
        while not stopped.is_set():
            try:
                yield waiting.get_nowait()
            except queue.Empty:
                return

    def work(number: int) -> None:
        try:
            with make_worker(number) as worker:
                opened.append(worker)
                for answer in worker.run(begin()):
                    answers.put(answer)
        except BaseException as error:  # handed to the caller's thread
            answers.put(error)

    threads = [
        threading.Thread(target=work, args=(number,), daemon=True)
        for number in range(min(workers, len(experiments)))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in experiments:
            answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    except BaseException:  # a model may take minutes for an answer that nobody wants any more
        stopped.set()
        for worker in opened:
            worker.interrupt()
        raise
    finally:
        for thread in threads:
            thread.join()


def _run_on_dask(
    experiments: Sequence[Experiment], recipe: "Recipe", client: "Client"
) -> Iterator[tuple[Experiment, Prediction]]:
    """Run experiments on a Dask cluster; answers come as they are ready.

    Each process of the cluster makes its experiments itself, from the recipe; one that joins later
    takes part. The first error ends the run.

    Args:
        experiments: in the order in which they are begun.
        recipe: recipe of the run.
        client: client of the cluster, see `dask_site.connect`.

    Raises:
        RunError: a process of the cluster died again and again.
    """
    from distributed import KilledWorker, as_completed

    from .dask_site import Site, run_on_site

    threads = sum(client.nthreads().values())
    size = max(1, len(experiments) // (TASKS_PER_THREAD * threads))
    parts = [experiments[i : i + size] for i in range(0, len(experiments), size)]
    client.register_plugin(Site(recipe), name=recipe.name)
    tasks = client.map(run_on_site, [recipe.name] * len(parts), parts, pure=False)
    try:
        for task in as_completed(tasks):
            yield from task.result()
    except KilledWorker as error:
        raise RunError(f"a process of the cluster was killed: {error}", where="--dask") from error
    finally:
        client.cancel(tasks)
        client.unregister_worker_plugin(recipe.name)  # ends the models' processes


def on_this_machine(pool: EventPool, plan: Plan, model: Submission, workers: int) -> Executor:
    """Runs experiments on so many workers of this machine."""

    @contextmanager
    def make_worker(_: int) -> Iterator[Worker]:
        with model.open() as process:
            yield Worker(pool, plan, process, model.predict_seconds)

    return lambda experiments: run_locally(experiments, make_worker, workers)


def connect_to_dask(address: str, workers: int | None) -> AbstractContextManager["Client"]:
    """A client of a Dask cluster, see `dask_site.connect`.

    Raises:
        RunError: Dask is not installed, or the cluster cannot be used.
    """
    try:
        from .dask_site import connect
    except ImportError as error:
        raise RunError(
            f"Dask is not installed ({error}).", where="--dask", fix="pip install distributed."
        ) from error
    return connect(address, workers)


def on_dask(
    pool: EventPool,
    plan: Plan,
    model: Submission,
    client: "Client",
    source: DataSource,
    isolation: Isolation,
) -> Executor:
    """Runs experiments on a Dask cluster."""
    from .dask_site import Recipe

    recipe = Recipe(
        source=source,
        pool=pool.path,
        data_digest=pool.source_digest,
        plan=plan,
        model=model.pack(),
        missing=isolation.missing,
    )
    return lambda experiments: _run_on_dask(experiments, recipe, client)
