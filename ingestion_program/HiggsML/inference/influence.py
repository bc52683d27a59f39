"""What each nuisance parameter does to the measured mu."""

import numpy as np
import pandas as pd

from ..arrays import Array
from ..concurrency import one_blas_thread
from ..task import HIGGSML, Task
from .intervals import fit_mu
from .likelihood import BinnedLikelihood
from .measurement import Measurement
from .samples import ShiftedEvents, Systematics, samples_of, under_shift

__all__ = ["mu_by_shift", "values_at"]


def values_at(z: float, task: Task = HIGGSML) -> dict[str, float]:
    """Each nuisance parameter at so many spreads of its prior, within its clip."""
    return {row.name: float(np.clip(row.value_at(z), row.low, row.high)) for row in task.nuisances}


def mu_by_shift(
    measurement: Measurement, events: pd.DataFrame, systematics: Systematics
) -> dict[str, float]:
    """The fitted mu at nominal, with each nuisance parameter alone two sigma off, and with all.

    The events are counted with their weights, at mu = 1, so that there is no statistical error;
    the error of the finite sample is common to all and drops out of differences.

    Args:
        measurement: after `fit`.
        events: simulated events that it was not fitted on, with weights and processes.
        systematics: function of the Model contract that shifts events.

    Returns:
        mu by `nominal`, `<name> +2`, `<name> -2`, `all +2` and `all -2`.
    """
    task = measurement.task
    shifted = {"+2": values_at(2.0, task), "-2": values_at(-2.0, task)}
    points: dict[str, dict[str, float]] = {"nominal": {}}
    for name in task.names:
        points |= {f"{name} {z}": {name: values[name]} for z, values in shifted.items()}
    points |= {f"all {z}": values for z, values in shifted.items()}
    samples = samples_of(events, task)
    bins = measurement.bins
    histograms: dict[tuple[float, ...], Array] = {}
    found = {}

    def count(left: ShiftedEvents) -> Array:
        return bins.histogram(left.features, left.weights)

    with one_blas_thread():
        for name, point in points.items():
            shift = tuple(task.shift(point).values())
            if shift not in histograms:
                histograms[shift] = np.zeros((len(samples), bins.n_bins))
                for code, part in under_shift(samples, point, systematics, 1, count, task):
                    histograms[shift][code] += part
            counts = task.rates(1.0, point) @ histograms[shift]
            likelihood = BinnedLikelihood(measurement.templates, counts, measurement.nuisances)
            found[name] = fit_mu(likelihood).mu
    return found
