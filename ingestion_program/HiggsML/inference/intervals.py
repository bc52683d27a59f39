"""Fit of mu and its interval by profile-likelihood crossing."""

from dataclasses import dataclass

import numpy as np
from iminuit import Minuit
from numpy.typing import NDArray
from scipy.optimize import brentq

from ..nuisances import NUISANCES
from .likelihood import BinnedLikelihood

__all__ = ["MU_RANGE", "FitResult", "fit_mu", "minimise"]

MU_RANGE = (0.1, 3.0)
"""The values that mu can have in the challenge."""

_SEARCH = (-4.0, 8.0)  # where mu is fitted; its estimate and interval are cut to the range after
_Z_LIMIT = 5.0


@dataclass(frozen=True)
class FitResult:
    """A measurement of mu.

    Attributes:
        mu: the best value, not cut to the range that mu can have.
        low, high: ends of the interval, not cut either.
        nuisances: best values, in units of the priors.
        errors: their uncertainties, by the second derivatives.
        valid: whether the minimum and both crossings were found; where not, the interval is the
            symmetric one of the second derivatives.
    """

    mu: float
    low: float
    high: float
    nuisances: dict[str, float]
    errors: dict[str, float]
    valid: bool


class _Cached:
    """Serves Minuit's separate calls for value and gradient from one evaluation."""

    def __init__(self, likelihood: BinnedLikelihood) -> None:
        self._likelihood = likelihood
        self._at: bytes | None = None
        self._found = (0.0, np.empty(0))

    def value(self, theta: NDArray[np.float64]) -> float:
        return self._evaluate(theta)[0]

    def gradient(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._evaluate(theta)[1]

    def _evaluate(self, theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        if theta.tobytes() != self._at:
            self._at, self._found = theta.tobytes(), self._likelihood.value_and_gradient(theta)
        return self._found


def minimise(
    likelihood: BinnedLikelihood,
    start: NDArray[np.float64] | None = None,
    mu: float | None = None,
) -> Minuit:
    """Minimise over the free parameters, or over the nuisances at a given mu."""
    cached = _Cached(likelihood)
    start = likelihood.start() if start is None else start
    fit = Minuit(cached.value, start, grad=cached.gradient, name=likelihood.parameters)
    fit.errordef = Minuit.LEAST_SQUARES  # the value is minus *twice* the logarithm
    fit.strategy = 0
    fit.limits["mu"] = _SEARCH
    for name in likelihood.parameters[1:]:
        fit.errors[name] = 0.3
        fit.limits[name] = (-_Z_LIMIT, _z_high(name))
    if mu is not None:
        fit.values["mu"] = mu
        fit.fixed["mu"] = True
    return fit.migrad()


def _z_high(name: str) -> float:
    """Beyond the clip of the soft momentum nothing changes but the prior."""
    row = NUISANCES[name]
    return float(np.log(row.high) / row.spread) if row.prior == "lognormal" else _Z_LIMIT


def fit_mu(likelihood: BinnedLikelihood, level: float = 1.0) -> FitResult:
    """Fit mu; its interval is where the profile rises by `level` above the minimum.

    Args:
        likelihood: of one pseudo-experiment.
        level: 1 for 68.27 % where the asymptotic formulae hold; toys may ask for another.
    """
    fit = minimise(likelihood)
    fit.hesse()
    best = np.array(fit.values)
    mu, error, minimum = best[0], fit.errors["mu"], fit.fval
    # along the profile the nuisances move almost linearly: a good start for each fit
    along = np.array(fit.covariance)[:, 0] / fit.covariance[0][0]

    def rise(value: float) -> float:
        nearby = minimise(likelihood, best + along * (value - mu), mu=value)
        return float(nearby.fval) - minimum - level

    width = error * np.sqrt(level)
    ends, valid = [], fit.valid
    for sign in (-1.0, 1.0):
        try:
            ends.append(brentq(rise, mu + 0.5 * sign * width, mu + 1.6 * sign * width, xtol=1e-4))
        except ValueError:
            ends.append(mu + sign * width)
            valid = False
    names = likelihood.parameters[1:]
    return FitResult(
        mu=float(mu),
        low=float(ends[0]),
        high=float(ends[1]),
        nuisances={name: float(fit.values[name]) for name in names},
        errors={name: float(fit.errors[name]) for name in names},
        valid=bool(valid),
    )
