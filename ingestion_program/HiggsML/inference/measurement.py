"""A classifier made into a measurement of mu: the Model contract of the challenge."""

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from ..arrays import Array, Floats, Positions
from ..concurrency import one_blas_thread
from ..task import HIGGSML, Task
from .bin_choice import choose_groups, discriminant_edges, merge_grid
from .binning import EventBins, Inputs, densities
from .calibration import Calibration, calibrate
from .counting import Counting, CountingGrid
from .effort import in_trial, timed
from .filling import filled_templates
from .inputs import classifier_inputs
from .intervals import FitResult, fit_mu
from .likelihood import BinnedLikelihood, expected_width
from .post_fit import diagnostic_numbers
from .samples import (
    Sample,
    ShiftedEvents,
    Systematics,
    concatenated,
    feature_matrix,
    split_events,
    under_shift,
)
from .selection import MassCuts, Selection
from .templates import Templates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Measurement"]

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_SELECTION_ROWS = 600_000  # of a process
_TRAINING_SHIFTS = 8  # points in nuisance space that training events are spread over


class Measurement:
    """Measures mu with a classifier and a profile-likelihood fit of binned templates.

    Args:
        classifier: a scikit-learn classifier with `sample_weight` and `predict_proba`, not fitted;
            it sees `inputs` of signal-rich events.
        get_train_set: gives the training events, as in the Model contract.
        systematics: `HiggsML.systematics.systematics`, or what shifts events of another task.
        selection: chooses the events of the classifier; the others are counted.
        counting: the bins in which they are counted, of which those are kept that are worth it.
        nuisances: names of the parameters that the fit leaves free; the others stay nominal.
            None: all of the task.
        training_rows: largest number of rows of a process that train the classifier; it is at most
            half of them, and the others make the templates.
        shifted_rows: largest number of template rows of a process that choose the bins and are
            shifted to the base points; all of them make the nominal templates.
        fine_bins: bins of the classifier's output for each background, before they are merged.
        min_rows: smallest number of simulated background events of a bin.
        n_toys: toys that calibrate the interval; 0 for the asymptotic level.
        seed: source of the split, the shifts of the training events and the toys.
        mu_range: the values that mu can have, which intervals are cut to; None: those of the task.
        task: processes and nuisance parameters.
        inputs: makes what the classifier sees of events.

    Attributes:
        bins: how events are binned, after `fit`.
        templates: expected events in these bins, after `fit`.
        calibration: likelihood ratios of the toys, after `fit`; None without toys.
        fit_seconds: what the parts of `fit` took, s.
    """

    def __init__(
        self,
        classifier: Any,
        get_train_set: Callable[..., pd.DataFrame],
        systematics: Systematics,
        *,
        selection: Selection | None = None,
        counting: Counting | None = None,
        nuisances: tuple[str, ...] | None = None,
        training_rows: int = 200_000,
        shifted_rows: int = 12_000_000,
        fine_bins: int = 64,
        min_rows: int = 30,
        n_toys: int = 5_000,
        seed: int = 1,
        mu_range: tuple[float, float] | None = None,
        task: Task = HIGGSML,
        inputs: Inputs = classifier_inputs,
    ) -> None:
        self.classifier = classifier
        self.selection = MassCuts() if selection is None else selection
        self.counting = CountingGrid() if counting is None else counting
        free = task.nuisances if nuisances is None else task.chosen(nuisances)
        self.nuisances = tuple(row.name for row in free)
        self.training_rows = training_rows
        self.fine_bins = fine_bins
        self.min_rows = min_rows
        effort = getattr(get_train_set, "effort", 1.0)
        self.shifted_rows, self.n_toys = in_trial(effort, shifted_rows, n_toys)
        self.seed = seed
        self.task = task if mu_range is None else replace(task, mu_range=mu_range)
        self.inputs = inputs
        self._get_train_set = get_train_set
        self._systematics = systematics
        self.bins: EventBins
        self.templates: Templates
        self.calibration: Calibration | None = None
        self.fit_seconds: dict[str, float] = {}

    def fit(self) -> None:
        """Train the classifier, choose the bins, make the templates, calibrate the interval.

        Raises:
            DataError: a process has too few training events to build templates.
        """
        rng = np.random.default_rng(self.seed)
        events = self._get_train_set()
        for_training, for_templates = split_events(events, self.training_rows, rng, self.task)
        # The cores have pieces of events to work on; more threads get in each other's way.
        with one_blas_thread():
            self._select(for_training)
            self._train(for_training, rng)
            self._make_templates(for_templates)
        width = expected_width(self.templates)
        low, high = self.task.mu_range
        if width > high - low:
            _log.warning(
                "The training events are too few to measure mu: the expected interval is %.3g wide,"
                " wider than the range of mu. Answers will be the whole range, or much of it.",
                width,
            )
        if self.n_toys:
            self.calibration = calibrate(self.templates, self.n_toys, rng, self.nuisances)

    def __getstate__(self) -> dict[str, Any]:
        """The fitted state, for other processes, which have no training events to ask for."""
        left_here = {"_get_train_set", "_systematics"}
        return {name: value for name, value in self.__dict__.items() if name not in left_here}

    def predict(self, test_set: dict[str, Any]) -> dict[str, float]:
        """Measure mu in one pseudo-experiment.

        Args:
            test_set: `data`, a frame with a column for each feature (energies in GeV); weights are
                not looked at.

        Returns:
            `mu_hat`, `delta_mu_hat`, `p16`, `p84` and `bad_fit`: the answer of the Model contract.
        """
        return self.measure(test_set["data"]).answer()

    def measure(self, data: pd.DataFrame) -> FitResult:
        """Count the events of `data` (a column for each feature) in the bins and fit mu.

        Args:
            data: a frame of n events with a column for each feature (energies in GeV).

        Returns:
            The best mu, its interval, and the nuisance parameters at it.
        """
        return self._fit_mu(self._count(data))

    def diagnostics(self) -> dict[str, Any]:
        """Numbers for the score sheet, see `diagnostic_numbers`.

        Nuisance parameters and bins are those of a fit to an experiment that is drawn from the
        nominal templates, at mu = 1.
        """
        events = np.maximum(self.templates.expected({}).sum(axis=0), 0.0)
        counts = np.random.default_rng(self.seed).poisson(events).astype(np.float64)
        return diagnostic_numbers(self.templates, counts, self._fit_mu(counts))

    def figures(self, data: pd.DataFrame | None = None) -> "dict[str, Figure]":
        """Draw the templates and how they move; with `data`, the fit to it, too.

        Args:
            data: a frame with a column for each feature (energies in GeV); None: no fit is drawn.

        Returns:
            Figures by name: `templates_<name>` for each parameter that moves events, then
            `nuisances` (their best values and errors) and `post_fit` (the bins and their pulls).
        """
        # Submissions that draw nothing shall not wait for matplotlib.
        from .diagnostics import result_figures, template_figures

        found = template_figures(self.templates)
        if data is not None:
            counts = self._count(data)
            found |= result_figures(self.templates, counts, self._fit_mu(counts))
        return found

    def _count(self, data: pd.DataFrame) -> Array:
        with one_blas_thread():  # more do not pay in small networks
            return self.bins.histogram(feature_matrix(data, self.task))

    def _fit_mu(self, counts: Array) -> FitResult:
        likelihood = BinnedLikelihood(self.templates, counts, self.nuisances)
        if self.calibration is None:
            return fit_mu(likelihood)
        return fit_mu(likelihood, self.calibration.level, self.calibration.goodness)

    # --- fitting -----------------------------------------------------------------------------

    @timed("selection")
    def _select(self, samples: list[Sample]) -> None:
        """Let the selection learn from nominal events."""
        some = [sample.part(_SELECTION_ROWS) for sample in samples]
        pieces = self._shifted(some, {}, self.seed, lambda events: events[:2])
        features, weights, labels = concatenated(pieces)
        self.selection.fit(features, labels == self.task.signal_code, weights)

    @timed("training")
    def _train(self, samples: list[Sample], rng: np.random.Generator) -> None:
        """Train on signal-rich events under random shifts, all classes with the same weight."""

        def pieces() -> Iterator[tuple[int, tuple[Floats, Array]]]:
            for number in range(_TRAINING_SHIFTS):
                # One shift for all classes: else it would tell them apart.
                values = self.task.draw(self.task.names, rng)
                some = [sample.some(number, _TRAINING_SHIFTS) for sample in samples]
                yield from self._shifted(some, values, int(rng.integers(2**31)), self._inputs_of)

        inputs, weights, labels = concatenated(pieces())
        n_classes = len(self.task.processes)
        weights *= len(labels) / n_classes / np.bincount(labels, weights)[labels]
        with warnings.catch_warnings():
            # A network may be meant to stop after a fixed number of passes.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(inputs, labels, sample_weight=weights)

    def _inputs_of(self, events: ShiftedEvents) -> tuple[Floats, Array]:
        """Inputs and weights of the events that the classifier sees."""
        rich = np.flatnonzero(self.selection.is_signal_rich(events.features))
        return self.inputs(events.features, rich), events.weights[rich]

    @timed("templates")
    def _make_templates(self, samples: list[Sample]) -> None:
        """Histogram the events in fine bins, nominal and at all base points; merge the bins."""
        part = [sample.part(self.shifted_rows) for sample in samples]
        edges, yields = self._edges(part)
        n_counting = prod(self.counting.shape)
        places = n_counting + np.cumsum([0, *map(len, edges)])
        fine = self._binned(yields, edges, np.arange(places[-1]))
        ladders = [slice(*ends) for ends in pairwise(places.tolist())]
        templates = filled_templates(samples, part, fine, self._shifted, ladders, self.seed)
        plain = replace(templates, deviations=None)  # merged many times
        groups = choose_groups(plain, n_counting, edges, self.min_rows)
        groups = merge_grid(plain, self.counting.shape, groups)
        self.bins = self._binned(yields, edges, groups)
        self.templates = templates.merged(groups).with_least_errors().without_bias()

    def _edges(self, samples: list[Sample]) -> tuple[tuple[Floats, ...], Array]:
        """Fine edges of the discriminant, and yields, from the nominal template events."""
        n_processes = len(self.task.processes)

        def densities_of(events: ShiftedEvents) -> tuple[Floats, Array]:
            inputs, weights = self._inputs_of(events)
            return densities(self.classifier, inputs, n_processes), weights

        rows = concatenated(self._shifted(samples, {}, self.seed, densities_of))
        return discriminant_edges(*rows, self.task, self.fine_bins, self.min_rows)

    def _shifted(
        self,
        samples: list[Sample],
        values: Mapping[str, float],
        seed: int,
        use: Callable[[ShiftedEvents], Result],
    ) -> Iterator[tuple[int, Result]]:
        return under_shift(samples, values, self._systematics, seed, use, self.task)

    def _binned(self, yields: Array, edges: tuple[Floats, ...], groups: Positions) -> EventBins:
        return EventBins(
            self.selection,
            self.counting,
            self.classifier,
            yields,
            edges,
            groups,
            self.task,
            self.inputs,
        )
