"""An event as an image in which each feature has a block, as bright as the feature is large."""

from math import ceil, sqrt
from typing import Any

import numpy as np

from ...arrays import Floats
from ...errors import DataError

__all__ = ["pixel_image"]


def pixel_image(x: Any, size: int = 6, style: str = "squares") -> Floats:
    """Images of (standardised) features, float32 (n, size, size), of intensities from 0 to 255.

    A block of pixels shows 255 / (1 + exp(-x)) of its feature; what is absent (NaN) is black, as is
    the margin. Blocks are as large as `size` allows: of 30 features, one pixel in 6 x 6, and 9 x 9
    pixels in 56 x 56.

    Args:
        x: (n, d), features of mean 0 and spread 1, such as those of a `StandardScaler`.
        size: height and width of an image.
        style: "squares": blocks in rows and columns, row by row. "bars": a bar for each feature.

    Raises:
        DataError: the image is too small, or the style unknown.
    """
    values = np.asarray(x, dtype=np.float32)
    n, d = values.shape
    if style not in ("squares", "bars"):
        raise DataError(
            "unknown style.", where="style", value=style, fix='use "squares" or "bars".'
        )
    across = d if style == "bars" else ceil(sqrt(d))
    width = size // across
    if not width:
        raise DataError(
            f"{d} features need {across} pixels in a row.",
            where="size",
            value=size,
            fix=f"take {across} or more.",
        )
    height, down = (size, 1) if style == "bars" else (width, across)
    with np.errstate(over="ignore"):  # exp(-x) of a very negative x is infinite: black
        cells = np.float32(255.0) / (np.float32(1.0) + np.exp(-values))
    cells[np.isnan(cells)] = 0.0
    grid = np.zeros((n, down * across), dtype=np.float32)
    grid[:, :d] = cells
    blocks = grid.reshape(n, down, 1, across, 1)
    images = np.zeros((n, size, size), dtype=np.float32)
    top, left = (size - down * height) // 2, (size - across * width) // 2
    inner = images[:, top : top + down * height, left : left + across * width]
    inner.reshape(n, down, height, across, width)[...] = blocks
    return images
