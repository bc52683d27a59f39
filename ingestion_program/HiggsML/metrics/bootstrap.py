"""Errors of metrics, and of their differences between classifiers, from resampled events."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array, Mask
from ..errors import DataError
from .events import scored_events

__all__ = ["paired_bootstrap"]


def paired_bootstrap(
    metric: Callable[[Array, Mask, Array], float],
    scores: Mapping[str, ArrayLike],
    is_signal: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    resamples: int = 200,
    seed: int = 0,
) -> dict[str, Array]:
    """A metric of each classifier on the same resampled events, (resamples,) by name.

    Events are drawn with replacement, as many as there are; an event that is drawn twice has twice
    its weight. The standard deviation of the values is the error of the metric, that of the
    differences of two classifiers the error of the difference, in which the luck of the sample that
    both share cancels.

    Args:
        metric: takes scores, truth and weights, such as `auc`.
        scores: for each classifier (n,) scores of the same events, large for signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for; None: one each.
        resamples: how often all events are drawn.
        seed: of the drawing.

    Raises:
        DataError: there is no classifier, or as `ams_scan`.
    """
    if not scores:
        raise DataError(
            "there is no classifier.", where="scores", fix="give a name and its scores."
        )
    events = {name: scored_events(values, is_signal, weights) for name, values in scores.items()}
    rng = np.random.default_rng(seed)
    n = len(next(iter(events.values()))[0])
    found = np.empty((resamples, len(events)))
    for row in found:
        times = np.bincount(rng.integers(n, size=n), minlength=n)
        row[:] = [metric(values, truth, each * times) for values, truth, each in events.values()]
    return dict(zip(events, found.T, strict=True))
