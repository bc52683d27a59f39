"""What each nuisance parameter does to the measured mu."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..nuisances import NUISANCES, NuisanceValues
from ..schema import DETAILED_LABELS, PRI_COLUMNS, PROCESSES, WEIGHTS
from .intervals import fit_mu
from .likelihood import BinnedLikelihood
from .measurement import Measurement
from .samples import feature_matrix

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

    rows = events[[*PRI_COLUMNS, WEIGHTS, DETAILED_LABELS]]
    histograms: dict[tuple[float, float, float], Any] = {}
    found = {}
    for name, point in points.items():
        shift = (point.tes, point.jes, point.soft_met)
        if shift not in histograms:
            kept = systematics(rows, **dict(zip(("tes", "jes", "soft_met"), shift, strict=True)))
            bins = measurement.bins.bin_of(feature_matrix(kept))
            process = kept[DETAILED_LABELS].to_numpy()
            weights = kept[WEIGHTS].to_numpy(dtype=np.float64)
            histograms[shift] = [
                np.bincount(bins[process == p], weights[process == p], measurement.bins.n_bins)
                for p in PROCESSES
            ]
        factors = point.rate_factors()
        counts = sum(factors[p] * h for p, h in zip(PROCESSES, histograms[shift], strict=True))
        likelihood = BinnedLikelihood(measurement.templates, counts, measurement.nuisances)
        found[name] = fit_mu(likelihood).mu
    return found
