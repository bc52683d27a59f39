"""What each nuisance parameter does to the measured mu."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..nuisances import NUISANCES, NuisanceValues
from ..schema import PROCESSES
from .intervals import fit_mu
from .likelihood import BinnedLikelihood
from .measurement import Measurement
from .samples import samples_of, under_shift
from .templates import Shift

__all__ = ["mu_by_shift", "two_sigma_values"]


def two_sigma_values() -> dict[str, float]:
    """Each nuisance parameter at twice the spread of its prior, within its clip."""
    values = {}
    for row in NUISANCES.values():
        shifted = (
            row.nominal + 2.0 * row.spread
            if row.prior == "normal"
            else float(np.exp(2.0 * row.spread))
        )
        values[row.name] = min(shifted, row.high)
    return values


def mu_by_shift(
    measurement: Measurement, events: pd.DataFrame, systematics: Callable[..., Any]
) -> dict[str, float]:
    """The fitted mu at nominal, with each nuisance parameter alone at two sigma, and with all six.

    The events are counted with their weights, at mu = 1, so that there is no statistical error;
    the error of the finite sample is common to all and drops out of differences.

    Args:
        measurement: after `fit`.
        events: simulated events that it was not fitted on, with weights and processes.
        systematics: `HiggsML.systematics.systematics`.
    """
    shifted = two_sigma_values()
    nominal = NuisanceValues()
    points = {"nominal": nominal}
    points |= {name: replace(nominal, **{name: value}) for name, value in shifted.items()}
    points["all"] = NuisanceValues(**shifted)

    samples = samples_of(events)
    n_bins = measurement.bins.n_bins
    histograms: dict[Shift, NDArray[np.float64]] = {}
    found = {}
    with threadpool_limits(1, "blas"):
        for name, point in points.items():
            shift = Shift(point.tes, point.jes, point.soft_met)
            if shift not in histograms:
                histograms[shift] = np.zeros((len(PROCESSES), n_bins))
                pieces = under_shift(samples, shift, systematics, 1, measurement.bins.histogram)
                for code, part in pieces:
                    histograms[shift][code] += part
            factors = point.rate_factors()
            counts = np.array([factors[p] for p in PROCESSES]) @ histograms[shift]
            likelihood = BinnedLikelihood(measurement.templates, counts, measurement.nuisances)
            found[name] = fit_mu(likelihood).mu
    return found
