"""Arrays of events as a frame."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..schema import DETAILED_LABELS, FEATURES, LABELS, PRI_COLUMNS, PROCESSES, SIGNAL, WEIGHTS

__all__ = ["events_frame", "process_names"]


def events_frame(
    features: NDArray[np.float32],
    weights: NDArray[np.float64],
    codes: NDArray[np.int8] | None = None,
) -> pd.DataFrame:
    """A frame around the arrays, without copying them, in the order of `schema.FILE_COLUMNS`.

    Args:
        features: (28, n), rows in the order of `schema.FEATURES`.
        weights: (n,).
        codes: (n,), positions in `schema.PROCESSES`; without them the frame has no labels.
    """
    frame = pd.DataFrame(features.T, columns=[*FEATURES], copy=False)
    place = len(PRI_COLUMNS)
    frame.insert(place, WEIGHTS, weights)
    if codes is not None:
        frame.insert(place + 1, DETAILED_LABELS, process_names(codes))
        frame.insert(place + 2, LABELS, (codes == PROCESSES.index(SIGNAL)).astype(np.float32))
    return frame


def process_names(codes: NDArray[np.int8]) -> pd.Series:
    """The names of processes as a column of Python strings.

    Every row refers to one of four strings: 8 bytes a row. A categorical column would take one
    byte, but groups and joins differently from strings; pandas' own type of strings takes 15.

    Args:
        codes: (n,), positions in `schema.PROCESSES`.
    """
    return pd.Series(np.array(PROCESSES, dtype=object)[codes], dtype=object)
