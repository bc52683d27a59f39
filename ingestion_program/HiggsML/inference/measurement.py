"""A classifier made into a measurement of mu: the Model contract of the challenge."""

import logging
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from ..errors import DataError
from ..nuisances import NUISANCES, draw_nuisances
from ..schema import DETAILED_LABELS, FEATURES, PRI_COLUMNS, PROCESSES, SIGNAL, WEIGHTS
from .binning import (
    EventBins,
    choose_groups,
    densities,
    discriminants,
    equal_information_edges,
)
from .calibration import Calibration, calibrate
from .inputs import classifier_inputs
from .intervals import MU_RANGE, FitResult, fit_mu
from .likelihood import BinnedLikelihood
from .regions import Regions
from .templates import Shift, Templates, fit_templates

__all__ = ["Measurement", "feature_matrix"]

Array = NDArray[np.float64]

_log = logging.getLogger(__name__)

_COLUMNS = [*PRI_COLUMNS, WEIGHTS]
_CHUNK = 100_000  # rows shifted at once: bounds the memory
_TRAINING_SHIFTS = 8  # points in nuisance space that training events are spread over
_FEWEST_ROWS = 2  # of a process: without any it has no templates
_SPLIT_FROM = 100  # rows of a process; fewer serve both the classifier and the templates


