"""What a process of a Dask cluster does for a run: makes its experiments, has its models measure.

Imported only where Dask is used: the extra `dask` of this package, or `pip install distributed`.
"""

import queue
import socket
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster, WorkerPlugin, get_worker

from ...errors import DataError, RunError
from ...experiments import EventPool
from ...experiments.protocol import Experiment
from ..contract import Prediction
from ..isolation.policy import offered
from .data_source import DataSource
from .machine import temporary_folder
from .model_process import ModelProcess
from .submission import Packed
from .worker import Plan, Worker

__all__ = ["Recipe", "Site", "connect", "run_on_site"]

WAIT_SECONDS = 300.0
"""For the first process of a cluster: batch systems take their time."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All that another machine needs to take part in a run."""

    source: DataSource
    pool: Path
    """File of the run's pool, for machines that see it; others pack their own."""
    data_digest: str
    plan: Plan
    model: Packed
    missing: Sequence[str]
    """Restrictions that are known not to be enforced on the machines of this run."""
    name: str = field(default_factory=lambda: f"higgsml-{uuid.uuid4().hex}")
    """Name of this run on the cluster."""


@contextmanager
def connect(address: str, workers: int | None) -> Iterator[Client]:
    """A client of a Dask cluster.

    Args:
        address: address of the scheduler, or `local` for a cluster of processes on this machine.
        workers: how many processes `local` starts (None: as many as there are cores).

    Raises:
        RunError: the cluster cannot be reached, or has no workers.
    """
    with ExitStack() as stack:
        cluster: Any = address
        if address == "local":
            cluster = stack.enter_context(
                LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
            )
        try:
            client = stack.enter_context(Client(cluster))
            client.wait_for_workers(1, timeout=WAIT_SECONDS)
        except (OSError, ValueError) as error:  # a time-out is an OSError too
            raise RunError(
                f"the Dask cluster cannot be used: {error}.",
                where="--dask",
                value=address,
                fix="give the address of a scheduler that has workers, as tcp://host:8786.",
            ) from error
        yield client


def run_on_site(
    name: str, experiments: Sequence[Experiment]
) -> list[tuple[Experiment, Prediction]]:
    """A task: run experiments on the site that this process of the cluster keeps."""
    site: Site = get_worker().plugins[name]
    return site.run(experiments)


class Site(WorkerPlugin):  # type: ignore[misc]  # Dask is untyped here
    """What a process of the cluster keeps between tasks: the pool, and open models.

    A task takes an idle model, or opens one; so there are as many as threads.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe

    def setup(self, worker: object) -> None:  # noqa: ARG002  Dask calls it with its worker
        """Begin, in a process of the cluster."""
        self._lock, self._stack = threading.Lock(), ExitStack()
        self._idle: queue.SimpleQueue[ModelProcess] = queue.SimpleQueue()
        self._opened: list[ModelProcess] = []
        self._pool: EventPool | None = None

    def teardown(self, worker: object) -> None:  # noqa: ARG002  as above
        """End the models and remove what was written, even in the middle of a task."""
        for process in self._opened:
            process.interrupt()
        with self._lock:
            self._stack.close()

    def run(self, experiments: Sequence[Experiment]) -> list[tuple[Experiment, Prediction]]:
        """Run experiments one after another.

        Raises:
            HiggsMLError: as in a run on one machine.
        """
        with self._lock:
            if self._pool is None:
                self._pool = self._begin()
        process = self._take()
        plan, seconds = self._recipe.plan, self._model.predict_seconds
        answers = list(Worker(self._pool, plan, process, seconds).run(experiments))
        self._idle.put(process)
        return answers

    def _take(self) -> ModelProcess:
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        with self._lock:
            model = self._model.open()
            self._opened.append(self._stack.enter_context(model))
            return self._opened[-1]

    def _begin(self) -> EventPool:
        recipe = self._recipe
        worse = sorted(set(offered().missing) - set(recipe.missing))
        if worse:
            raise RunError(
                "this machine locks a submission up less well than those known at the start.",
                where=socket.gethostname(),
                value=worse,
                fix="use machines with equal kernels.",
            )
        folder = self._stack.enter_context(temporary_folder())
        self._model = recipe.model.unpack(folder)
        return self._open_pool(folder / "events.pool")

    def _open_pool(self, path: Path) -> EventPool:
        recipe = self._recipe
        with suppress(DataError):  # another machine, which does not see the file
            pool = EventPool.open(recipe.pool)
            if pool.source_digest == recipe.data_digest:
                return pool
        data = recipe.source.open()
        if data.digest != recipe.data_digest:
            raise RunError(
                "the events on this machine are not those of the run.",
                where=f"{socket.gethostname()}:{recipe.source.input_dir}",
                fix="give all machines the same input folder and the same version of HiggsML.",
            )
        return EventPool.from_blocks(data.test_blocks(), path, data.digest)
