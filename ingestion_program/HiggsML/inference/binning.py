"""From an event to its bin: counting bins for the bulk, bins of the classifier for the signal.

With probabilities p_k of a classifier trained on classes of equal weight, p_k is proportional to
the density of process k, and with the yields y_k

    D = ln(y_S p_S / sum_B y_B p_B)

is the logarithm of the local ratio of signal and background: the statistic that loses nothing for
the measurement of a rate. A second coordinate, the background that is most likely, lets the fit
tell the backgrounds apart. Events of low D are counted with the bulk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from ..arrays import Array, Floats, Positions
from ..task import HIGGSML, Task
from .counting import Counting
from .forward_pass import probabilities
from .inputs import classifier_inputs
from .selection import Selection

__all__ = ["EventBins", "Inputs", "ScoreBins", "densities", "discriminants"]

Inputs = Callable[[Floats, Positions], Floats]
"""Makes the inputs of a classifier out of all features (n, F) and the rows that it shall see."""

_LEAST_DENSITY = 1e-30
_BLOCK = 1 << 15
"""Events that are looked at together: what is made of them, and of the few thousand that the
classifier sees, stays in the cache."""


@dataclass(frozen=True)
class EventBins:
    """Assigns events to bins.

    Attributes:
        selection: the events that the classifier sees.
        counting: bins of all others.
        classifier: fitted, with `predict_proba` of the processes.
        yields: (P,) expected signal-rich events of each process.
        edges: for each background, lower edges of D in the events where it is the most likely one;
            events below the first are counted.
        groups: (fine bins,) the final bin of each fine bin.
        task: its processes.
        inputs: makes what the classifier sees.
    """

    selection: Selection
    counting: Counting
    classifier: Any
    yields: Array
    edges: tuple[Floats, ...]
    groups: Positions
    task: Task = HIGGSML
    inputs: Inputs = classifier_inputs

    @property
    def n_bins(self) -> int:
        """Number of final bins."""
        return int(self.groups.max()) + 1

    def histogram(self, features: Floats, weights: Array | None = None) -> Array:
        """Sum of weights (or number) of the events in each bin, (n_bins,).

        Args:
            features: (n, F), columns in the order of the task's features.
            weights: (n,) or none.
        """
        total = np.zeros(self.n_bins)
        for start in range(0, len(features), _BLOCK):
            some = slice(start, start + _BLOCK)
            their_weights = None if weights is None else weights[some]
            total += np.bincount(self.bin_of(features[some]), their_weights, self.n_bins)
        return total

    def bin_of(self, features: Floats) -> Positions:
        """The bin of each event."""
        fine = self.counting.bin_of(features)
        rich = np.flatnonzero(self.selection.is_signal_rich(features))
        if len(rich):
            density = densities(self.classifier, self.inputs(features, rich), len(self.yields))
            score, background = discriminants(density, self.yields, self.task.signal_code)
            position = _score_bins(score, background, self.edges)
            scored = position >= 0
            fine[rich[scored]] = prod(self.counting.shape) + position[scored]
        return self.groups[fine]


@dataclass(frozen=True)
class ScoreBins:
    """Bins of a classifier that sees all events: one below the first edge of each background first.

    Attributes:
        classifier: fitted.
        yields: (P,) expected events of each process.
        edges: for each background, lower edges of D in the events where it is the most likely one.
        groups: (fine bins,) the final bin of each fine bin.
        signal: position of the signal among the processes.
    """

    classifier: Any
    yields: Array
    edges: tuple[Floats, ...]
    groups: Positions
    signal: int

    @property
    def n_bins(self) -> int:
        """Number of final bins."""
        return int(self.groups.max()) + 1

    def position(self, x: Any) -> Positions:
        """The bin of each event."""
        return self.of_densities(densities(self.classifier, x, len(self.yields)))

    def of_densities(self, density: Floats) -> Positions:
        """The bin of each event, from the classifier's probabilities (n, P)."""
        score, background = discriminants(density, self.yields, self.signal)
        position = _score_bins(score, background, self.edges)
        return self.groups[np.where(position < 0, background, len(self.edges) + position)]


def densities(classifier: Any, inputs: Floats, n_processes: int) -> Floats:
    """The classifier's probabilities p_k of events, (n, P).

    A process of which it saw no event has probability 0.

    Args:
        classifier: fitted; its classes are codes of processes.
        inputs: (n, I) what it sees of the events.
        n_processes: P.
    """
    found = np.zeros((len(inputs), n_processes), dtype=np.float32)
    if len(inputs):
        found[:, classifier.classes_] = probabilities(classifier, inputs)
    return found


def discriminants(density: Floats, yields: Array, signal: int) -> tuple[Floats, Positions]:
    """D of each event, and the position of its most likely background among the backgrounds.

    Args:
        density: (n, P), from `densities`.
        yields: (P,) expected events of each process among those that the classifier was trained on.
        signal: position of the signal among the processes.
    """
    # Row by row of the transposed: numpy is slow at sums over an axis of four.
    expected = np.ascontiguousarray(density.T) * yields.astype(np.float32)[:, np.newaxis]
    background = np.delete(expected, signal, axis=0)
    total = np.maximum(background.sum(axis=0), _LEAST_DENSITY)
    score = np.log(np.maximum(expected[signal], _LEAST_DENSITY) / total)
    return score.astype(np.float32), background.argmax(axis=0)


def _score_bins(score: Floats, background: Positions, edges: tuple[Floats, ...]) -> Positions:
    """The bin of each event among those of all backgrounds, which stand one after the other.

    Args:
        score: (n,) D of each event.
        background: (n,) position of its most likely background.
        edges: for each background, lower edges of its bins of D.

    Returns:
        (n,), -1 for an event below the first edge.
    """
    found = np.full(len(score), -1, dtype=np.intp)
    first = 0
    for k, lower in enumerate(edges):
        position = np.searchsorted(lower, score, side="right")
        chosen = (background == k) & (position > 0)
        found[chosen] = first + position[chosen] - 1
        first += len(lower)
    return found
