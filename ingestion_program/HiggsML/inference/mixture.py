"""How much of each process a mixture of events holds: any classifier, any task without shifts.

The strength of the signal is its yield in units of the expected one, and so are the factors on the
other yields, free or with a prior. Bins of the classifier's output (see `binning`) are filled with
the simulated events of each process, and the yields are those that fit the counts best.

The templates are as good as the events that make them: n events of a process in a bin are known to
sqrt(n). The fit takes that error into the interval, see `likelihood`.
"""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from ..arrays import Array, Mask, Positions
from ..errors import DataError, SettingsError
from ..task import Task
from ..weights import scale_to_whole
from .bin_choice import choose_groups, equal_information_edges
from .binning import ScoreBins, densities, discriminants
from .calibration import Calibration, calibrate
from .halves import check_halves, half_of_groups, rows_of
from .intervals import FitResult, fit_mu
from .likelihood import BinnedLikelihood, expected_width
from .minimisation import minimise
from .templates import Templates

__all__ = ["Mixture", "MixtureResult"]

_log = logging.getLogger(__name__)

_FEWEST_BINS = 4  # of each background


@dataclass(frozen=True)
class MixtureResult(FitResult):
    """A measurement of a mixture: `mu` is the strength of the signal.

    Attributes:
        signal: the process that is measured.
        yields: best number of events of each process.
    """

    signal: str
    yields: dict[str, float]

    @property
    def fraction(self) -> float:
        """The share of the signal in all events."""
        return self.yields[self.signal] / sum(self.yields.values())


