"""The answer to the challenge: probabilities of the five kinds for each test image."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .particles import CODES

__all__ = ["answer_table", "write_answers"]


def answer_table(identifiers: Sequence[Any], probabilities: npt.ArrayLike) -> pd.DataFrame:
    """Columns `image`, 11, 13, 211, 321, 2212; the probabilities of a row sum to one.

    Args:
        identifiers: of the images.
        probabilities: (n, kinds), not negative, in the order of the table of particles.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    table = pd.DataFrame(values / values.sum(axis=1, keepdims=True), columns=CODES)
    table.insert(0, "image", list(identifiers))
    return table


def write_answers(path: Path, identifiers: Sequence[Any], probabilities: npt.ArrayLike) -> None:
    """Write the table as a file of comma-separated values."""
    answer_table(identifiers, probabilities).to_csv(path, index=False)
