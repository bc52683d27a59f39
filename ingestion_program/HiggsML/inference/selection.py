"""Which events a classifier sees: those that can be signal. The others are only counted.

Nine tenths of a pseudo-experiment are Z bosons that no classifier takes for a Higgs boson; only the
others are worth the time of a large one.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from ..arrays import Array, Floats, Mask
from ..columns import POSITION
from .annealing import AnnealedNetwork
from .forward_pass import probabilities

__all__ = ["JetRegion", "MassCuts", "Scout", "Selection"]


class Selection(Protocol):
    """Chooses the events of the classifier."""

    def fit(self, features: Floats, is_signal: Mask, weights: Array) -> None:
        """Learn from nominal training events, with physical weights."""

    def is_signal_rich(self, features: Floats) -> Mask:
        """Whether the classifier sees each event."""


class JetRegion(NamedTuple):
    """The signal-rich part of the events with a given number of jets, in GeV.

    An event is signal-rich if mass_vis is in [`mass_low`, `mass_high`) and the transverse mass is
    below `mt_high`.
    """

    mass_low: float
    mass_high: float
    mt_high: float


@dataclass(frozen=True)
class MassCuts:
    """Cuts made by hand; the last entry holds for more jets too. They keep 45 % of the events."""

    signal_rich: tuple[JetRegion, ...] = (
        JetRegion(75.0, 140.0, 80.0),
        JetRegion(55.0, 140.0, 90.0),
        JetRegion(42.0, 150.0, 100.0),
    )

    def fit(self, features: Floats, is_signal: Mask, weights: Array) -> None:
        """Nothing is learnt.

        Args:
            features: (n, 28) of nominal events.
            is_signal: (n,).
            weights: (n,), physical.
        """

    def is_signal_rich(self, features: Floats) -> Mask:
        """The events for the classifier.

        Args:
            features: (n, 28), columns in the order of `schema.FEATURES`.
        """
        jets = np.minimum(features[:, POSITION["PRI_n_jets"]], len(self.signal_rich) - 1)
        mass = features[:, POSITION["DER_mass_vis"]]
        low, high, mt_high = (
            np.asarray(cut, dtype=np.float32)[jets.astype(np.intp)]
            for cut in zip(*self.signal_rich, strict=True)
        )
        light = features[:, POSITION["DER_mass_transverse_met_lep"]] < mt_high
        rich: Mask = (mass >= low) & (mass < high) & light
        return rich


class Scout:
    """A quick classifier of all events: those that it finds most like signal are kept.

    Args:
        keep: share of the expected events that are kept, the nominal ones.
        classifier: of two classes, with `sample_weight` and `predict_proba`, not fitted; it sees
            all features as they are. None: a network of 16 units.
    """

    def __init__(self, keep: float = 0.08, classifier: Any = None) -> None:
        self.keep = keep
        self.classifier = _quick_network() if classifier is None else classifier
        self.threshold: np.float32

    def fit(self, features: Floats, is_signal: Mask, weights: Array) -> None:
        """Learn signal from the mixture of backgrounds, and where to cut.

        Args:
            features: (n, F) of nominal events.
            is_signal: (n,).
            weights: (n,), physical.
        """
        code = is_signal.astype(np.intp)
        balanced = weights * (len(code) / 2.0 / np.bincount(code, weights)[code])
        self.classifier.fit(features, code, sample_weight=balanced)
        score = probabilities(self.classifier, features)[:, 1]
        order = np.argsort(-score)
        passed = np.cumsum(weights[order])
        last = np.searchsorted(passed, self.keep * passed[-1])
        self.threshold = score[order[min(int(last), len(order) - 1)]]

    def is_signal_rich(self, features: Floats) -> Mask:
        """The events for the classifier.

        Args:
            features: (n, F).
        """
        rich: Mask = probabilities(self.classifier, features)[:, 1] >= self.threshold
        return rich


def _quick_network() -> AnnealedNetwork:
    return AnnealedNetwork(
        (16,), batch_size=2048, learning_rate_init=1e-2, max_iter=6, random_state=1
    )
