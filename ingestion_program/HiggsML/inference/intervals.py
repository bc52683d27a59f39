"""Fit of mu, and its interval where the profile likelihood crosses a level."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from iminuit import Minuit

from ..arrays import Array, Mask
from ..task import Task
from .likelihood import BinnedLikelihood, covariance

__all__ = ["FitResult", "fit_mu", "minimise", "minimise_in_range"]

_REACH = 7.0  # fits search mu so far beyond its range, or twice the width of the range
_TOLERANCE = 0.01  # of Minuit, a tenth of its default: mu is right to a thousandth of its error
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
        low: lower end of the interval, cut to the range of mu.
        high: upper end of the interval, cut to the range of mu.
        nuisances: best values of the nuisance parameters, in units of the priors (`spread`).
        errors: uncertainties of the nuisance parameters, in units of the priors.
        valid: whether the minimum and both crossings were found. An end that was not found is that
            of the range: nothing is excluded which the fit could not exclude.
        mu_range: the values that mu can have.
    """

    mu: float
    mu_error: float
    low: float
    high: float
    nuisances: dict[str, float]
    errors: dict[str, float]
    valid: bool
    mu_range: tuple[float, float]

    def answer(self) -> dict[str, float]:
        """The four numbers of the Model contract."""
        return {
            "mu_hat": float(np.clip(self.mu, *self.mu_range)),
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
    task = likelihood.templates.task
    nuisances = task.chosen(likelihood.parameters[1:])
    limits = [_search(task), *(row.z_limits for row in nuisances)]
    free = np.array([mu is None] + [True] * len(nuisances))
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


def minimise_in_range(likelihood: BinnedLikelihood, best: Minuit) -> Minuit:
    """The minimum at a mu that is possible: `best`, or the one at the nearer end of the range.

    Args:
        likelihood: function of mu and the nuisances, for one pseudo-experiment.
        best: the minimum at any mu.
    """
    cut = float(np.clip(best.values["mu"], *likelihood.templates.task.mu_range))
    if cut == best.values["mu"]:
        return best
    return minimise(likelihood, np.array(best.values), mu=cut)


def _search(task: Task) -> tuple[float, float]:
    """The values of mu that a fit tries; estimate and interval are cut to the range later."""
    low, high = task.mu_range
    reach = max(_REACH, 2.0 * (high - low))
    return low - reach, high + reach


def _starts(likelihood: BinnedLikelihood) -> list[Array]:
    """The parameters at which a fit begins: all combinations of the starts of each."""
    nuisances = likelihood.templates.task.chosen(likelihood.parameters[1:])
    mu = likelihood.start()[:1].tolist()
    return [np.array(z) for z in product(mu, *(row.starts for row in nuisances))]


def _approach(
    likelihood: BinnedLikelihood, theta: Array, free: Mask, limits: Array
) -> tuple[float, Array, Array]:
    """Newton steps with the mean second derivatives, shortened until they lead down.

    Args:
        likelihood: the function to minimise.
        theta: (F,) first parameters.
        free: (F,) whether a parameter may move.
        limits: (2, F) lower and upper limits of the parameters.

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
    return value, theta, np.sqrt(np.diag(covariance(information)))


def fit_mu(likelihood: BinnedLikelihood, level: float = 1.0) -> FitResult:
    """Fit mu; its interval is where the profile is less than `level` above its least value.

    The interval is that of all mu in the range of the task, so that it is never empty: where the
    best mu lies outside, the least value is the one at the nearer end of the range.

    Args:
        likelihood: function of mu and the nuisances, for one pseudo-experiment.
        level: 1 for 68.27 % where the asymptotic formulae hold; toys may ask for another.
    """
    mu_range = likelihood.templates.task.mu_range
    fit = minimise(likelihood)
    best: Array = np.array(fit.values)
    errors = covariance(likelihood.information(best))
    lowest, highest = _search(likelihood.templates.task)
    found = fit.valid and lowest < best[0] < highest
    # Only possible mu compete: the interval is relative to the best of these.
    level += minimise_in_range(likelihood, fit).fval - fit.fval
    ends = [
        _crossing(likelihood, fit, errors, level, sign, limit) if found else None
        for sign, limit in zip((-1.0, 1.0), mu_range, strict=True)
    ]
    low, high = (limit if end is None else end for end, limit in zip(ends, mu_range, strict=True))
    names = likelihood.parameters[1:]
    inside = np.concatenate([[np.clip(best[0], *mu_range)], best[1:]])
    mu_error, *others = np.sqrt(np.diag(covariance(likelihood.information(inside)))).tolist()
    return FitResult(
        mu=float(best[0]),
        mu_error=mu_error,
        low=low,
        high=high,
        nuisances=dict(zip(names, best[1:].tolist(), strict=True)),
        errors=dict(zip(names, others, strict=True)),
        valid=None not in ends,
        mu_range=mu_range,
    )


def _crossing(
    likelihood: BinnedLikelihood,
    fit: Minuit,
    errors: Array,
    level: float,
    sign: float,
    limit: float,
) -> float | None:
    """The mu at which the profile crosses the level, between the minimum and a limit.

    Newton steps on the square root of the profile, which is nearly a straight line in mu. The
    slope of the profile is the partial derivative by mu: at the minimum over the nuisances these
    do not contribute.

    Args:
        likelihood: function of mu and the nuisances, for one pseudo-experiment.
        fit: the minimum.
        errors: (F, F) covariance of the parameters at the minimum.
        level: rise of the profile above the minimum.
        sign: -1 for the lower end of the interval, 1 for the upper one.
        limit: end of the range of mu on this side.

    Returns:
        The crossing; the limit where it lies beyond; None where it was not found.
    """
    best, minimum = np.array(fit.values), fit.fval
    if sign * (limit - best[0]) <= 0.0:
        return limit
    along = errors[:, 0] / errors[0, 0]  # how the nuisances follow mu
    mu = float(best[0] + sign * np.sqrt(level * errors[0, 0]))
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
