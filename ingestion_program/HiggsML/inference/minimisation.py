"""The least value of the likelihood function, and where it lies."""

from itertools import product

import numpy as np
from iminuit import Minuit

from ..arrays import Array, Mask
from ..task import Task
from .likelihood import BinnedLikelihood, covariance

__all__ = ["minimise", "minimise_in_range", "starts_of"]

_REACH = 7.0  # fits search mu so far beyond its range, or twice the width of the range
_TOLERANCE = 0.01  # of Minuit, a tenth of its default: mu is right to a thousandth of its error
_SCORING_STEPS = 30
_SCORING_TOLERANCE = 1e-7  # twice the estimated distance to the least value
_HALVINGS = 10


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
    likelihood: BinnedLikelihood,
    start: Array | list[Array] | None = None,
    mu: float | None = None,
    mu_range: tuple[float, float] | None = None,
) -> Minuit:
    """Minimise over the free parameters, or over the nuisances at a given mu.

    Fisher scoring goes to the minimum, Minuit takes over there. On its own it stops too early now
    and then: it takes its estimate of the second derivatives for good while the slope in mu is
    still tens of times what it should be.

    Args:
        likelihood: the function.
        start: first parameters, or several of which the best end counts; None: those of the task.
        mu: the value at which it is held.
        mu_range: where it is looked for; None: far beyond what it can be.
    """
    task = likelihood.templates.task
    nuisances = task.chosen(likelihood.parameters[1:])
    limits = [mu_range or _search(task), *(row.z_limits for row in nuisances)]
    free = np.array([mu is None] + [True] * len(nuisances))
    starts = starts_of(likelihood) if start is None else start
    found = []
    for first in starts if isinstance(starts, list) else [starts]:
        theta = first.copy()
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


def starts_of(likelihood: BinnedLikelihood, further: tuple[float, ...] = ()) -> list[Array]:
    """The parameters at which a fit begins: all combinations of the starts of each.

    Args:
        likelihood: the function.
        further: values of each parameter that moves events at which fits begin, too.
    """
    nuisances = likelihood.templates.task.chosen(likelihood.parameters[1:])
    mu = likelihood.start()[:1].tolist()
    each = [(*row.starts, *further) if row.coordinate else row.starts for row in nuisances]
    return [np.array(z) for z in product(mu, *each)]


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