class Measurement:
    """Measures mu with a classifier and a profile-likelihood fit of binned templates.

    Args:
        classifier: a scikit-learn classifier with `sample_weight` and `predict_proba`, not fitted;
            it sees `classifier_inputs` of signal-rich events.
        get_train_set: gives the training events, as in the Model contract.
        systematics: `HiggsML.systematics.systematics`.
        regions: which events the classifier sees; the others are counted.
        nuisances: parameters that the fit leaves free; the others stay nominal.
        training_rows: at most so many rows of a process train the classifier, and at most half of
            them; the others make the templates.
        fine_bins: of the classifier's output for each background, before they are merged.
        min_rows: simulated background events that a bin must have.
        n_toys: toys that calibrate the interval; 0 for the asymptotic level.
        seed: of the split, the shifts of the training events and the toys.

    Attributes:
        bins: how events are binned, after `fit`.
        templates: expected events in these bins, after `fit`.
        calibration: what the toys found, after `fit`; None without toys.
    """

    def __init__(
        self,
        classifier: Any,
        get_train_set: Callable[..., pd.DataFrame],
        systematics: Callable[..., Any],
        *,
        regions: Regions | None = None,
        nuisances: tuple[str, ...] = tuple(NUISANCES),
        training_rows: int = 200_000,
        fine_bins: int = 64,
        min_rows: int = 30,
        n_toys: int = 2_000,
        seed: int = 1,
    ) -> None:
        self.classifier = classifier
        self.regions = Regions() if regions is None else regions
        self.nuisances = nuisances
        self.training_rows = training_rows
        self.fine_bins = fine_bins
        self.min_rows = min_rows
        self.n_toys = n_toys
        self.seed = seed
        self._get_train_set = get_train_set
        self._systematics = systematics
        self.bins: EventBins
        self.templates: Templates
        self.calibration: Calibration | None = None

    def fit(self) -> None:
        """Train the classifier, choose the bins, make the templates, calibrate the interval.

        Raises:
            DataError: a process has too few training events to build templates.
        """
        rng = np.random.default_rng(self.seed)
        for_training, for_templates = self._split(self._get_train_set(), rng)
        self._train(for_training, rng)
        self._make_templates(for_templates)
        if self.n_toys:
            self.calibration = calibrate(self.templates, self.n_toys, rng, self.nuisances)

    def __getstate__(self) -> dict[str, Any]:
        """What is fitted goes to other processes, which have no training events to ask for."""
        left_here = {"_get_train_set", "_systematics"}
        return {name: value for name, value in self.__dict__.items() if name not in left_here}

    def predict(self, test_set: dict[str, Any]) -> dict[str, float]:
        """Measure mu in one pseudo-experiment."""
        result = self.measure(test_set["data"])
        return {
            "mu_hat": float(np.clip(result.mu, *MU_RANGE)),
            "delta_mu_hat": (result.high - result.low) / 2.0,
            "p16": result.low,
            "p84": result.high,
        }

    def measure(self, data: pd.DataFrame) -> FitResult:
        """Count the events of `data` (28 columns) in the bins and fit mu."""
        counts = self.bins.histogram(feature_matrix(data))
        level = 1.0 if self.calibration is None else self.calibration.level
        return fit_mu(BinnedLikelihood(self.templates, counts, self.nuisances), level)

    # --- fitting -----------------------------------------------------------------------------

    def _split(
        self, events: pd.DataFrame, rng: np.random.Generator
    ) -> tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]]:
        """Rows for the classifier and for the templates, of each process, (n, 17).

        The last column is the weight; those of the templates are scaled up to the whole.
        """
        for_training, for_templates = [], []
        process_of = events[DETAILED_LABELS].to_numpy()
        for process in PROCESSES:
            chosen = rng.permutation(np.flatnonzero(process_of == process))
            n_train = min(len(chosen) // 2, self.training_rows)
            if len(chosen) < _FEWEST_ROWS:
                raise DataError(
                    "too few training events to build templates.",
                    where=process,
                    value=len(chosen),
                    fix=f"give at least {_FEWEST_ROWS}, better thousands, of each process.",
                )
            rows = np.stack([events[name].to_numpy(np.float32)[chosen] for name in _COLUMNS], 1)
            if len(chosen) < _SPLIT_FROM:
                _log.warning(
                    "Only %d %s events: they train the classifier and make the templates,"
                    " so that the interval is a rough one.",
                    len(chosen),
                    process,
                )
                for_training.append(rows)
                for_templates.append(rows)
                continue
            rows[n_train:, -1] *= rows[:, -1].sum(dtype=float) / rows[n_train:, -1].sum(dtype=float)
            for_training.append(rows[:n_train])
            for_templates.append(rows[n_train:])
        return for_training, for_templates

    def _shifted(
        self, rows: NDArray[np.float32], shift: Shift, seed: int
    ) -> Iterator[tuple[NDArray[np.float32], Array]]:
        """Features and weights of the rows that are left after a shift, chunk by chunk."""
        for number, first in enumerate(range(0, len(rows), _CHUNK)):
            frame = pd.DataFrame(rows[first : first + _CHUNK], columns=_COLUMNS)
            shifted = self._systematics(frame, **shift._asdict(), seed=seed + number)
            yield feature_matrix(shifted), shifted[WEIGHTS].to_numpy(dtype=np.float64)

    def _signal_rich(
        self, pieces: Iterator[tuple[NDArray[np.float32], Array]]
    ) -> Iterator[tuple[NDArray[np.float32], Array]]:
        """The signal-rich events among shifted ones."""
        for features, weights in pieces:
            rich = self.regions.is_signal_rich(features)
            yield features[rich], weights[rich]

    def _train(self, parts: list[NDArray[np.float32]], rng: np.random.Generator) -> None:
        """Train on signal-rich events under random shifts, all classes with the same weight."""
        found: list[tuple[NDArray[np.float32], Array, int]] = []
        for number in range(_TRAINING_SHIFTS):
            # One shift for all classes: else it would tell them apart.
            values = draw_nuisances(NUISANCES, rng)
            shift = Shift(values.tes, values.jes, values.soft_met)
            for code, rows in enumerate(parts):
                some, seed = rows[number::_TRAINING_SHIFTS], int(rng.integers(2**31))
                pieces = self._signal_rich(self._shifted(some, shift, seed))
                found += [(classifier_inputs(x), weights, code) for x, weights in pieces]
        inputs, weights, labels = _concatenate(found)
        weights *= len(labels) / len(PROCESSES) / np.bincount(labels, weights)[labels]
        with warnings.catch_warnings(), threadpool_limits(1, "blas"):
            # A network may be meant to stop after a fixed number of passes.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(inputs, labels, sample_weight=weights)

    def _make_templates(self, parts: list[NDArray[np.float32]]) -> None:
        """Histogram the events in fine bins at all base points, then merge the bins."""
        edges, yields = self._edges(parts)
        n_fine = self.regions.n_counting_bins + sum(map(len, edges))
        fine = EventBins(self.regions, self.classifier, yields, edges, np.arange(n_fine))

        def histograms(shift: Shift) -> tuple[Array, Array]:
            expected = np.zeros((len(PROCESSES), n_fine))
            variances = np.zeros_like(expected)
            for code, rows in enumerate(parts):
                for x, w in self._shifted(rows, shift, self.seed + 1000 * code):
                    position = fine.bin_of(x)
                    expected[code] += np.bincount(position, w, minlength=n_fine)
                    variances[code] += np.bincount(position, w**2, minlength=n_fine)
            return expected, variances

        templates = fit_templates(histograms)
        groups = choose_groups(templates, self.regions.n_counting_bins, edges, self.min_rows)
        self.bins = EventBins(self.regions, self.classifier, yields, edges, groups)
        self.templates = templates.merged(groups)

    def _edges(
        self, parts: list[NDArray[np.float32]]
    ) -> tuple[tuple[NDArray[np.float32], ...], Array]:
        """Fine edges of the discriminant, and yields, from the nominal template events."""
        found: list[tuple[NDArray[np.float32], Array, int]] = []
        for code, rows in enumerate(parts):
            for x, weights in self._signal_rich(self._shifted(rows, Shift(), self.seed)):
                density = densities(self.classifier, x, np.arange(len(x)))
                found.append((density, weights, code))
        density, weights, labels = _concatenate(found)
        yields: Array = np.bincount(labels, weights, minlength=len(PROCESSES)).astype(np.float64)
        score, background = discriminants(density, yields)
        is_signal = labels == PROCESSES.index(SIGNAL)
        likely = [background == k for k in range(len(PROCESSES) - 1)]
        edges = tuple(
            equal_information_edges(
                score[here], is_signal[here], weights[here], self.fine_bins, self.min_rows
            )
            for here in likely
        )
        return edges, yields


def feature_matrix(data: pd.DataFrame) -> NDArray[np.float32]:
    """The 28 features, float32 (n, 28); no copy of a frame that wraps a column-major buffer."""
    if tuple(data.columns) != FEATURES:
        data = data[list(FEATURES)]
    matrix: NDArray[np.float32] = data.to_numpy(dtype=np.float32)
    return matrix


def _concatenate(
    pieces: list[tuple[NDArray[np.float32], Array, int]],
) -> tuple[NDArray[np.float32], Array, NDArray[np.intp]]:
    """Rows, weights and process codes of (rows, weights, code) pieces."""
    codes = np.repeat([code for _, _, code in pieces], [len(w) for _, w, _ in pieces])
    rows, weights = (np.concatenate([piece[k] for piece in pieces]) for k in (0, 1))
    return rows, weights, codes
