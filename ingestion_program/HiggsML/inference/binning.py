"""From an event to its bin: counting bins for the bulk, bins of the classifier for the signal.

With probabilities p_k of a classifier trained on classes of equal weight, p_k is proportional to
the density of process k, and with the yields y_k

    D = ln(y_S p_S / sum_B y_B p_B)

is the logarithm of the local ratio of signal and background: the statistic that loses nothing for
the measurement of a rate. A second coordinate, the background that is most likely, lets the fit
tell the backgrounds apart. Events of low D are counted with the bulk.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..schema import BACKGROUNDS, PROCESSES, SIGNAL
from .inputs import classifier_inputs
from .likelihood import BinnedLikelihood
from .regions import Regions
from .templates import Templates

__all__ = ["EventBins", "choose_groups", "equal_information_edges", "expected_width"]

Array = NDArray[np.float64]

_SIGNAL = PROCESSES.index(SIGNAL)
_LEAST_DENSITY = 1e-30
_BACKGROUNDS = [PROCESSES.index(name) for name in BACKGROUNDS]


@dataclass(frozen=True)
class EventBins:
    """Assigns events to bins.

    Attributes:
        regions: the cuts.
        classifier: fitted, with `predict_proba` of the four processes.
        yields: (4,) expected signal-rich events of each process.
        edges: for each background, lower edges of D in the events where it is the most likely one;
            events below the first are counted.
        groups: (fine bins,) the final bin of each fine bin.
    """

    regions: Regions
    classifier: Any
    yields: Array
    edges: tuple[NDArray[np.float32], ...]
    groups: NDArray[np.intp]

    @property
    def n_bins(self) -> int:
        """Number of final bins."""
        return int(self.groups.max()) + 1

    def histogram(self, features: NDArray[np.float32], weights: Array | None = None) -> Array:
        """Sum of weights (or number) of the events in each bin, (n_bins,).

        Args:
            features: (n, 28), columns in the order of `schema.FEATURES`.
            weights: (n,) or none.
        """
        return np.bincount(self.bin_of(features), weights=weights, minlength=self.n_bins).astype(
            np.float64
        )

    def bin_of(self, features: NDArray[np.float32]) -> NDArray[np.intp]:
        """The bin of each event."""
        fine = self.regions.counting_bin(features)
        rich = np.flatnonzero(self.regions.is_signal_rich(features))
        if len(rich):
            density = densities(self.classifier, features, rich)
            score, background = discriminants(density, self.yields)
            first = self.regions.n_counting_bins
            for k, edges in enumerate(self.edges):
                position = np.searchsorted(edges, score, side="right")
                chosen = (background == k) & (position > 0)
                fine[rich[chosen]] = first + position[chosen] - 1
                first += len(edges)
        return self.groups[fine]


def densities(
    classifier: Any, features: NDArray[np.float32], rows: NDArray[np.intp]
) -> NDArray[np.float32]:
    """The classifier's probabilities p_k of the events in `rows`, (m, 4).

    A process of which it saw no event has probability 0.

    Args:
        classifier: fitted on `classifier_inputs`.
        features: (n, 28).
        rows: (m,) which of them.
    """
    found = np.zeros((len(rows), len(PROCESSES)), dtype=np.float32)
    if len(rows):
        probabilities = classifier.predict_proba(classifier_inputs(features, rows))
        found[:, classifier.classes_] = probabilities
    return found


def discriminants(
    density: NDArray[np.float32], yields: Array
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """D of each event, and the position in `BACKGROUNDS` of its most likely background.

    Args:
        density: (m, 4), from `densities`.
        yields: (4,) expected events of each process where the classifier was trained.
    """
    expected = density * yields.astype(np.float32)
    background = expected[:, _BACKGROUNDS]
    total = np.maximum(background.sum(axis=1), _LEAST_DENSITY)
    score = np.log(np.maximum(expected[:, _SIGNAL], _LEAST_DENSITY) / total)
    return score.astype(np.float32), background.argmax(axis=1)


def equal_information_edges(
    score: NDArray[np.float32],
    is_signal: NDArray[np.bool_],
    weights: Array,
    n_bins: int,
    min_rows: int,
) -> NDArray[np.float32]:
    """Edges of the score between bins of equal content of s^2/(s + b).

    The local information is smoothed over `min_rows` background events, and every bin keeps at
    least as many.

    Args:
        score: (n,), grows with the signal.
        is_signal: (n,).
        weights: (n,), physical.
        n_bins: at most so many bins.
        min_rows: simulated background events that a bin must have.
    """
    order = np.argsort(-score, kind="stable")
    signal = np.where(is_signal[order], weights[order], 0.0)
    background = np.where(is_signal[order], 0.0, weights[order])
    cell = np.cumsum(~is_signal[order]) // min_rows
    s, b = np.bincount(cell, signal), np.bincount(cell, background)
    information = np.cumsum(s**2 / np.maximum(s + b, 1e-12))
    last_in_cell = np.cumsum(np.bincount(cell)) - 1
    if len(information) < 2:
        return np.empty(0, dtype=np.float32)
    target = information[-1] * np.arange(1, n_bins) / n_bins
    cells = np.unique(np.searchsorted(information[:-1], target))
    cells = cells[cells < len(information) - 1]
    return np.unique(score[order][last_in_cell[cells]])


def expected_width(templates: Templates, mu: float = 1.0, *, profiled: bool = True) -> float:
    """Expected width of the interval on mu, 2 sigma, from the Asimov data set at nominal.

    Fisher information F = J^T diag(1/(lambda + simulation variance)) J + 1 (priors), and sigma^2 is
    the mu entry of its inverse; not `profiled`: statistics only, 2/sqrt(sum s^2/lambda).
    """
    likelihood = BinnedLikelihood(templates, np.ones(templates.variances.shape[1]))
    theta = likelihood.start()
    theta[0] = mu
    expected, slopes = likelihood.expected_and_slopes(theta)
    if not profiled:
        return float(2.0 / np.sqrt(np.sum(slopes[0] ** 2 / expected)))
    variance = expected + templates.variances.sum(axis=0)
    prior = np.diag([0.0] + [1.0] * (len(theta) - 1))
    fisher = (slopes / variance) @ slopes.T + prior
    return float(2.0 * np.sqrt(np.linalg.inv(fisher)[0, 0]))


def choose_groups(
    templates: Templates,
    n_counting_bins: int,
    edges: tuple[NDArray[np.float32], ...],
    min_rows: float,
) -> NDArray[np.intp]:
    """Merge neighbouring fine bins of the score so that the expected width is least.

    Many bins lose to the finite simulation, few lose information: one, two, four, ... neighbours
    are merged, and what `expected_width` likes best is taken. Counting bins with less than
    `min_rows` effective simulated events are merged with their neighbour.
    """
    nominal, variance = templates.coefficients[0].sum(axis=0), templates.variances.sum(axis=0)
    counting = _merge_sparse(nominal[:n_counting_bins], variance[:n_counting_bins], min_rows)
    candidates = []
    for size in (1, 2, 4, 8, 16):
        groups, used = [counting], int(counting.max()) + 1
        for bins in edges:
            groups.append(np.arange(len(bins)) // size + used)
            used += -(-len(bins) // size)
        candidates.append(np.concatenate(groups))
    return min(candidates, key=lambda groups: expected_width(templates.merged(groups)))


def _merge_sparse(nominal: Array, variance: Array, min_rows: float) -> NDArray[np.intp]:
    groups = np.empty(len(nominal), dtype=np.intp)
    group, total, square = 0, 0.0, 0.0
    for k, (expected, squared_error) in enumerate(zip(nominal, variance, strict=True)):
        groups[k] = group
        total, square = total + expected, square + squared_error
        if total > 0.0 and total**2 >= min_rows * square:
            group, total, square = group + 1, 0.0, 0.0
    # What is left at the end joins the last full group.
    return np.minimum(groups, max(group - 1, 0))
