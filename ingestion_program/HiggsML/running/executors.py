"""Where experiments are run: a function from experiments to predictions, in any order."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from ..experiments.protocol import Experiment
from .submission import Prediction
from .worker import Worker

__all__ = ["run_locally"]


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

    def begin() -> Iterable[Experiment]:
        while not stopped.is_set():
            try:
                yield waiting.get_nowait()
            except queue.Empty:
                return

    def work(number: int) -> None:
        try:
            with make_worker(number) as worker:
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
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
