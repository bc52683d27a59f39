"""What a command shows of the log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["at_least"]


@contextmanager
def at_least(name: str, level: int) -> Iterator[None]:
    """Leave out what a logger tells below a level; afterwards it tells what it told before."""
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(level)
    try:
        yield
    finally:
        log.setLevel(before)
