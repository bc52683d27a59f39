"""Fit of mu, and its interval where the profile likelihood crosses a level."""

from dataclasses import dataclass

import numpy as np
from iminuit import Minuit
from numpy.typing import NDArray

from .likelihood import BinnedLikelihood, z_limits

__all__ = ["MU_RANGE", "FitResult", "fit_mu", "minimise"]

Array = NDArray[np.float64]

MU_RANGE = (0.1, 3.0)
"""The values that mu can have in the challenge."""

_SEARCH = (-6.0, 10.0)  # where mu is fitted; estimate and interval are cut to the range later
_TOLERANCE = 0.01  # of Minuit, a tenth of its default: mu is right to a thousandth of its error
_SOFT_STARTS = (0.0, 1.4)  # 1 and 4 GeV
_SCORING_STEPS = 30
_SCORING_TOLERANCE = 1e-7  # twice the estimated distance to the least value
_HALVINGS = 10
_CROSSING_STEPS = 8
_CROSSING_TOLERANCE = 1e-4  # of the level


@dataclass(frozen=True)
class FitResult:
    """A measurement of mu.

    Attributes:
        mu: the best value, which may lie outside the range that mu can have.
        mu_error: its uncertainty, from the mean second derivatives at the nearest value that mu
            can have (far outside some bins would be empty of events); not calibrated.
        low: lower end of the interval, cut to `MU_RANGE`.
        high: upper end of the interval, cut to `MU_RANGE`.
        nuisances: best values, in units of the priors.
        errors: their uncertainties, likewise.
        valid: whether the minimum and both crossings were found. An end that was not found is that
            of the range: nothing is excluded which the fit could not exclude.
    """

    mu: float
    mu_error: float
    low: float
    high: float
    nuisances: dict[str, float]
    errors: dict[str, float]
    valid: bool

    def answer(self) -> dict[str, float]:
        """The four numbers of the Model contract."""
        return {
            "mu_hat": float(np.clip(self.mu, *MU_RANGE)),
            "delta_mu_hat": (self.high - self.low) / 2.0,
            "p16": self.low,
            "p84": self.high,
        }


class _Cached:
    """Serves Minuit's separate calls for value and gradient from one evaluation."""

    def __init__(self, likelihood: BinnedLikelihood) -> None:
        self._likelihood = likelihood
        self._at = b""
        self._found = (0.0, np.empty(0))

    def value(self, theta: Array) -> float:
        return self._evaluate(theta)[0]

    def gradient(self, theta: Array) -> Array:
        return self._evaluate(theta)[1]

    def _evaluate(self, theta: Array) -> tuple[float, Array]:
        if theta.tobytes() != self._at:
            self._at, self._found = theta.tobytes(), self._likelihood.value_and_gradient(theta)
        return self._found


def minimise(
    likelihood: BinnedLikelihood, start: Array | None = None, mu: float | None = None
) -> Minuit:
    """Minimise over the free parameters, or over the nuisances at a given mu.

    Fisher scoring goes to the minimum, Minuit takes over there. On its own it stops too early now
    and then: it takes its estimate of the second derivatives for good while the slope in mu is
    still tens of times what it should be.
    """
    limits = [_SEARCH, *(z_limits(name) for name in likelihood.parameters[1:])]
    free = np.array([name != "mu" or mu is None for name in likelihood.parameters])
    found = []
    for theta in _starts(likelihood) if start is None else [start.copy()]:
        if mu is not None:
            theta[0] = mu
        found.append(_approach(likelihood, theta, free, np.array(limits).T))
    _, theta, errors = min(found, key=lambda end: end[0])
    cached = _Cached(likelihood)
    fit = Minuit(cached.value, theta, grad=cached.gradient, name=likelihood.parameters)
    fit.errordef = Minuit.LEAST_SQUARES  # the value is minus *twice* the logarithm
    fit.strategy = 0
    fit.tol = _TOLERANCE
    fit.errors[:] = errors
    fit.limits[:] = limits
    fit.fixed[:] = ~free
    fit.migrad()
    if not fit.valid:
        fit.strategy = 2
        fit.migrad()
    return fit


def _starts(likelihood: BinnedLikelihood) -> list[Array]:
    """Where a fit begins: little and much soft momentum may have a minimum each."""
    starts = []
    for soft_met in _SOFT_STARTS:
        theta = likelihood.start()
        theta[[name == "soft_met" for name in likelihood.parameters]] = soft_met
        starts.append(theta)
    return starts


