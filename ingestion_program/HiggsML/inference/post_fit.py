"""Expected events after a fit, and the numbers that a measurement tells of itself."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..schema import PROCESSES
from .intervals import FitResult
from .likelihood import nuisance_values
from .templates import Shift

if TYPE_CHECKING:
    from .measurement import Measurement

__all__ = ["diagnostic_numbers", "post_fit_events"]

Array = NDArray[np.float64]


def post_fit_events(measurement: "Measurement", result: FitResult) -> Array:
    """Expected events of each process and bin at the best values, (4, bins)."""
    values = nuisance_values(result.nuisances)
    factors = values.rate_factors(result.mu)
    shift = Shift(values.tes, values.jes, values.soft_met)
    rates = np.array([factors[process] for process in PROCESSES])
    return rates[:, None] * measurement.templates.expected(shift)


def diagnostic_numbers(
    measurement: "Measurement", counts: Array, result: FitResult
) -> dict[str, Any]:
    """Templates, nuisance parameters and bins after a fit, as the score sheet takes them.

    Args:
        measurement: after `fit`.
        counts: (bins,) events of an experiment.
        result: of the fit to them.

    Returns:
        `templates`: nominal events of each process and bin; `nuisances`: value and error of each,
        in units of the priors; `post_fit`: the events `counted` and `expected` in each bin.
    """
    nominal = measurement.templates.expected(Shift())  # in a poor bin it can be below 0
    return {
        "templates": dict(zip(PROCESSES, np.maximum(nominal, 0.0).tolist(), strict=True)),
        "nuisances": {
            name: [float(value), float(result.errors[name])]
            for name, value in result.nuisances.items()
        },
        "post_fit": {
            "counted": counts.tolist(),
            "expected": np.maximum(post_fit_events(measurement, result).sum(axis=0), 0.0).tolist(),
        },
    }
