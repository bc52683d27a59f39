"""The events that approaches are compared on: some train them, the others test them."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from HiggsML.approaches import Entry
from HiggsML.arrays import Array, Floats, Mask, Positions
from HiggsML.generation import default_counts, generate
from HiggsML.inference.inputs import classifier_inputs
from HiggsML.schema import FEATURES, LABELS, WEIGHTS
from HiggsML.systematics import systematics

__all__ = ["TRAINING_SHARE", "Events", "class_balanced", "generated_events", "inputs_of"]

TRAINING_SHARE = 0.3


@dataclass(frozen=True)
class Events:
    """Events with physical weights, in random order.

    Attributes:
        features: (n, 28), columns of `schema.FEATURES`.
        is_signal: (n,).
        weights: (n,), expected events that each stands for.
    """

    features: Floats
    is_signal: Mask
    weights: Array

    def part(self, rows: slice) -> Self:
        """Some of the rows, whose weights sum to those of all, for signal and for background."""
        is_signal, weights = self.is_signal[rows], self.weights[rows].copy()
        for chosen, all_chosen in ((is_signal, self.is_signal), (~is_signal, ~self.is_signal)):
            weights[chosen] *= self.weights[all_chosen].sum() / weights[chosen].sum()
        return type(self)(self.features[rows], is_signal, weights)

    @property
    def codes(self) -> Positions:
        """Classes for an approach: 0 for signal, 1 for background."""
        return np.asarray(~self.is_signal, dtype=np.intp)

    @property
    def yields(self) -> dict[int, float]:
        """Expected events of the two classes."""
        sums = np.bincount(self.codes, self.weights, minlength=2)
        return {0: float(sums[0]), 1: float(sums[1])}


def generated_events(n: int, seed: int) -> tuple[Events, Events]:
    """Generated events with the cuts of the nominal detector, at 10/fb: for training, and others.

    Args:
        n: number of events before the cuts, in the default mix.
        seed: the events are a function of it.
    """
    frame = systematics(generate(default_counts(n), seed))
    features = frame[list(FEATURES)].to_numpy(np.float32)
    weights = frame[WEIGHTS].to_numpy(np.float64)
    events = Events(features, frame[LABELS].to_numpy() == 1, weights)
    n_training = round(TRAINING_SHARE * len(features))
    return events.part(slice(n_training)), events.part(slice(n_training, None))


def inputs_of(entry: Entry, features: Floats, rows: Positions | None = None) -> Any:
    """What an approach sees of events."""
    chosen = np.arange(len(features)) if rows is None else rows
    return (classifier_inputs if entry.inputs is None else entry.inputs)(features, chosen)


def class_balanced(weights: Array, is_signal: Mask) -> Array:
    """Weights with the same sum for signal and background, 1 on average."""
    codes = is_signal.astype(np.intp)
    sums = np.bincount(codes, weights, minlength=2)
    return np.asarray(weights * (len(weights) / 2.0 / sums)[codes])
