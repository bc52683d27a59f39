"""Expected events after a fit, and the numbers that a measurement tells of itself."""

from typing import Any

import numpy as np

from ..arrays import Array
from .intervals import FitResult
from .templates import Templates

__all__ = ["diagnostic_numbers", "post_fit_events"]


def post_fit_events(templates: Templates, result: FitResult) -> Array:
    """Expected events of each process and bin at the best values, (P, N)."""
    task = templates.task
    fitted = task.chosen(result.nuisances)
    values = {row.name: row.value_at(result.nuisances[row.name]) for row in fitted}
    return task.rates(result.mu, values)[:, None] * templates.expected(values)


def diagnostic_numbers(templates: Templates, counts: Array, result: FitResult) -> dict[str, Any]:
    """Templates, nuisance parameters and bins after a fit, as the score sheet takes them.

    Args:
        templates: expected events of the measurement.
        counts: (N,) events of an experiment.
        result: fit to these counts.

    Returns:
        `templates`: nominal events of each process and bin; `nuisances`: value and error of each,
        in units of the priors, unless all are fixed; `post_fit`: the events `counted` and
        `expected` in each bin; `goodness`: `chi2` of the fit, and the `p_value` of a larger one.
    """
    nominal = np.maximum(templates.expected({}), 0.0)  # in a poor bin it can be below 0
    expected = np.maximum(post_fit_events(templates, result).sum(axis=0), 0.0)
    nuisances = {
        name: [float(value), float(result.errors[name])] for name, value in result.nuisances.items()
    }
    return {
        "templates": dict(zip(templates.task.processes, nominal.tolist(), strict=True)),
        **({"nuisances": nuisances} if nuisances else {}),
        "post_fit": {"counted": counts.tolist(), "expected": expected.tolist()},
        "goodness": {"chi2": max(result.chi2, 0.0), "p_value": result.p_value},
    }
