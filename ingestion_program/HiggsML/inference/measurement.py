"""A classifier made into a measurement of mu: the Model contract of the challenge."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..nuisances import NUISANCES, draw_nuisances
from ..schema import DETAILED_LABELS, FEATURES, PRI_COLUMNS, PROCESSES, WEIGHTS
from .binning import EventBins, choose_groups, discriminants, equal_information_edges
from .intervals import MU_RANGE, FitResult, fit_mu
from .likelihood import BinnedLikelihood
from .regions import Regions
from .templates import Shift, fit_templates

__all__ = ["Measurement"]

Array = NDArray[np.float64]

_CHUNK = 200_000  # rows shifted at once: bounds the memory


class Measurement:
    """Measures mu with a classifier and a profile-likelihood fit of binned templates.

    Args:
        classifier: a scikit-learn classifier with `sample_weight` and `predict_proba`, not fitted.
        get_train_set: gives the training events, as in the Model contract.
        systematics: `HiggsML.systematics.systematics`.
        regions: which events the classifier sees.
        nuisances: parameters that the fit leaves free.
        training_rows: at most so many rows of a process train the classifier, and at most half of
            them; the others make the templates.
        fine_bins: of the classifier's output, before they are merged.
        min_rows: simulated background events that a bin must have.
        seed: of the split and of the shifts of the training events.
    """

    def __init__(
        self,
        classifier: Any,
        get_train_set: Callable[..., pd.DataFrame],
        systematics: Callable[..., Any],
        *,
        regions: Regions = Regions(),
        nuisances: tuple[str, ...] = tuple(NUISANCES),
        training_rows: int = 150_000,
        fine_bins: int = 64,
        min_rows: int = 30,
        seed: int = 1,
    ) -> None:
        self.classifier = classifier
        self.regions = regions
        self.nuisances = nuisances
        self.training_rows = training_rows
        self.fine_bins = fine_bins
        self.min_rows = min_rows
        self.seed = seed
        self._get_train_set: Callable[..., pd.DataFrame] | None = get_train_set
        self._systematics: Callable[..., Any] | None = systematics

    def fit(self) -> None:
        """Train the classifier, choose the bins, make the templates."""
        assert self._get_train_set is not None
        rng = np.random.default_rng(self.seed)
        for_training, for_templates = self._split(self._get_train_set(), rng)
        self._train(for_training, rng)
        del for_training
        self._make_templates(for_templates)
        # What is fitted goes to other processes, which have no events to ask for.
        self._get_train_set = self._systematics = None

    def predict(self, test_set: dict[str, Any]) -> dict[str, float]:
        """Measure mu in one pseudo-experiment."""
        result = self.measure(test_set["data"])
        low, high, mu = np.clip([result.low, result.high, result.mu], *MU_RANGE)
        return {
            "mu_hat": float(mu),
            "delta_mu_hat": float(high - low),
            "p16": float(low),
            "p84": float(high),
        }

    def measure(self, data: pd.DataFrame) -> FitResult:
        """Count the events of `data` (28 columns) in the bins and fit mu."""
        counts = self.bins.histogram(feature_matrix(data))
        return fit_mu(BinnedLikelihood(self.templates, counts, self.nuisances))

    # --- fitting -----------------------------------------------------------------------------

    def _split(
        self, events: pd.DataFrame, rng: np.random.Generator
    ) -> tuple[list[pd.DataFrame], list[pd.DataFrame]]:
        """Rows for the classifier and for the templates, of each process.

        The weights of the latter are scaled up to the expected events of the whole.
        """
        parts: tuple[list[pd.DataFrame], list[pd.DataFrame]] = ([], [])
        process_of = events[DETAILED_LABELS].to_numpy()
        columns = [*PRI_COLUMNS, WEIGHTS]
        for process in PROCESSES:
            rows = rng.permutation(np.flatnonzero(process_of == process))
            if len(rows) < 2:
                raise DataError(
                    "too few training events to build templates.", where=process, value=len(rows)
                )
            n_train = min(len(rows) // 2, self.training_rows)
            train, template = (events.iloc[r][columns] for r in (rows[:n_train], rows[n_train:]))
            scale = events[WEIGHTS].to_numpy()[rows].sum() / template[WEIGHTS].to_numpy().sum()
            parts[0].append(train)
            parts[1].append(template.assign(**{WEIGHTS: template[WEIGHTS] * scale}))
        return parts

    def _shifted(
        self, rows: pd.DataFrame, shift: Shift, seed: int
    ) -> Iterator[tuple[NDArray[np.float32], Array]]:
        """Features and weights of the rows that are left after a shift, chunk by chunk."""
        assert self._systematics is not None
        for number, first in enumerate(range(0, len(rows), _CHUNK)):
            shifted = self._systematics(
                rows.iloc[first : first + _CHUNK], **shift._asdict(), seed=seed + number
            )
            yield feature_matrix(shifted), shifted[WEIGHTS].to_numpy(dtype=np.float64)

    def _train(self, parts: list[pd.DataFrame], rng: np.random.Generator) -> None:
        """Train on signal-rich events under random shifts, all classes with the same weight."""
        features, weights, labels = [], [], []
        for code, rows in enumerate(parts):
            for piece in np.array_split(np.arange(len(rows)), 8):
                if len(piece) == 0:
                    continue
                values = draw_nuisances(NUISANCES, rng)
                shift = Shift(values.tes, values.jes, values.soft_met)
                for x, w in self._shifted(rows.iloc[piece], shift, int(rng.integers(2**31))):
                    rich = self.regions.is_signal_rich(x)
                    features.append(x[rich])
                    weights.append(w[rich])
                    labels.append(np.full(rich.sum(), code))
        x, w, y = map(np.concatenate, (features, weights, labels))
        totals = np.bincount(y, w, minlength=len(PROCESSES))
        counts = np.bincount(y, minlength=len(PROCESSES))
        balanced = w / totals[y] * len(y) / np.count_nonzero(counts)
        self.classifier.fit(x, y, sample_weight=balanced)

    def _make_templates(self, parts: list[pd.DataFrame]) -> None:
        edges, yields = self._edges(parts)
        n_fine = self.regions.n_counting_bins + sum(len(e) + 1 for e in edges)
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

    def _edges(self, parts: list[pd.DataFrame]) -> tuple[tuple[NDArray[np.float32], ...], Array]:
        """Fine edges of the discriminant from the nominal template events."""
        features, weights, labels = [], [], []
        for code, rows in enumerate(parts):
            for x, w in self._shifted(rows, Shift(), self.seed):
                rich = self.regions.is_signal_rich(x)
                features.append(x[rich])
                weights.append(w[rich])
                labels.append(np.full(rich.sum(), code))
        x, w, y = map(np.concatenate, (features, weights, labels))
        yields = np.bincount(y, w, minlength=len(PROCESSES))
        score, background = discriminants(self.classifier, x, yields)
        edges = tuple(
            equal_information_edges(
                score[background == k],
                y[background == k] == 0,
                w[background == k],
                self.fine_bins,
                self.min_rows,
            )
            for k in range(len(PROCESSES) - 1)
        )
        return edges, yields


def feature_matrix(data: pd.DataFrame) -> NDArray[np.float32]:
    """The 28 features, float32 (n, 28); no copy of a frame that wraps a column-major buffer."""
    if tuple(data.columns) != FEATURES:
        data = data[list(FEATURES)]
    return data.to_numpy(dtype=np.float32)
