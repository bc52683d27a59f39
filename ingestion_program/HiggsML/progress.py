"""The progress of long work: a bar on a terminal or in a notebook, a line now and then in a log."""

import logging
import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm as terminal_bar
from tqdm.auto import tqdm as best_bar
from tqdm.notebook import tqdm_notebook

__all__ = ["heartbeat", "progress_bar"]

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds of work before a bar appears: what is done at once needs none."""
LOG_PERIOD = 20.0
"""Seconds between two lines in a log."""


def progress_bar(**arguments: Any) -> Any:
    """A `tqdm` bar, with its arguments, that shows itself in the way that suits the output."""
    if issubclass(best_bar, tqdm_notebook) or sys.stderr.isatty():
        return best_bar(delay=PATIENCE, **arguments)
    arguments["leave"] = False
    return _LogLines(mininterval=LOG_PERIOD, maxinterval=math.inf, delay=LOG_PERIOD, **arguments)


class _LogLines(terminal_bar):  # type: ignore[misc]  # tqdm has no types
    """A bar that writes lines to the log, at most one in a period."""

    _said: float | None = None

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:  # noqa: ARG002  tqdm's arguments
        facts = self.format_dict
        now = time.monotonic()
        early = self._said is not None and now - self._said < LOG_PERIOD
        if msg is None and self.n and facts["rate"] and self.total and not early:
            self._said = now
            left = self.format_interval((self.total - self.n) / facts["rate"])
            log.info("%s: %.0f %%, %s left", self.desc or "done", 100 * self.n / self.total, left)
        return True


@contextmanager
def heartbeat(what: str, limit: float) -> Iterator[None]:
    """A line in the log every period while something runs that cannot say how far it is.

    Args:
        what: runs, as the log calls it.
        limit: how long it may run, s.
    """
    ended = threading.Event()
    started = time.monotonic()

    def beat() -> None:
        while not ended.wait(LOG_PERIOD):
            log.info("[%s] %.0f s of at most %.0f s", what, time.monotonic() - started, limit)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
