"""What the figures take: columns that are there, one entry per event, samples and bins."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import DataError, did_you_mean
from ..schema import UNDEFINED

__all__ = [
    "SHOWN",
    "UPPER_PERCENTILE",
    "Array",
    "bin_edges",
    "defined",
    "one_per_event",
    "require_columns",
    "sample_rows",
]


SHOWN = (
    "PRI_had_pt",
    "PRI_met",
    "DER_mass_vis",
    "PRI_jet_leading_pt",
    "PRI_lep_pt",
    "DER_mass_transverse_met_lep",
)
"""The features that are shown where none are asked for (the first four against each other)."""

UPPER_PERCENTILE = 97.5
"""Histograms end here: what is beyond would leave the bulk a few bins."""


def require_columns(
    columns: Sequence[str] | None, *frames: pd.DataFrame, default: Sequence[str] = SHOWN
) -> list[str]:
    """The columns to show: those asked for, or those of `default` that are in all frames.

    Raises:
        DataError: what should be a frame is none, a column is in one of the frames missing, or
            there is none to show.
    """
    for frame in frames:
        if not isinstance(frame, pd.DataFrame):
            raise DataError(
                "this must be a frame of events.",
                where="dfall, df_syst",
                value=type(frame).__name__,
                fix="give the frames first, then the weights: (dfall, df_syst, weights, ...).",
            )
    if columns is None:
        columns = [name for name in default if all(name in frame for frame in frames)]
    for name in columns:
        for frame in frames:
            if name not in frame:
                raise DataError(
                    "this column is not in the data.",
                    where="columns",
                    value=name,
                    fix=did_you_mean(name, frame.columns),
                )
    if not columns:
        raise DataError("there are no columns to show.", where="columns", fix="name some.")
    return [*columns]


def one_per_event(values: Any, n: int, name: str) -> NDArray[Any]:
    """An array with one entry per event.

    Raises:
        DataError: the number of entries is another.
    """
    array = np.asarray(values)
    if array.shape != (n,):
        raise DataError(
            f"one entry per event is needed ({n}).",
            where=name,
            value=f"shape {array.shape}",
            fix="cut events out of all arguments alike.",
        )
    return array


def defined(frame: pd.DataFrame, column: str) -> Array:
    """A feature as float64, NaN where an event does not have it."""
    values = frame[column].to_numpy(np.float64)
    return np.where(values == UNDEFINED, np.nan, values)


def sample_rows(rows: NDArray[np.intp], size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """`size` of the rows without replacement (all, where there are fewer), ascending."""
    return np.sort(rng.choice(rows, min(size, len(rows)), replace=False))


def bin_edges(values: Array, nbins: int, column: str) -> Array:
    """Equal bins up to the 97.5th percentile, or one for each of a few whole numbers."""
    values = values[np.isfinite(values)]
    if not values.size:
        raise DataError("no event has this feature.", where=column, fix="choose another.")
    low, high = values.min(), np.percentile(values, UPPER_PERCENTILE)
    if high - low < nbins and (values == np.round(values)).all():
        return np.arange(low - 0.5, high + 1.0)
    return np.linspace(low, high if high > low else low + 1.0, nbins + 1)
