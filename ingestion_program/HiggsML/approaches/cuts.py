"""Cuts on an observable, and how the best one is found.

A cut keeps the events on one side of an edge, between two edges, or outside of them. With the
efficiencies eps_s and eps_b of signal and background, the best cut has the least error rate of
classes of equal weight,

    (1 - eps_s + eps_b) / 2,

or the greatest significance S / sqrt(S + B) of the events S and B that it keeps.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..arrays import Array, Mask, Positions
from ..errors import ApproachError

__all__ = ["Criterion", "Cut", "best_cut", "binned", "crossings", "cut_from_text"]

Criterion = Literal["error", "significance"]
Case = Literal["left", "right", "middle", "sides"]

_NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf)"
_TEXTS: Mapping[Case, str] = {
    "left": r"(?P<name>\S+) <= (?P<high>{n})",
    "right": r"(?P<name>\S+) >= (?P<low>{n})",
    "middle": r"(?P<low>{n}) <= (?P<name>\S+) <= (?P<high>{n})",
    "sides": r"(?P<name>\S+) <= (?P<low>{n}) or (?P=name) >= (?P<high>{n})",
}


@dataclass(frozen=True)
class Cut:
    """A condition on one observable; its `str` is readable, and `cut_from_text` reads it.

    Attributes:
        name: the observable.
        case: what is kept: values up to `high` ("left"), from `low` on ("right"), from `low` to
            `high` ("middle"), up to `low` and from `high` on ("sides").
        low: lower edge, -inf where there is none.
        high: upper edge, inf where there is none.
    """

    name: str
    case: Case
    low: float = -np.inf
    high: float = np.inf

    def __str__(self) -> str:
        texts = {
            "left": f"{self.name} <= {self.high!r}",
            "right": f"{self.name} >= {self.low!r}",
            "middle": f"{self.low!r} <= {self.name} <= {self.high!r}",
            "sides": f"{self.name} <= {self.low!r} or {self.name} >= {self.high!r}",
        }
        return texts[self.case]

    @property
    def edges(self) -> tuple[float, ...]:
        """The finite edges, where a figure has its lines."""
        return tuple(edge for edge in (self.low, self.high) if np.isfinite(edge))

    def passes(self, values: npt.NDArray[Any]) -> Mask:
        """Whether each value is kept.

        Args:
            values: (n,) the observable of each event.
        """
        low, high = np.float64(self.low), np.float64(self.high)  # float32 would move the edges
        if self.case == "sides":
            return np.asarray((values <= low) | (values >= high))
        return np.asarray((values >= low) & (values <= high))


def cut_from_text(text: str) -> Cut:
    """The cut that a text stands for.

    >>> cut_from_text("88.5 <= DER_mass_vis <= 125.4")
    Cut(name='DER_mass_vis', case='middle', low=88.5, high=125.4)

    Raises:
        ApproachError: the text is none of a cut.
    """
    for case, pattern in _TEXTS.items():
        if found := re.fullmatch(pattern.format(n=_NUMBER), text):
            parts = found.groupdict()
            edges = {key: float(parts[key]) for key in ("low", "high") if key in parts}
            return Cut(parts["name"], case, **edges)
    raise ApproachError(
        "this is not the text of a cut.",
        value=text,
        fix='write "x <= 1.0", "x >= 1.0", "1.0 <= x <= 2.0" or "x <= 1.0 or x >= 2.0".',
    )


def best_cut(
    name: str,
    values: npt.NDArray[Any],
    is_signal: Mask,
    weights: Array,
    n_bins: int,
    criterion: Criterion,
) -> Cut | None:
    """The best cut on an observable; None if it is best to keep everything.

    Args:
        name: of the observable.
        values: (n,).
        is_signal: (n,).
        weights: (n,) whose sums are those that the criterion is about: the same for signal and
            background for the error rate, expected events for the significance.
        n_bins: bins of equal shares, between which cuts lie. For the error rate only the edges
            where the histograms cross are tried: the best ones are among them.
        criterion: what is best.
    """
    edges, signal, background = binned(values, is_signal, weights, n_bins)
    chosen = crossings(signal, background) if criterion == "error" else np.arange(len(edges))
    if not len(chosen):
        return None
    below = np.cumsum(signal)[chosen], np.cumsum(background)[chosen]
    totals = float(signal.sum()), float(background.sum())
    kept = _kept(*below, *totals)
    quality = {case: _quality(*events, criterion) for case, events in kept.items()}
    case = max(quality, key=lambda case: float(quality[case].max()))
    nothing = _quality(np.array(totals[0]), np.array(totals[1]), criterion)
    if not quality[case].max() > nothing:
        return None
    best = np.unravel_index(int(quality[case].argmax()), quality[case].shape)
    low, high = edges[chosen][best[0]].item(), edges[chosen][best[1]].item()
    if case == "left":
        return Cut(name, "left", high=high)
    if case == "right":
        return Cut(name, "right", low=low)
    return Cut(name, case, low, high)


def _quality(s: Array, b: Array, criterion: Criterion) -> Array:
    """What is to be greatest; b is infinite for what is no cut."""
    if criterion == "error":
        return s - b
    total = s + b
    return np.asarray(s / np.sqrt(np.where(total > 0.0, total, np.inf)))


def binned(
    values: npt.NDArray[Any], is_signal: Mask, weights: Array, n_bins: int
) -> tuple[Array, Array, Array]:
    """Histograms of signal and background in bins that hold equal shares of the two together.

    An edge lies between two values that occur, so that no value is on it.

    Args:
        values: (n,) of one observable.
        is_signal: (n,).
        weights: (n,).
        n_bins: largest number of bins.

    Returns:
        Edges between bins (k,), and the weights of signal and of background in the bins (k + 1,).
    """
    distinct, position = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    if not len(distinct):
        return np.empty(0), np.zeros(1), np.zeros(1)
    size = np.abs(weights)  # a rare signal has its edges, too
    sums = np.bincount(is_signal, size, 2)
    reached = np.cumsum(np.bincount(position, size / sums[is_signal.astype(np.intp)]))
    wanted = reached[-1] * np.arange(1, n_bins) / n_bins
    last = np.unique(np.searchsorted(reached, wanted))
    last = last[last < len(distinct) - 1]
    pairs = zip(distinct[last].tolist(), distinct[last + 1].tolist(), strict=True)
    edges = np.array([_between(*pair) for pair in pairs])
    bins = np.searchsorted(last, position)
    n = len(last) + 1
    signal = np.bincount(bins, np.where(is_signal, weights, 0.0), n).astype(np.float64)
    background = np.bincount(bins, np.where(is_signal, 0.0, weights), n).astype(np.float64)
    return edges, signal, background


def _between(low: float, high: float) -> float:
    """About the mean of two numbers, with as few decimals as keep it between them."""
    mean = low / 2.0 + high / 2.0
    rounded = (round(mean, decimals) for decimals in range(17))
    return next((number for number in rounded if low < number < high), mean)


def crossings(signal: Array, background: Array) -> Positions:
    """Edges at which the difference of two histograms changes its sign, by position."""
    sign = np.sign(signal - background)
    there = np.flatnonzero(sign)
    return np.asarray(there[:-1][sign[there[:-1]] != sign[there[1:]]], dtype=np.intp)


def _kept(s: Array, b: Array, s_total: float, b_total: float) -> Mapping[Case, tuple[Array, Array]]:
    """Signal and background that each cut keeps, for all pairs of edges (low, high), by case.

    Args:
        s, b: below each edge.
        s_total, b_total: of all events.
    """
    ordered = np.triu(np.ones((len(s), len(s)), dtype=np.bool_), 1)  # low below high

    def between(below: Array) -> Array:
        return np.asarray(below[None, :] - below[:, None])

    return {
        "left": (s[None, :], b[None, :]),
        "right": (s_total - s[:, None], b_total - b[:, None]),
        "middle": (np.where(ordered, between(s), 0.0), np.where(ordered, between(b), np.inf)),
        "sides": (
            np.where(ordered, s_total - between(s), 0.0),
            np.where(ordered, b_total - between(b), np.inf),
        ),
    }