class Mixture:
    """Measures the strength of one process in a mixture, with a classifier of all of them.

    Args:
        classifier: with `fit(x, codes, sample_weight=...)` and `predict_proba`, not fitted; the
            codes are positions among the processes of the task.
        task: processes, signal, range of the strength, and what is free: `free_yield` of a process
            that nothing else constrains, a parameter with a prior, or none. No parameter may move
            events.
        training_rows: largest number of rows of a process that train the classifier; it is at most
            half of them, and the others make the templates.
        fine_bins: largest number of bins of the classifier's output for each background, before
            they are merged.
        min_rows: smallest number of simulated background events of a bin, and of those of each
            process on average over the bins.
        n_toys: toys that calibrate the interval; 0 for the asymptotic level.
        seed: source of the split and the toys.

    Attributes:
        templates: expected events of each process and bin, after `fit`.
        calibration: likelihood ratios of the toys, after `fit`; None without toys.

    Raises:
        SettingsError: a parameter of the task moves events.
    """

    def __init__(
        self,
        classifier: Any,
        task: Task,
        *,
        training_rows: int = 200_000,
        fine_bins: int = 64,
        min_rows: int = 30,
        n_toys: int = 2_000,
        seed: int = 1,
    ) -> None:
        if task.moving:
            raise SettingsError(
                "a mixture has no events that move.",
                where="task",
                value=[row.name for row in task.moving],
                fix="use Measurement, or leave these parameters out.",
            )
        self.classifier = classifier
        self.task = task
        self.training_rows = training_rows
        self.fine_bins = fine_bins
        self.min_rows = min_rows
        self.n_toys = n_toys
        self.seed = seed
        self.templates: Templates
        self.calibration: Calibration | None = None
        self._bins: ScoreBins

    def fit(
        self,
        x: Any,
        process: ArrayLike,
        weights: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Train the classifier on a part of the events, make the templates of the others.

        Negative weights stay in the templates; the classifier, which cannot use them, is trained
        with their absolute values, and with the same sum of weights for each process.

        Args:
            x: what the classifier takes, an array or a frame with a row for each event.
            process: (n,) names of processes.
            weights: (n,) that sum to the expected yield of each process; None: 1 for each event.
            groups: (n,) equal for events that must not be on both sides; None: each is its own.

        Returns:
            The object itself.

        Raises:
            DataError: the rows do not fit together, a process is unknown or has too few events, or
                the classifier does not tell the processes apart.
        """
        codes, physical = self._checked(x, process, weights)
        rng = np.random.default_rng(self.seed)
        training = half_of_groups(codes, groups, self.training_rows, rng)
        check_halves(codes, training, self.task.processes)
        self._train(rows_of(x, training), codes[training], np.abs(physical[training]))
        rest = ~training
        self._make_templates(rows_of(x, rest), codes[rest], self._scaled(physical, codes, rest))
        width = expected_width(self.templates)
        low, high = self.task.mu_range
        if not np.isfinite(width):
            raise DataError(
                "the classifier does not tell the processes apart.",
                where="fit",
                fix="give more events or another classifier, or a prior to some yields.",
            )
        if width > high - low:
            _log.warning(
                "The expected interval is %.3g wide, wider than the range of the strength: the"
                " events expected are too few to measure %s.",
                width,
                self.task.signal,
            )
        if self.n_toys:
            self.calibration = calibrate(self.templates, self.n_toys, rng)
        return self

    def measure(self, x: Any, weights: ArrayLike | None = None) -> MixtureResult:
        """The strength of the signal among these events.

        Args:
            x: the events, as in `fit`.
            weights: (n,) of events that count more or less than once.
        """
        given = None if weights is None else np.asarray(weights, dtype=np.float64)
        position = self._bins.position(x)
        counts = np.bincount(position, given, self._bins.n_bins).astype(np.float64)
        level = 1.0 if self.calibration is None else self.calibration.level
        # The error of the simulation grows with the yields: they may be far from the expected ones.
        first = minimise(BinnedLikelihood(self.templates, counts))
        rates = self._rates(list(first.values))
        found = fit_mu(BinnedLikelihood(self.templates, counts, rates=rates), level)
        yields = self._bins.yields * self._rates([found.mu, *found.nuisances.values()])
        named = dict(zip(self.task.processes, yields.tolist(), strict=True))
        fit = {field.name: getattr(found, field.name) for field in fields(found)}
        return MixtureResult(**fit, signal=self.task.signal, yields=named)

    def _rates(self, theta: Sequence[float]) -> Array:
        """The factors on the rates, (P,), at fitted parameters, and at a strength that can be."""
        rows = self.task.nuisances
        values = {row.name: row.value_at(z) for row, z in zip(rows, theta[1:], strict=True)}
        return self.task.rates(float(np.clip(theta[0], *self.task.mu_range)), values)

    # --- fitting -----------------------------------------------------------------------------

    def _checked(
        self, x: Any, process: ArrayLike, weights: ArrayLike | None
    ) -> tuple[Positions, Array]:
        """Codes of the processes and weights, one for each row of x."""
        names = np.asarray(process)
        codes = pd.Index(self.task.processes).get_indexer(names)
        given = np.ones(len(names)) if weights is None else np.asarray(weights, dtype=np.float64)
        if not len(names) == len(given) == x.shape[0]:
            raise DataError(
                "each row needs a process, and a weight if there are any.",
                where="fit",
                value={"rows": x.shape[0], "processes": len(names), "weights": len(given)},
            )
        if not np.isfinite(given).all():
            row = int(np.flatnonzero(~np.isfinite(given))[0])
            raise DataError(
                "weights must be finite.", where=f"weights, row {row}", value=float(given[row])
            )
        if (codes < 0).any():
            row = int(np.flatnonzero(codes < 0)[0])
            raise DataError(
                "this is no process of the task.",
                where=f"process, row {row}",
                value=str(names[row]),
                fix=f"the processes are {', '.join(self.task.processes)}.",
            )
        return codes, given

    def _train(self, x: Any, codes: Positions, weights: Array) -> None:
        """Train with the same sum of weights for each process, on average 1 for each event."""
        sums = np.bincount(codes, weights)
        balanced = weights * (len(codes) / len(sums) / sums)[codes]
        with warnings.catch_warnings():
            # A network may be meant to stop after a fixed number of passes.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(x, codes, sample_weight=balanced)

    def _scaled(self, weights: Array, codes: Positions, part: Mask) -> Array:
        """The weights of a part of the events, which stands for all of them."""
        whole = np.bincount(codes, weights)
        some = np.bincount(codes[part], weights[part])
        names = self.task.processes
        scales = [scale_to_whole(*sums) for sums in zip(whole, some, names, strict=True)]
        scaled: Array = weights[part] * np.array(scales)[codes[part]]
        return scaled

    def _bins_of_a_background(self, yields: Array, squares: Array) -> int:
        """Fine bins that leave `min_rows` effective events of each process in a bin, on average.

        In more bins processes that are alike look different, by the fluctuations of few events, and
        the intervals become too short, most of all where many yields are free.
        """
        fewest = (yields**2 / squares).min()
        most = int(fewest / (self.min_rows * (len(yields) - 1)))
        return max(_FEWEST_BINS, min(self.fine_bins, most))

    def _make_templates(self, x: Any, codes: Positions, weights: Array) -> None:
        """Choose fine bins, fill them, and merge neighbours until the interval is shortest."""
        n_processes, signal = len(self.task.processes), self.task.signal_code
        density = densities(self.classifier, x, n_processes)
        yields: Array = np.bincount(codes, weights, n_processes).astype(np.float64)
        score, background = discriminants(density, yields, signal)
        squares: Array = np.bincount(codes, weights**2, n_processes).astype(np.float64)
        n_bins = self._bins_of_a_background(yields, squares)
        edges = tuple(
            equal_information_edges(
                score[here], (codes == signal)[here], weights[here], n_bins, self.min_rows
            )
            for here in (background == k for k in range(n_processes - 1))
        )
        n_fine = len(edges) + sum(map(len, edges))
        fine = ScoreBins(self.classifier, yields, edges, np.arange(n_fine), signal)
        place = codes * n_fine + fine.of_densities(density)
        size = n_processes * n_fine
        filled = [np.bincount(place, w, size).astype(np.float64) for w in (weights, weights**2)]
        expected, variances = np.reshape(filled, (2, n_processes, n_fine))
        templates = Templates(expected[np.newaxis], variances, self.task)
        groups = choose_groups(templates, len(edges), edges, self.min_rows)
        self._bins = ScoreBins(self.classifier, yields, edges, groups, signal)
        self.templates = templates.merged(groups).with_least_errors()
