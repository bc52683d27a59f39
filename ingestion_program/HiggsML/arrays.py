"""Types of numpy arrays, for annotations."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Floats", "Mask", "Positions", "Shorts", "Words"]

Array = NDArray[np.float64]
"""Numbers that are computed with."""
Floats = NDArray[np.float32]
"""Numbers that are stored: features of events."""
Mask = NDArray[np.bool_]
"""One truth value for each event."""
Positions = NDArray[np.intp]
"""Indices of events or bins."""
Shorts = NDArray[np.int16]
"""Packed angles and flags of events."""
Words = NDArray[np.uint64]
"""Random bits, 32 of them in each."""
