"""What the metrics take: a score, a label and a weight of each event."""

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array, Mask
from ..errors import DataError

__all__ = ["one_weight_each", "scored_events"]


def scored_events(
    scores: ArrayLike, is_signal: ArrayLike, weights: ArrayLike | None
) -> tuple[Array, Mask, Array]:
    """Scores, truth and weights of the same events, checked.

    Args:
        scores: (n,), large for signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,); None: one each.

    Raises:
        DataError: lengths that differ, no events, other labels, or numbers that are not finite.
    """
    values, signal = np.asarray(scores, dtype=np.float64), np.asarray(is_signal)
    if values.ndim != 1 or signal.shape != values.shape or not values.size:
        raise DataError(
            "a score and a label are needed for each event.",
            where="scores, is_signal",
            value=(values.shape, signal.shape),
            fix="give arrays of one dimension and equal lengths.",
        )
    if not np.isin(signal, (0, 1)).all():
        raise DataError(
            "labels must be 1 for signal and 0 for background.",
            where="is_signal",
            value=np.unique(signal)[:5].tolist(),
            fix='compare with the name of the signal: `labels == "s"`.',
        )
    if not np.isfinite(values).all():
        raise DataError(
            "scores must be finite.",
            where="scores",
            value=int((~np.isfinite(values)).sum()),
            fix="look for these events in the classifier's output.",
        )
    return values, signal.astype(bool), one_weight_each(weights, len(values))


def one_weight_each(weights: ArrayLike | None, n: int) -> Array:
    """The weights of n events; one each, where there are none.

    Raises:
        DataError: another number of weights, or weights that are not finite.
    """
    if weights is None:
        return np.ones(n)
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (n,) or not np.isfinite(values).all():
        raise DataError(
            f"a finite weight is needed for each event ({n}).",
            where="weights",
            value=f"shape {values.shape}, {int((~np.isfinite(values)).sum())} not finite",
            fix="cut events out of all arguments alike.",
        )
    return values
