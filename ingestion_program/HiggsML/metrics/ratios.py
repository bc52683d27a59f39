"""Efficiencies, rejection and log loss: ratios of weights, which no luminosity changes."""

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import DataError
from .events import one_weight_each, scored_events
from .significance import ams_scan

__all__ = ["auc", "efficiencies", "log_loss", "rejection"]


def efficiencies(
    scores: ArrayLike, is_signal: ArrayLike, weights: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Shares of signal and of background that pass each cut: the ROC curve.

    Args:
        scores: (n,) larger for what is more like signal.
        is_signal: (n,) truth.
        weights: (n,) weights of the events; None: all the same.

    Returns:
        The efficiency of signal and that of background (the mistag rate), from the cut that nothing
        passes, (0, 0), to the one that everything passes, (1, 1).

    Raises:
        DataError: as `ams_scan`; or signal or background without weight.
    """
    scan = ams_scan(scores, is_signal, weights)
    for name, passed in (("signal", scan.signal), ("background", scan.background)):
        if not passed[-1] > 0.0:
            raise DataError(
                f"the weights of {name} do not sum to more than zero.",
                where="is_signal, weights",
                value=float(passed[-1]),
                fix="efficiencies need events of both.",
            )
    return (
        np.append(0.0, scan.signal / scan.signal[-1]),
        np.append(0.0, scan.background / scan.background[-1]),
    )


def auc(scores: ArrayLike, is_signal: ArrayLike, weights: ArrayLike | None = None) -> float:
    """The area under the ROC curve: how often signal has a higher score than background.

    Equal scores count half.

    Args:
        scores: (n,) larger for what is more like signal.
        is_signal: (n,) truth.
        weights: (n,) weights of the events; None: all the same.

    Raises:
        DataError: as `efficiencies`.

    >>> auc([0.1, 0.4, 0.4, 0.8], [0, 0, 1, 1])
    0.875
    """
    signal, background = efficiencies(scores, is_signal, weights)
    return float(np.trapezoid(signal, background))


def rejection(
    scores: ArrayLike,
    is_signal: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    efficiency: float = 0.5,
    average: str = "class",
) -> float:
    """One over the background that passes the hardest cut of at least this signal efficiency.

    Args:
        scores: (n,), large for signal; for "micro" the probability of signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for; None: one each.
        efficiency: share of signal to keep; "R50" has 0.5.
        average: "class": signal against background. "micro": every event counts twice, with the
            probability of its own class as signal and of the other as background; of hard
            decisions that makes 1 / (1 - accuracy).

    Raises:
        DataError: as `efficiencies`; or an unknown average.
    """
    scores, is_signal, weights = scored_events(scores, is_signal, weights)
    if average == "micro":
        scores = np.concatenate([scores, 1.0 - scores])
        is_signal = np.concatenate([is_signal, ~is_signal])
        weights = np.tile(weights, 2)
    elif average != "class":
        raise DataError(
            "unknown average.", where="average", value=average, fix='use "class" or "micro".'
        )
    signal, background = efficiencies(scores, is_signal, weights)
    kept = background[signal >= efficiency * (1.0 - 1e-12)].min()
    return float(1.0 / kept) if kept > 0.0 else float("inf")


def log_loss(
    probabilities: ArrayLike, classes: ArrayLike, weights: ArrayLike | None = None
) -> float:
    """Mean of -ln p of the true class; a probability of 0 counts as the smallest step above it.

    Args:
        probabilities: (n, K), of each class.
        classes: (n,), position of the true class, 0 to K - 1.
        weights: (n,), of the mean; None: one each.

    Raises:
        DataError: shapes that do not fit together, or a class without a column.
    """
    table = np.asarray(probabilities)
    codes = np.asarray(classes)
    if table.ndim != 2 or codes.shape != table.shape[:1] or not codes.size:
        raise DataError(
            "a row of probabilities and a class are needed for each event.",
            where="log_loss",
            value=(table.shape, codes.shape),
            fix="give (n, K) probabilities and (n,) classes.",
        )
    if not np.isin(codes, np.arange(table.shape[1])).all():
        raise DataError(
            "a class has no column of probabilities.",
            where="log_loss, classes",
            value=sorted(set(codes.tolist())),
            fix=f"classes are positions, 0 to {table.shape[1] - 1}.",
        )
    smallest = np.finfo(table.dtype if table.dtype.kind == "f" else np.float64).eps
    of_truth = table[np.arange(len(codes)), codes.astype(np.intp)].astype(np.float64)
    losses = -np.log(np.clip(of_truth, smallest, 1.0))
    return float(np.average(losses, weights=one_weight_each(weights, len(codes))))
