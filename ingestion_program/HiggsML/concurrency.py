"""Work for several threads, taken back in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["available_cores", "map_ahead"]

Job = TypeVar("Job")
Result = TypeVar("Result")


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_ahead(
    work: Callable[[Job], Result], jobs: Iterable[Job], threads: int | None = None
) -> Iterator[Result]:
    """`work` of each job, in order; no more results than threads lie ready, so memory is flat.

    Args:
        work: called in threads; worth it where it leaves the interpreter's lock.
        jobs: taken one by one.
        threads: all cores by default.
    """
    threads = available_cores() if threads is None else threads
    with ThreadPoolExecutor(threads) as executor:
        ahead: deque[Future[Result]] = deque()
        for job in jobs:
            ahead.append(executor.submit(work, job))
            if len(ahead) > threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
