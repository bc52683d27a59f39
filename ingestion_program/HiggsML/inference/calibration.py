"""Toys: how far the profile must rise for an interval that covers.

Asymptotically twice the log likelihood ratio at the true mu, q, is distributed as chi-squared with
one degree of freedom, and the interval of all mu with q <= 1 covers 68.27 %. Limits of parameters,
priors that are not normal and finite simulation change that a little. So q is sampled at several
true mu, and its 68.27 % quantile is the level at which an interval is cut.
"""

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..progress import progress_bar
from .intervals import minimise, minimise_in_range
from .likelihood import BinnedLikelihood, expected_events
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
        invalid: number of toys whose fit did not converge.
    """

    true_mu: tuple[float, ...]
    ratios: Array
    invalid: int

    @property
    def level(self) -> float:
        """The quantile of q over all toys: the level that covers on average over mu."""
        return float(np.quantile(self.ratios, COVERAGE))

    @property
    def level_error(self) -> float:
        """Statistical error of `level`: half the distance of the quantiles one sigma apart."""
        step = np.sqrt(COVERAGE * (1.0 - COVERAGE) / self.ratios.size)
        low, high = np.quantile(self.ratios, [COVERAGE - step, COVERAGE + step])
        return float(high - low) / 2.0

    def coverage(self) -> tuple[Array, Array]:
        """Coverage at each true mu of intervals cut at `level`, and its binomial error."""
        found = (self.ratios <= self.level).mean(axis=1)
        return found, np.sqrt(found * (1.0 - found) / self.ratios.shape[1])


def draw_counts(
    templates: Templates, mu: float, rng: np.random.Generator, nuisances: tuple[str, ...]
) -> Array:
    """Counts of a toy: nuisances from their priors, the truth within the simulation's error."""
    expected = expected_events(templates, mu, templates.task.draw(nuisances, rng))
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
        n_toys: number of toys; 2,000 give the width to two percent, 10,000 to one.
        rng: source of randomness.
        nuisances: names of the parameters that are drawn, and free in the fit; None: all.
    """
    task = templates.task
    names = task.names if nuisances is None else nuisances
    low, high = task.mu_range
    true_mu = tuple(low + (high - low) * (k + 0.5) / _PLACES for k in range(_PLACES))
    ratios = np.empty((_PLACES, max(n_toys // _PLACES, 1)))
    invalid = 0
    with progress_bar(total=ratios.size, desc="toys", leave=False) as bar:
        for place, mu in enumerate(true_mu):
            for toy in range(ratios.shape[1]):
                counts = draw_counts(templates, mu, rng, names)
                likelihood = BinnedLikelihood(templates, counts, names)
                at_truth = minimise(likelihood, mu=mu)
                best = minimise(likelihood, np.array(at_truth.values))
                invalid += not (best.valid and at_truth.valid)
                possible = minimise_in_range(likelihood, best)
                ratios[place, toy] = max(at_truth.fval - possible.fval, 0.0)
                bar.update()
    return Calibration(true_mu, ratios, invalid)
