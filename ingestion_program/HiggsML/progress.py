"""The progress bar of long work: shown on a terminal and in a notebook, silent in a log file."""

from typing import Any

from tqdm.auto import tqdm
from tqdm.notebook import tqdm_notebook

__all__ = ["progress_bar"]

PATIENCE = 1.0
"""Seconds of work before a bar appears: what is done at once needs none."""


def progress_bar(**arguments: Any) -> Any:
    """A `tqdm` bar; the arguments are those of `tqdm`."""
    # A notebook's output is no terminal, so tqdm left to itself (None) would be silent there.
    disable = False if issubclass(tqdm, tqdm_notebook) else None
    return tqdm(disable=disable, delay=PATIENCE, **arguments)
