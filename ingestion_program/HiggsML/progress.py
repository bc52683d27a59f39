"""The progress of long work: a bar on a terminal or in a notebook, a line now and then in a log."""

import logging
import sys
from typing import Any

from tqdm import tqdm as terminal_bar
from tqdm.auto import tqdm as best_bar
from tqdm.notebook import tqdm_notebook

__all__ = ["progress_bar"]

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
    return _LogLines(mininterval=LOG_PERIOD, delay=LOG_PERIOD, **arguments)


class _LogLines(terminal_bar):  # type: ignore[misc]  # tqdm has no types
    """A bar that writes lines to the log."""

    def display(self, msg: str | None = None, pos: int | None = None) -> bool:  # noqa: ARG002  tqdm's arguments
        facts = self.format_dict
        if self.n and facts["rate"] and self.total:
            left = self.format_interval((self.total - self.n) / facts["rate"])
            log.info("%s: %.0f %%, %s left", self.desc or "done", 100 * self.n / self.total, left)
        return True
