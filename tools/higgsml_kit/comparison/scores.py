"""What approaches score on events that they were not trained on."""

import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from HiggsML.approaches import Entry
from HiggsML.arrays import Array, Mask
from HiggsML.inference.bin_choice import equal_information_edges
from HiggsML.metrics import ams, best_cut, efficiencies, log_loss, max_significance, rejection

from .events import Events, class_balanced, inputs_of

__all__ = ["Scored", "Trained", "score", "signal_probability", "train", "width_of"]

_PIECE = 100_000  # events predicted at once
_N_BINS, _MIN_ROWS = 32, 30


@dataclass(frozen=True)
class Trained:
    """An approach after its training.

    Attributes:
        estimator: fitted.
        seconds: CPU time of the training.
    """

    estimator: Any
    seconds: float


@dataclass(frozen=True)
class Scored:
    """A row of the table; numbers that are ratios of weights hold for classes of equal weight.

    Attributes:
        accuracy: balanced, of the more probable class.
        training_accuracy: the same on the training events.
        auc: area under the ROC curve.
        log_loss: of classes of equal weight; ln 2 = 0.693 is that of knowing nothing.
        ams: at a cut that was chosen on one half of the events, of the other half (b_reg = 10).
        significance: largest S / sqrt(S + B).
        r50: background rejection at half of the signal.
        r99: the same at 99 %.
        width: Asimov width of the interval on mu, statistics alone.
        width_error: of the finite number of events.
        train_seconds: CPU time of the training.
        test_seconds: CPU time of a million events.
    """

    accuracy: float
    training_accuracy: float
    auc: float
    log_loss: float
    ams: float
    significance: float
    r50: float
    r99: float
    width: float
    width_error: float
    train_seconds: float
    test_seconds: float


def train(entry: Entry, training: Events) -> Trained:
    """Train an approach on classes of equal weight; cuts are told the yields."""
    estimator = entry.build()
    if "yields" in estimator.get_params():
        estimator.set_params(yields=training.yields)
    inputs = inputs_of(entry, training.features)
    weights = class_balanced(training.weights, training.is_signal)
    began = time.process_time()
    with warnings.catch_warnings(), threadpool_limits(1):
        # A network may be meant to stop after a fixed number of passes.
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(inputs, training.codes, sample_weight=weights)
    return Trained(estimator, time.process_time() - began)


def signal_probability(entry: Entry, estimator: Any, events: Events) -> tuple[Array, float]:
    """Probability of signal of each event, and the CPU time of a million of them."""
    found = np.empty(len(events.weights))
    began = time.process_time()
    with threadpool_limits(1):
        for start in range(0, len(found), _PIECE):
            rows = np.arange(start, min(start + _PIECE, len(found)))
            inputs = inputs_of(entry, events.features, rows)
            found[rows] = estimator.predict_proba(inputs)[:, 0]
    return found, (time.process_time() - began) * 1e6 / len(found)


def score(entry: Entry, trained: Trained, training: Events, test: Events) -> tuple[Scored, Array]:
    """The row of the table, and the probabilities of signal of the test events."""
    p, seconds = signal_probability(entry, trained.estimator, test)
    seen, _ = signal_probability(entry, trained.estimator, training.part(slice(_PIECE)))
    balanced = class_balanced(test.weights, test.is_signal)
    signal, background = efficiencies(p, test.is_signal, test.weights)
    width, error = width_of(p, test.is_signal, test.weights)
    return (
        Scored(
            accuracy=_accuracy(p, test),
            training_accuracy=_accuracy(seen, training.part(slice(_PIECE))),
            auc=float(np.trapezoid(signal, background)),
            log_loss=log_loss(np.stack([p, 1.0 - p], axis=1), test.codes, balanced),
            ams=_ams_of_other_half(p, test),
            significance=max_significance(p, test.is_signal, test.weights),
            r50=rejection(p, test.is_signal, test.weights, efficiency=0.5),
            r99=rejection(p, test.is_signal, test.weights, efficiency=0.99),
            width=width,
            width_error=error,
            train_seconds=trained.seconds,
            test_seconds=seconds,
        ),
        p,
    )


def _accuracy(p: Array, events: Events) -> float:
    right = (p > 0.5) == events.is_signal
    return float(np.average(right, weights=class_balanced(events.weights, events.is_signal)))


def _ams_of_other_half(p: Array, test: Events) -> float:
    half = len(p) // 2
    first, second = test.part(slice(half)), test.part(slice(half, None))
    cut = best_cut(p[:half], first.is_signal, first.weights).cut
    passed = p[half:] >= cut
    s, b = (second.weights[passed & kind].sum() for kind in (second.is_signal, ~second.is_signal))
    return float(ams(s, b))


def width_of(p: Array, is_signal: Mask, weights: Array) -> tuple[float, float]:
    """Expected width of the interval on mu at mu = 1, and its error: statistics alone.

    2 / sqrt(I) with the information I = sum s^2 / (s + b) over bins of equal information, that one
    half of the events has chosen and the other half fills; the mean over both orders. The error is
    that of the weights in the bins, whose sums are known: each event of signal moves I by its
    weight times dI/ds = (s^2 + 2 s b) / (s + b)^2 in its bin, less the mean over all bins, and of
    background alike with dI/db = -s^2 / (s + b)^2.

    Args:
        p: (n,), grows with the signal.
        is_signal: (n,).
        weights: (n,), expected events.
    """
    with np.errstate(divide="ignore"):
        p = np.clip(np.log(p) - np.log1p(-p), -100.0, 100.0)  # does not crowd near 0 and 1
    halves = np.arange(len(p)) % 2 == 0, np.arange(len(p)) % 2 == 1
    found = [
        _information(p, is_signal, weights, chosen, filled)
        for chosen, filled in (halves, halves[::-1])
    ]
    widths = [2.0 / np.sqrt(information) for information, _ in found]
    errors = [
        width / 2.0 * np.sqrt(variance) / information
        for width, (information, variance) in zip(widths, found, strict=True)
    ]
    return float(np.mean(widths)), float(np.hypot(*errors) / 2.0)


def _information(
    p: Array, is_signal: Mask, weights: Array, chosen: Mask, filled: Mask
) -> tuple[float, float]:
    edges = equal_information_edges(
        p[chosen].astype(np.float32), is_signal[chosen], weights[chosen], _N_BINS, _MIN_ROWS
    )
    bins = np.searchsorted(edges, p[filled].astype(np.float32), side="right")
    yields, squares = [], []
    for kind in (is_signal, ~is_signal):
        w = weights[filled & kind] * (weights[kind].sum() / weights[filled & kind].sum())
        here = bins[kind[filled]]
        yields.append(np.bincount(here, w, len(edges) + 1))
        squares.append(np.bincount(here, w**2, len(edges) + 1))
    s, b = yields
    total = np.maximum(s + b, 1e-12)
    slopes = (s**2 + 2.0 * s * b) / total**2, -(s**2) / total**2
    variance = sum(
        float(square @ (slope - np.average(slope, weights=square)) ** 2)
        for slope, square in zip(slopes, squares, strict=True)
    )
    return float((s**2 / total).sum()), variance
