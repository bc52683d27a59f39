"""Small classifiers are trained by one thread: more get in each other's way."""

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Whatever the machine has."""
    with threadpool_limits(1):
        yield
