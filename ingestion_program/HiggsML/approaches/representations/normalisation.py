"""Scales of features and of images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats
from ...errors import DataError
from .vectors import ABSENT

__all__ = ["absent_as_nan", "normalise"]


def absent_as_nan(x: Any) -> NDArray[Any]:
    """Events with NaN where they have -25 or -999, for a `StandardScaler`, which leaves NaN out.

    Args:
        x: (n, d), events in floating-point numbers; they are not changed.
    """
    table = np.asarray(x)
    return np.where(np.isin(table, ABSENT), table.dtype.type(np.nan), table)


def normalise(images: Any, how: str = "max") -> Floats:
    """Images on a scale that networks train on, float32; an empty image stays empty.

    Args:
        images: (n, rows, columns), not negative; they are not changed.
        how: "max": each image by its brightest pixel. "log": ln(1 + pixel).

    Raises:
        DataError: an unknown scale.
    """
    pixels = np.asarray(images, dtype=np.float32)
    if how == "max":
        brightest = pixels.max(axis=(1, 2), keepdims=True)
        return np.asarray(pixels / np.where(brightest > 0.0, brightest, 1.0), dtype=np.float32)
    if how == "log":
        return np.log1p(pixels)
    raise DataError("unknown scale.", where="how", value=how, fix='use "max" or "log".')
