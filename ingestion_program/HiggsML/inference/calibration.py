"""Toys: how far the profile must rise for an interval that covers.

Asymptotically twice the log likelihood ratio at the true mu, q, is distributed as chi-squared with
one degree of freedom, and the interval of all mu with q <= 1 covers 68.27 %. Limits of parameters,
priors that are not normal and finite simulation change that a little. So q is sampled at several
true mu, and its 68.27 % quantile is the level at which an interval is cut.

Toys fluctuate: of 2,000 the share within any level is known to one percent, as much as the score
allows 10,000 experiments to be off. Most of that is common to q and to the linear estimate

    t = (R (n - lambda) - V z)^2 / V_mu,mu

at the truth (R: `BinnedLikelihood.response`, V: covariance, z: drawn nuisance parameters), whose
distribution is known: it is within 1 for 68.27 %. The quantile of q is taken at the share of the
same toys that have t within 1, which leaves a third of the error (a control variate).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..progress import progress_bar
from .goodness import Goodness
from .likelihood import BinnedLikelihood, covariance, expected_events
from .minimisation import minimise
from .templates import Templates

__all__ = ["COVERAGE", "Calibration", "calibrate", "draw_counts"]

COVERAGE = 0.6827
"""The coverage that the score asks for."""

_PLACES = 5  # true mu of the toys: centres of fifths of the range


@dataclass(frozen=True)
class Calibration:
    """Likelihood ratios of toys.

    Attributes:
        true_mu: values of mu that toys were drawn at.
        ratios: q of each toy, (true mu, toys).
        linear: t of each toy, (true mu, toys).
        least: least value of the function of each toy, (true mu, toys).
        invalid: number of toys whose fit did not converge.
    """

    true_mu: tuple[float, ...]
    ratios: Array
    linear: Array
    least: Array
    invalid: int

    @property
    def level(self) -> float:
        """The quantile of q over all toys: the level that covers on average over mu."""
        return float(np.quantile(self.ratios, (self.linear <= 1.0).mean()))

    @property
    def level_error(self) -> float:
        """Statistical error of `level`: half the distance of the quantiles one sigma apart.

        Toys that q and t put on different sides of their levels are what fluctuates.
        """
        differ = ((self.ratios <= self.level) != (self.linear <= 1.0)).sum()
        step = np.sqrt(differ + 1.0) / self.ratios.size
        low, high = np.quantile(self.ratios, np.clip([COVERAGE - step, COVERAGE + step], 0.0, 1.0))
        return float(high - low) / 2.0

    @property
    def goodness(self) -> Goodness:
        """What the least value of a good fit is distributed like."""
        return Goodness.of_toys(self.least)

    def coverage(self) -> tuple[Array, Array]:
        """Coverage at each true mu of intervals cut at `level`, and its binomial error."""
        found = (self.ratios <= self.level).mean(axis=1)
        return found, np.sqrt(found * (1.0 - found) / self.ratios.shape[1])


def draw_counts(
    templates: Templates, mu: float, rng: np.random.Generator, nuisances: tuple[str, ...]
) -> Array:
    """Counts of a toy: nuisances from their priors, the truth within the simulation's error."""
    return _draw(templates, mu, rng, templates.task.draw(nuisances, rng))


def _draw(
    templates: Templates, mu: float, rng: np.random.Generator, values: Mapping[str, float]
) -> Array:
    expected = expected_events(templates, mu, values)
    error = np.sqrt(templates.variances.sum(axis=0))
    return rng.poisson(np.maximum(rng.normal(expected, error), 0.0)).astype(np.float64)


def calibrate(
    templates: Templates,
    n_toys: int,
    rng: np.random.Generator,
    nuisances: tuple[str, ...] | None = None,
) -> Calibration:
    """Sample q with `n_toys` toys in all, a fifth at each of five true mu.

    Args:
        templates: expected events of the measurement.
        n_toys: number of toys; with 2,000 the coverage is right to 0.004, with 5,000 to 0.0025.
        rng: source of randomness.
        nuisances: names of the parameters that are drawn, and free in the fit; None: all.
    """
    task = templates.task
    names = task.names if nuisances is None else nuisances
    low, high = task.mu_range
    true_mu = tuple(low + (high - low) * (k + 0.5) / _PLACES for k in range(_PLACES))
    ratios, linear, least = np.empty((3, _PLACES, max(n_toys // _PLACES, 1)))
    invalid = 0
    with progress_bar(total=ratios.size, desc="toys", leave=False) as bar:
        for place, mu in enumerate(true_mu):
            for toy in range(ratios.shape[1]):
                values = task.draw(names, rng)
                likelihood = BinnedLikelihood(templates, _draw(templates, mu, rng, values), names)
                at_truth = minimise(likelihood, mu=mu)
                best = minimise(likelihood, np.array(at_truth.values))
                invalid += not (best.valid and at_truth.valid)
                # At any mu: with possible ones alone wide intervals would have small ratios.
                ratios[place, toy] = max(at_truth.fval - best.fval, 0.0)
                truth = [mu, *(row.z_of(values[row.name]) for row in task.chosen(names))]
                linear[place, toy] = _linear_ratio(likelihood, np.array(truth))
                least[place, toy] = best.fval
                bar.update()
    return Calibration(true_mu, ratios, linear, least, invalid)


def _linear_ratio(likelihood: BinnedLikelihood, truth: Array) -> float:
    """t of counts that were drawn at these parameters, (F,)."""
    expected, _ = likelihood.expected_and_slopes(truth)
    errors = covariance(likelihood.information(truth))
    pulls = truth * likelihood.has_prior
    distance = likelihood.response(truth)[0] @ (likelihood.counts - expected) - errors[0] @ pulls
    return float(distance**2 / errors[0, 0])
