"""A classifier made into a measurement of mu: the Model contract of the challenge."""

import logging
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from ..nuisances import NUISANCES, draw_nuisances
from ..progress import progress_bar
from ..schema import PROCESSES, SIGNAL
from .binning import (
    EventBins,
    choose_groups,
    densities,
    discriminants,
    equal_information_edges,
    expected_width,
)
from .calibration import Calibration, calibrate
from .inputs import classifier_inputs
from .intervals import MU_RANGE, FitResult, fit_mu
from .likelihood import BinnedLikelihood
from .post_fit import diagnostic_numbers
from .regions import Regions
from .samples import Features, Sample, concatenated, feature_matrix, split_events, under_shift
from .templates import BASE_POINTS, Shift, Templates, fit_templates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Measurement"]

Array = NDArray[np.float64]

_log = logging.getLogger(__name__)

_TRAINING_SHIFTS = 8  # points in nuisance space that training events are spread over


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
        shifted_rows: at most so many of these of a process choose the bins and are shifted to the
            base points of the templates; all of them make the nominal templates.
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
        shifted_rows: int = 12_000_000,
        fine_bins: int = 64,
        min_rows: int = 30,
        n_toys: int = 2_000,
        seed: int = 1,
    ) -> None:
        self.classifier = classifier
        self.regions = Regions() if regions is None else regions
        self.nuisances = nuisances
        self.training_rows = training_rows
        self.shifted_rows = shifted_rows
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
        events = self._get_train_set()
        for_training, for_templates = split_events(events, self.training_rows, rng)
        # The cores have pieces of events to work on; more threads get in each other's way.
        with threadpool_limits(1, "blas"):
            self._train(for_training, rng)
            self._make_templates(for_templates)
        width = expected_width(self.templates)
        if width > MU_RANGE[1] - MU_RANGE[0]:
            _log.warning(
                "The training events are too few to measure mu: the expected interval is %.3g wide,"
                " wider than the range of mu. Answers will be the whole range, or much of it.",
                width,
            )
        if self.n_toys:
            self.calibration = calibrate(self.templates, self.n_toys, rng, self.nuisances)

    def __getstate__(self) -> dict[str, Any]:
        """What is fitted goes to other processes, which have no training events to ask for."""
        left_here = {"_get_train_set", "_systematics"}
        return {name: value for name, value in self.__dict__.items() if name not in left_here}

    def predict(self, test_set: dict[str, Any]) -> dict[str, float]:
        """Measure mu in one pseudo-experiment."""
        return self.measure(test_set["data"]).answer()

    def measure(self, data: pd.DataFrame) -> FitResult:
        """Count the events of `data` (28 columns) in the bins and fit mu."""
        return self._fit_mu(self._count(data))

    def diagnostics(self) -> dict[str, Any]:
        """Numbers for the score sheet, see `diagnostic_numbers`.

        Nuisance parameters and bins are those of a fit to an experiment that is drawn from the
        nominal templates, at mu = 1.
        """
        events = np.maximum(self.templates.expected(Shift()).sum(axis=0), 0.0)
        counts = np.random.default_rng(self.seed).poisson(events).astype(np.float64)
        return diagnostic_numbers(self, counts, self._fit_mu(counts))

    def figures(self, data: pd.DataFrame | None = None) -> "dict[str, Figure]":
        """Draw the templates and how they move; with `data`, what the fit to it finds, too.

        Returns:
            Figures by name: `templates_tes`, `templates_jes`, `templates_soft_met`, then
            `nuisances` (their best values and errors) and `post_fit` (the bins and their pulls).
        """
        # Submissions that draw nothing shall not wait for matplotlib.
        from .diagnostics import result_figures, template_figures

        found = template_figures(self)
        if data is not None:
            counts = self._count(data)
            found |= result_figures(self, counts, self._fit_mu(counts))
        return found

    def _count(self, data: pd.DataFrame) -> Array:
        with threadpool_limits(1, "blas"):  # threads do not pay in small networks
            return self.bins.histogram(feature_matrix(data))

    def _fit_mu(self, counts: Array) -> FitResult:
        level = 1.0 if self.calibration is None else self.calibration.level
        return fit_mu(BinnedLikelihood(self.templates, counts, self.nuisances), level)

    # --- fitting -----------------------------------------------------------------------------

    def _train(self, samples: list[Sample], rng: np.random.Generator) -> None:
        """Train on signal-rich events under random shifts, all classes with the same weight."""

        def inputs_of(features: Features, weights: Array) -> tuple[Features, Array]:
            rich = np.flatnonzero(self.regions.is_signal_rich(features))
            return classifier_inputs(features, rich), weights[rich]

        def pieces() -> Iterator[tuple[int, tuple[Features, Array]]]:
            for number in range(_TRAINING_SHIFTS):
                # One shift for all classes: else it would tell them apart.
                values = draw_nuisances(NUISANCES, rng)
                shift = Shift(values.tes, values.jes, values.soft_met)
                some = [sample.some(number, _TRAINING_SHIFTS) for sample in samples]
                seed = int(rng.integers(2**31))
                yield from under_shift(some, shift, self._systematics, seed, inputs_of)

        inputs, weights, labels = concatenated(pieces())
        weights *= len(labels) / len(PROCESSES) / np.bincount(labels, weights)[labels]
        with warnings.catch_warnings():
            # A network may be meant to stop after a fixed number of passes.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(inputs, labels, sample_weight=weights)

    def _make_templates(self, samples: list[Sample]) -> None:
        """Histogram the events in fine bins, nominal and at all base points; merge the bins."""
        part = [sample.part(self.shifted_rows) for sample in samples]
        edges, yields = self._edges(part)
        n_fine = self.regions.n_counting_bins + sum(map(len, edges))
        fine = EventBins(self.regions, self.classifier, yields, edges, np.arange(n_fine))

        def content(features: Features, weights: Array) -> Array:
            position = fine.bin_of(features)
            return np.array([np.bincount(position, w, n_fine) for w in (weights, weights**2)])

        def histograms(some: list[Sample], shift: Shift) -> tuple[Array, Array]:
            found = np.zeros((len(PROCESSES), 2, n_fine))
            for code, piece in under_shift(some, shift, self._systematics, self.seed, content):
                found[code] += piece
            bar.update()
            return found[:, 0], found[:, 1]

        with progress_bar(total=1 + len(BASE_POINTS), desc="templates", leave=False) as bar:
            nominal = histograms(samples, Shift())
            templates = fit_templates(nominal, lambda shift: histograms(part, shift)[0])
        groups = choose_groups(templates, self.regions.n_counting_bins, edges, self.min_rows)
        self.bins = EventBins(self.regions, self.classifier, yields, edges, groups)
        self.templates = templates.merged(groups)

    def _edges(self, samples: list[Sample]) -> tuple[tuple[Features, ...], Array]:
        """Fine edges of the discriminant, and yields, from the nominal template events."""

        def densities_of(features: Features, weights: Array) -> tuple[Features, Array]:
            rich = np.flatnonzero(self.regions.is_signal_rich(features))
            return densities(self.classifier, features, rich), weights[rich]

        pieces = under_shift(samples, Shift(), self._systematics, self.seed, densities_of)
        density, weights, labels = concatenated(pieces)
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
