"""Figures of fitted templates, and of a fit to an experiment."""

import numpy as np
from matplotlib.figure import Figure

from ..arrays import Array
from ..figures.measurement import draw_morphing, draw_nuisances, draw_post_fit
from .intervals import FitResult
from .post_fit import post_fit_events
from .templates import Templates

__all__ = ["result_figures", "template_figures"]


def template_figures(templates: Templates) -> dict[str, Figure]:
    """The templates, and how one prior width of each parameter that moves events changes them."""
    task = templates.task
    nominal = templates.expected({})
    error = np.sqrt(templates.variances.sum(axis=0))
    figures = {}
    for row in task.moving:
        values = [row.value_at(z) for z in (-1.0, 1.0)]
        moved = {f"{row.name} = {v:.3g}": templates.expected({row.name: v}) for v in values}
        figures[f"templates_{row.name}"] = draw_morphing(nominal, moved, error, task)
    return figures


def result_figures(templates: Templates, counts: Array, result: FitResult) -> dict[str, Figure]:
    """The fitted nuisance parameters, and the bins after the fit with their pulls.

    Args:
        templates: expected events of the measurement.
        counts: (N,) events of the experiment.
        result: fit to these counts.
    """
    fitted = post_fit_events(templates, result)
    return {
        "nuisances": draw_nuisances(result.nuisances, result.errors),
        "post_fit": draw_post_fit(counts, fitted, templates.task),
    }
