"""Fit of mu, and its interval where the profile likelihood crosses a level."""

from dataclasses import dataclass

import numpy as np
from iminuit import Minuit

from ..arrays import Array
from .goodness import BAD_FIT, HOPELESS, Goodness
from .likelihood import BinnedLikelihood, covariance
from .minimisation import minimise, minimise_in_range, starts_of
from .templates import is_extrapolated

__all__ = ["FitResult", "fit_mu"]

_CROSSING_STEPS = 8
_CROSSING_TOLERANCE = 1e-4  # of the level
_SCAN_TOLERANCE = 1e-3  # of mu
_FAR = (-3.0, 3.0)  # prior widths at which fits begin too if the first ones end badly


@dataclass(frozen=True)
class FitResult:
    """A measurement of mu.

    Attributes:
        mu: the best value, which may lie outside the range that mu can have.
        mu_error: its uncertainty, from the mean second derivatives at the nearest value that mu
            can have (far outside some bins would be empty of events), and `template_error`; not
            calibrated.
        low: lower end of the interval, cut to the range of mu.
        high: upper end of the interval, cut to the range of mu.
        nuisances: best values of the nuisance parameters, in units of the priors (`spread`).
        errors: uncertainties of the nuisance parameters, in units of the priors.
        valid: whether the minimum was found. If not, the interval is the whole range.
        mu_range: the values that mu can have.
        template_error: the part of `mu_error` that comes from what the simulation leaves uncertain
            of the shifts of the templates.
        chi2: least value of the function, at any mu: how far the counts are from the templates.
        p_value: probability of a larger `chi2` if the templates are right.
        extrapolated: whether the nuisance parameters lie where the templates are extrapolated.
        excludes: False where the templates describe the counts so badly that the interval is the
            whole range, see `goodness`.
    """

    mu: float
    mu_error: float
    low: float
    high: float
    nuisances: dict[str, float]
    errors: dict[str, float]
    valid: bool
    mu_range: tuple[float, float]
    template_error: float
    chi2: float
    p_value: float
    extrapolated: bool
    excludes: bool

    def answer(self) -> dict[str, float]:
        """The four numbers of the Model contract, and whether the fit is a bad one."""
        return {
            "mu_hat": float(np.clip(self.mu, *self.mu_range)),
            "delta_mu_hat": (self.high - self.low) / 2.0,
            "p16": self.low,
            "p84": self.high,
            "bad_fit": self.p_value < BAD_FIT or self.extrapolated,
        }


def fit_mu(
    likelihood: BinnedLikelihood, level: float = 1.0, goodness: Goodness | None = None
) -> FitResult:
    """Fit mu; its interval is where the profile is less than `level` above its least value.

    The interval is that of all mu in the range of the task, so that it is never empty: where the
    best mu lies outside, the least value is the one at the nearer end of the range. The level
    grows with the error of the shifts of the templates, and where the fit is bad (`goodness`).

    Args:
        likelihood: function of mu and the nuisances, for one pseudo-experiment.
        level: 1 for 68.27 % where the asymptotic formulae hold; toys may ask for another.
        goodness: what a good fit's least value is distributed like; None: the asymptotic formula.
    """
    mu_range = likelihood.templates.task.mu_range
    if goodness is None:
        goodness = _asymptotic(likelihood)
    fit = minimise(likelihood)
    if not (fit.valid and np.isfinite(goodness.widening(fit.fval))):
        fit = _searched(likelihood, fit)
    best: Array = np.array(fit.values)
    errors = covariance(likelihood.information(best))
    inside = np.concatenate([[np.clip(best[0], *mu_range)], best[1:]])
    variances = np.diag(covariance(likelihood.information(inside)))
    template_error = likelihood.template_error(inside)
    names = likelihood.parameters[1:]
    nuisances = dict(zip(names, best[1:].tolist(), strict=True))
    extrapolated = is_extrapolated(nuisances, likelihood.templates.task)
    widening = max(goodness.widening(fit.fval), HOPELESS if extrapolated else 1.0)
    level *= widening * (1.0 + template_error**2 / variances[0])
    low, high = mu_range
    if fit.valid and np.isfinite(level):
        # Only possible mu compete: the interval is relative to the best of these.
        level += minimise_in_range(likelihood, fit).fval - fit.fval
        low, high = (
            _crossing(likelihood, fit, errors, level, sign, limit)
            for sign, limit in zip((-1.0, 1.0), mu_range, strict=True)
        )
    others = np.sqrt(variances[1:]).tolist()
    return FitResult(
        mu=float(best[0]),
        mu_error=float(np.hypot(np.sqrt(variances[0]), template_error)),
        low=low,
        high=high,
        nuisances=nuisances,
        errors=dict(zip(names, others, strict=True)),
        valid=fit.valid,
        mu_range=mu_range,
        template_error=template_error,
        chi2=float(fit.fval),
        p_value=goodness.p_value(fit.fval),
        extrapolated=extrapolated,
        excludes=bool(fit.valid and np.isfinite(level)),
    )


def _asymptotic(likelihood: BinnedLikelihood) -> Goodness:
    """Bins, less the parameters that only the counts know."""
    unknown = len(likelihood.parameters) - int(likelihood.has_prior.sum())
    return Goodness.asymptotic(len(likelihood.counts) - unknown)


def _searched(likelihood: BinnedLikelihood, fit: Minuit) -> Minuit:
    """The best of fits that begin in many places, and of those within the range of mu.

    Far from the prior's centre there may be other minima; and a strength far below zero wants
    negative events, where there may be no minimum at all.
    """
    starts = starts_of(likelihood, _FAR)
    found = minimise(likelihood, starts)
    better = found if found.fval < fit.fval or not fit.valid else fit
    if better.valid:
        return better
    return minimise(likelihood, starts, mu_range=likelihood.templates.task.mu_range)


def _crossing(
    likelihood: BinnedLikelihood,
    fit: Minuit,
    errors: Array,
    level: float,
    sign: float,
    limit: float,
) -> float:
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
        The crossing; the limit where it lies beyond.
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
            break
        rise = nearby.fval - minimum
        if abs(rise - level) < _CROSSING_TOLERANCE * level or (mu == limit and rise <= level):
            return float(mu)
        slope = sign * likelihood.value_and_gradient(np.array(nearby.values))[1][0]
        if rise <= 0.0 or slope <= 0.0:
            break
        mu += sign * 2.0 * np.sqrt(rise) * (np.sqrt(level) - np.sqrt(rise)) / slope
    return _scanned(likelihood, best, along, minimum + level, limit)


def _scanned(
    likelihood: BinnedLikelihood, best: Array, along: Array, height: float, limit: float
) -> float:
    """The crossing where steps do not find it: by halving, from a mu that is possible.

    Args:
        likelihood: function of mu and the nuisances, for one pseudo-experiment.
        best: (F,) parameters at the minimum.
        along: (F,) how they follow mu.
        height: of the profile at the crossing.
        limit: end of the range of mu.
    """

    def below(mu: float) -> bool:
        starts = [best + along * (mu - best[0]), *starts_of(likelihood)]
        return bool(minimise(likelihood, starts, mu=mu).fval <= height)

    if below(limit):
        return limit
    inside, outside = float(np.clip(best[0], *likelihood.templates.task.mu_range)), limit
    while abs(outside - inside) > _SCAN_TOLERANCE:
        middle = (inside + outside) / 2.0
        inside, outside = (middle, outside) if below(middle) else (inside, middle)
    return outside
