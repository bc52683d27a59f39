"""Toys: how far the profile must rise for an interval that covers.

Asymptotically twice the log likelihood ratio at the true mu, q, is distributed as chi-squared with
one degree of freedom, and the interval of all mu with q <= 1 covers 68.27 %. Limits of parameters,
priors that are not normal and finite simulation change that a little. So q is sampled at several
true mu, and its 68.27 % quantile is the level at which an interval is cut.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..nuisances import NUISANCES, draw_nuisances
from ..progress import progress_bar
from .intervals import MU_RANGE, minimise
from .likelihood import BinnedLikelihood, expected_events
from .templates import Templates

__all__ = ["COVERAGE", "Calibration", "calibrate", "draw_counts"]

Array = NDArray[np.float64]

COVERAGE = 0.6827
"""The coverage that the score asks for."""

_TRUE_MU = (0.39, 0.97, 1.55, 2.13, 2.71)  # centres of fifths of the range of mu


@dataclass(frozen=True)
class Calibration:
    """What the toys found.

    Attributes:
        true_mu: where toys were drawn.
        ratios: q of each toy, (true mu, toys).
        invalid: toys whose fit did not converge.
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
    expected = expected_events(templates, mu, draw_nuisances(nuisances, rng))
    error = np.sqrt(templates.variances.sum(axis=0))
    return rng.poisson(np.maximum(rng.normal(expected, error), 0.0)).astype(np.float64)


def calibrate(
    templates: Templates,
    n_toys: int,
    rng: np.random.Generator,
    nuisances: tuple[str, ...] = tuple(NUISANCES),
) -> Calibration:
    """Sample q with `n_toys` toys in all, a fifth at each of five true mu.

    Args:
        templates: of the measurement.
        n_toys: 2,000 give the width to two percent, 10,000 to one.
        rng: source of randomness.
        nuisances: those that are drawn and left free in the fit.
    """
    per_mu = max(n_toys // len(_TRUE_MU), 1)
    ratios = np.empty((len(_TRUE_MU), per_mu))
    invalid = 0
    bar = progress_bar(total=ratios.size, desc="toys", leave=False)
    for row, mu in zip(ratios, _TRUE_MU, strict=True):
        for k in range(per_mu):
            bar.update()
            counts = draw_counts(templates, mu, rng, nuisances)
            likelihood = BinnedLikelihood(templates, counts, nuisances)
            at_truth = minimise(likelihood, mu=mu)
            best = minimise(likelihood, np.array(at_truth.values))
            invalid += not (best.valid and at_truth.valid)
            cut = float(np.clip(best.values["mu"], *MU_RANGE))
            if cut != best.values["mu"]:
                best = minimise(likelihood, np.array(best.values), mu=cut)
            row[k] = max(at_truth.fval - best.fval, 0.0)
    bar.close()
    return Calibration(_TRUE_MU, ratios, invalid)
