"""An event as an image of its numbers, printed with three decimals in small bitmap digits."""

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...errors import DataError

__all__ = ["CHARACTERS", "GLYPHS", "text_image"]

CHARACTERS = "0123456789-. "

_ROWS = (  # of the characters, from the top, 3 pixels wide
    "### .#. ### ### #.# ### ### ### ### ### ... ... ...",
    "#.# ##. ..# ..# #.# #.. #.. ..# #.# #.# ... ... ...",
    "#.# .#. ### ### ### ### ### ..# ### ### ### ... ...",
    "#.# .#. #.. ..# ..# ..# #.# ..# #.# ..# ... ... ...",
    "### ### ### ### ..# ### ### ..# ### ### ... .#. ...",
)
GLYPHS = np.array([[list(cell) for cell in row.split()] for row in _ROWS]).swapaxes(0, 1) == "#"
"""The pixels of each of `CHARACTERS`, (13, 5, 3)."""

_HEIGHT, _WIDTH = 6, 4
"""Pixels of a character with the gap below and on its right."""
_DECIMALS, _INTEGERS = 3, 5
_LENGTH = 1 + _INTEGERS + 1 + _DECIMALS
"""Characters of the longest number: -99999.999."""
_MINUS, _POINT, _BLANK = (CHARACTERS.index(c) for c in "-. ")
_WHITE = 255


def text_image(x: Any, size: tuple[int, int] = (90, 80)) -> NDArray[np.uint8]:
    """Images of numbers, white (255) on black, uint8 (n, *size).

    Features stand in two columns, row by row, each as Python's `f"{value:.3f}"`, from the left. The
    digits have 3 x 5 pixels, or the largest whole multiple that fits. 90 x 80 is the least size for
    30 features; 224 x 224 has the numbers where SuperTML has them (Sun et al., arXiv:1903.06246).

    Args:
        x: (n, d), numbers of up to five digits before the point.
        size: height and width of an image.

    Raises:
        DataError: the image is too small; or a number is too long, or none.
    """
    values = np.asarray(x, dtype=np.float64)
    n, d = values.shape
    rows = ceil(d / 2)
    height, width = size[0] // rows, size[1] // 2
    scale = min(height // _HEIGHT, width // (_WIDTH * _LENGTH))
    if not scale:
        raise DataError(
            f"{d} numbers need {rows * _HEIGHT} x {2 * _WIDTH * _LENGTH} pixels.",
            where="size",
            value=size,
            fix="take a larger image.",
        )
    cells = np.zeros((len(CHARACTERS), _HEIGHT, _WIDTH), dtype=np.uint8)
    cells[:, : GLYPHS.shape[1], : GLYPHS.shape[2]] = _WHITE * GLYPHS
    cells = cells.repeat(scale, axis=1).repeat(scale, axis=2)
    left = min(width // 4, width - cells.shape[2] * _LENGTH)
    images = np.zeros((n, *size), dtype=np.uint8)
    for i, codes in enumerate(_characters(values)):
        text = cells[codes].swapaxes(1, 2).reshape(n, cells.shape[1], -1)
        top, start = i // 2 * size[0] // rows, i % 2 * width + left
        images[:, top : top + text.shape[1], start : start + text.shape[2]] = text
    return images


def _characters(values: Array) -> NDArray[np.intp]:
    """Positions in `CHARACTERS` of each number from the left, (d, n, 10)."""
    thousandths = np.rint(np.abs(values) * 10**_DECIMALS)
    wrong = ~(thousandths < 10 ** (_INTEGERS + _DECIMALS))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise DataError(
            f"numbers must have at most {_INTEGERS} digits before the point.",
            where=f"event {row}, feature {column}",
            value=float(values[row, column]),
            fix="take another unit.",
        )
    left = thousandths.T.astype(np.int64)
    n_digits = _DECIMALS + 1 + (left[..., None] >= 10 ** np.arange(4, 8)).sum(axis=-1)
    negative = (values.T < 0.0) & (left > 0)
    digits = np.full((*left.shape, _LENGTH + 1), _BLANK, dtype=np.intp)
    for place in range(_DECIMALS + _INTEGERS):  # from the right; the last cell stays blank
        left, digit = np.divmod(left, 10)
        digits[..., _LENGTH - 1 - place - (place >= _DECIMALS)] = digit
    digits[..., _LENGTH - 1 - _DECIMALS] = _POINT
    first = _LENGTH - 1 - n_digits - negative  # a place for the sign
    from_left = first[..., None] + np.arange(_LENGTH)
    text = np.take_along_axis(digits, np.minimum(from_left, _LENGTH), axis=-1)
    text[..., 0][negative] = _MINUS
    return text
