"""Figures of a fitted measurement, and of what it finds in an experiment."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..figures.measurement import draw_morphing, draw_nuisances, draw_post_fit
from ..nuisances import NUISANCES
from .intervals import FitResult
from .post_fit import post_fit_events
from .templates import Shift

if TYPE_CHECKING:
    from .measurement import Measurement

__all__ = ["result_figures", "template_figures"]

Array = NDArray[np.float64]


def template_figures(measurement: "Measurement") -> dict[str, Figure]:
    """The templates, and how they move with each nuisance parameter that moves events."""
    templates = measurement.templates
    nominal = templates.expected(Shift())
    error = np.sqrt(templates.variances.sum(axis=0))
    figures = {}
    for name in Shift._fields:
        row = NUISANCES[name]
        values = (1.0, 3.0) if name == "soft_met" else (1.0 - row.spread, 1.0 + row.spread)
        moved = {f"{name} = {v:g}": templates.expected(Shift(**{name: v})) for v in values}
        figures[f"templates_{name}"] = draw_morphing(nominal, moved, error)
    return figures


def result_figures(
    measurement: "Measurement", counts: Array, result: FitResult
) -> dict[str, Figure]:
    """The fitted nuisance parameters, and the bins after the fit with their pulls.

    Args:
        measurement: after `fit`.
        counts: (bins,) events of the experiment.
        result: of the fit to them.
    """
    return {
        "nuisances": draw_nuisances(result.nuisances, result.errors),
        "post_fit": draw_post_fit(counts, post_fit_events(measurement, result)),
    }
