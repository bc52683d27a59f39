"""What a fitted measurement tells of itself: numbers for the score sheet, and figures."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..arrays import Array
from .intervals import FitResult
from .post_fit import diagnostic_numbers
from .templates import Templates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Reported"]


class Reported(ABC):
    """A measurement with templates, which counts events in their bins and fits mu.

    Attributes:
        templates: expected events.
        seed: source of the experiment that `diagnostics` draws.
    """

    templates: Templates
    seed: int

    @abstractmethod
    def _count(self, data: pd.DataFrame) -> Array:
        """Events of each bin."""

    @abstractmethod
    def _fit_mu(self, counts: Array) -> FitResult:
        """The fit to counted events."""

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
