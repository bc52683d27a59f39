"""Significance of a signal behind a cut on a score, and the choice of the cut."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array, Positions
from ..errors import DataError
from .events import scored_events

__all__ = ["ChosenCut", "Scan", "ams", "ams_scan", "best_cut", "max_significance"]


def ams(
    signal: ArrayLike, background: ArrayLike, *, b_reg: float = 10.0, luminosity: float = 1.0
) -> Any:
    """Approximate median significance of s signal events on b background events.

    sqrt(2 ((s + b + b_reg) ln(1 + s / (b + b_reg)) - s)), the score of the challenge of 2014
    (Adam-Bourdarios et al., JMLR W&CP 42, 2015); 0 where s or b + b_reg is not positive.

    Args:
        signal: expected signal events behind the cut, a number or an array.
        background: expected background events, alike.
        b_reg: events that are added to the background, against cuts that leave next to none.
        luminosity: factor on both.

    >>> round(float(ams(10, 100)), 6), float(ams(0, 100))
    (0.939537, 0.0)
    """
    s = np.asarray(signal, dtype=np.float64) * luminosity
    b = np.asarray(background, dtype=np.float64) * luminosity + b_reg
    possible = (s > 0.0) & (b > 0.0)
    s, b = np.where(possible, s, 0.0), np.where(possible, b, 1.0)
    return np.sqrt(np.maximum(2.0 * ((s + b) * np.log1p(s / b) - s), 0.0))


@dataclass(frozen=True)
class Scan:
    """What each possible cut leaves, from the hardest cut to the softest.

    Attributes:
        cuts: the distinct scores, descending.
        rows: events that have exactly this score.
        signal: sum of the weights of signal events that pass.
        background: the same of background events.
        ams: `ams` of the two.
    """

    cuts: Array
    rows: Positions
    signal: Array
    background: Array
    ams: Array


def ams_scan(
    scores: ArrayLike,
    is_signal: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    b_reg: float = 10.0,
    luminosity: float = 1.0,
) -> Scan:
    """The AMS of a cut at each score that occurs, in the time of one sort.

    Args:
        scores: (n,), large for signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for; None: one each.
        b_reg: as in `ams`.
        luminosity: factor on all weights.

    Raises:
        DataError: lengths that differ, no events, scores or weights that are not finite.
    """
    scores, is_signal, weights = scored_events(scores, is_signal, weights)
    weights = weights * luminosity
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    signal = np.cumsum(np.where(is_signal, weights, 0.0)[order])[last]
    background = np.cumsum(np.where(is_signal, 0.0, weights)[order])[last]
    rows = np.diff(last, prepend=-1)
    return Scan(ordered[last], rows, signal, background, ams(signal, background, b_reg=b_reg))


@dataclass(frozen=True)
class ChosenCut:
    """A cut, and the best one that hindsight would choose.

    Attributes:
        cut: the chosen cut; events pass with a score of at least this.
        ams: AMS at this cut, on the events that it was chosen on.
        best: the cut of the largest AMS.
        best_ams: that AMS, which is too high: it was picked among many.
    """

    cut: float
    ams: float
    best: float
    best_ams: float


def best_cut(
    scores: ArrayLike,
    is_signal: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    top: float = 0.1,
    floor: float | None = None,
    b_reg: float = 10.0,
    luminosity: float = 1.0,
) -> ChosenCut:
    """A cut that does not follow one lucky event: the mean score of the events of highest AMS.

    Each event has the AMS of a cut at its score. The `top` share of events with the highest ones
    (at least one event, and all those that are equal to the last) gives the mean.

    Args:
        scores: (n,), large for signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for; None: one each.
        top: share of the events whose scores are averaged.
        floor: lower scores are no candidates; None: all are.
        b_reg: as in `ams`.
        luminosity: factor on all weights.

    Raises:
        DataError: as `ams_scan`; or no score reaches the floor.
    """
    scan = ams_scan(scores, is_signal, weights, b_reg=b_reg, luminosity=luminosity)
    allowed = scan.cuts >= (-np.inf if floor is None else floor)
    if not allowed.any():
        raise DataError(
            "no score reaches the floor.",
            where="best_cut, floor",
            value=floor,
            fix=f"the highest score is {scan.cuts[0]:.4g}.",
        )
    cuts, rows, values = scan.cuts[allowed], scan.rows[allowed], scan.ams[allowed]
    by_row = np.sort(np.repeat(values, rows))
    wanted = max(1, int(top * len(by_row)))
    chosen = values >= by_row[-wanted]
    cut = float(np.average(cuts[chosen], weights=rows[chosen]))
    passing = np.searchsorted(-scan.cuts, -cut, side="right") - 1
    best = int(np.argmax(values))
    return ChosenCut(cut, float(scan.ams[passing]), float(cuts[best]), float(values[best]))


def max_significance(
    scores: ArrayLike,
    is_signal: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    thresholds: ArrayLike | None = None,
    luminosity: float = 1.0,
) -> float:
    """The largest S / sqrt(S + B) of signal S and background B above a threshold.

    Args:
        scores: (n,), large for signal.
        is_signal: (n,), 1 for signal, 0 for background.
        weights: (n,), expected events each stands for; None: one each.
        thresholds: the cuts that are tried; None: every score that occurs.
        luminosity: factor on all weights.

    Raises:
        DataError: as `ams_scan`.
    """
    scan = ams_scan(scores, is_signal, weights, luminosity=luminosity)
    signal, total = scan.signal, scan.signal + scan.background
    if thresholds is not None:
        at = np.searchsorted(-scan.cuts, -np.atleast_1d(thresholds), side="right")
        signal, total = np.append(0.0, signal)[at], np.append(0.0, total)[at]
    root = np.sqrt(np.where(total > 0.0, total, np.inf))
    return float(np.max(signal / root))