def _approach(
    likelihood: BinnedLikelihood, theta: Array, free: NDArray[np.bool_], limits: Array
) -> tuple[float, Array, Array]:
    """Newton steps with the mean second derivatives, shortened until they lead down.

    Args:
        likelihood: to minimise.
        theta: (F,) where to begin.
        free: (F,) which parameters may move.
        limits: (2, F) between which they may.

    Returns:
        The least value, its place to a few ten-thousandths of a standard deviation, and the errors
        of the parameters, (F,).
    """
    low, high = limits
    theta = np.clip(theta, low, high)
    value, gradient = likelihood.value_and_gradient(theta)
    for _ in range(_SCORING_STEPS):
        information = likelihood.information(theta)
        held = ((theta <= low) & (gradient > 0.0)) | ((theta >= high) & (gradient < 0.0))
        moving = np.flatnonzero(free & ~held)
        step = np.zeros_like(theta)
        step[moving] = -np.linalg.solve(information[np.ix_(moving, moving)], gradient[moving])
        if -gradient @ step < _SCORING_TOLERANCE:
            break
        for _ in range(_HALVINGS):
            trial = np.clip(theta + step, low, high)
            new_value, new_gradient = likelihood.value_and_gradient(trial)
            if new_value < value:
                break
            step /= 2.0
        else:
            break
        theta, value, gradient = trial, new_value, new_gradient
    return value, theta, np.sqrt(np.diag(_covariance(information)))


def _covariance(information: Array) -> Array:
    """Of the parameters: the value is minus *twice* the logarithm of the likelihood."""
    return np.asarray(2.0 * np.linalg.inv(information), dtype=np.float64)


def fit_mu(likelihood: BinnedLikelihood, level: float = 1.0) -> FitResult:
    """Fit mu; its interval is where the profile is less than `level` above its least value.

    The interval is that of all mu in `MU_RANGE`, so that it is never empty: where the best mu lies
    outside, the least value is the one at the nearer end of the range.

    Args:
        likelihood: of one pseudo-experiment.
        level: 1 for 68.27 % where the asymptotic formulae hold; toys may ask for another.
    """
    fit = minimise(likelihood)
    best: Array = np.array(fit.values)
    covariance = _covariance(likelihood.information(best))
    found = fit.valid and _SEARCH[0] < fit.values["mu"] < _SEARCH[1]
    cut = float(np.clip(fit.values["mu"], *MU_RANGE))
    if cut != fit.values["mu"]:
        # Only what mu can be competes: the interval is relative to the best of that.
        level += minimise(likelihood, best, mu=cut).fval - fit.fval
    ends = [
        _crossing(likelihood, fit, covariance, level, limit) if found else None
        for limit in MU_RANGE
    ]
    low, high = (limit if end is None else end for end, limit in zip(ends, MU_RANGE, strict=True))
    names = likelihood.parameters[1:]
    inside = np.concatenate([[cut], best[1:]])
    mu_error, *errors = np.sqrt(np.diag(_covariance(likelihood.information(inside)))).tolist()
    return FitResult(
        mu=float(fit.values["mu"]),
        mu_error=mu_error,
        low=low,
        high=high,
        nuisances={name: float(fit.values[name]) for name in names},
        errors=dict(zip(names, errors, strict=True)),
        valid=None not in ends,
    )


def _crossing(
    likelihood: BinnedLikelihood, fit: Minuit, covariance: Array, level: float, limit: float
) -> float | None:
    """Where the profile crosses the level between the minimum and a limit of mu.

    Newton steps on the square root of the profile, which is nearly a straight line in mu. The
    slope of the profile is the partial derivative by mu: at the minimum over the nuisances these
    do not contribute.

    Returns:
        The crossing; the limit where it lies beyond; None where it was not found.
    """
    best, minimum = np.array(fit.values), fit.fval
    sign = -1.0 if limit == MU_RANGE[0] else 1.0
    if sign * (limit - best[0]) <= 0.0:
        return limit
    along = covariance[:, 0] / covariance[0, 0]  # how the nuisances follow mu
    mu = float(best[0] + sign * np.sqrt(level * covariance[0, 0]))
    for _ in range(_CROSSING_STEPS):
        # Beyond the range it may find no minimum: a negative mu can want negative events.
        mu = sign * min(sign * mu, sign * limit)
        nearby = minimise(likelihood, best + along * (mu - best[0]), mu=mu)
        if not nearby.valid:
            return None
        rise = nearby.fval - minimum
        if abs(rise - level) < _CROSSING_TOLERANCE * level or (mu == limit and rise <= level):
            return float(mu)
        slope = sign * likelihood.value_and_gradient(np.array(nearby.values))[1][0]
        if rise <= 0.0 or slope <= 0.0:
            return None
        mu += sign * 2.0 * np.sqrt(rise) * (np.sqrt(level) - np.sqrt(rise)) / slope
    return None
