"""Work for several threads, taken back in order, and libraries kept from starting more."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["available_cores", "map_ahead", "one_blas_thread"]

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


def one_blas_thread() -> AbstractContextManager[Any]:
    """While it is open, linear algebra works on the thread that asks for it alone."""
    limited: AbstractContextManager[Any] = _thread_pools().limit(limits=1, user_api="blas")
    return limited


@cache
def _thread_pools() -> ThreadpoolController:
    """The threads of linear algebra; to look for its libraries takes 3 ms each time."""
    return ThreadpoolController()
