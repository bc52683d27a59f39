"""Goodness of fit: whether the templates describe the counts at all, and what follows if not.

The least value of the likelihood function (minus twice the logarithm, relative to the saturated
model, priors included) is distributed nearly as chi-squared with one degree of freedom less than
there are bins. Bins with few expected events, and the error of the simulation, change its mean and
its variance; toys know both. The tail is that of the gamma distribution of the same two moments,
which is chi-squared where they are N - 1 and 2 (N - 1).

The rule for an interval:

1. p >= `BAD_FIT`: as it is.
2. p < `BAD_FIT`: the fit is a bad one. Counts scatter more than the templates allow for, so that
   all variances are taken larger by S^2 = chi-squared / mean, and the level at which the interval
   is cut grows by S^2 (the scale factor of the Review of Particle Physics, section 5.2.2).
3. S^2 > `HOPELESS`: the templates describe something else. No mu is excluded: the interval is the
   whole range.
4. Where the best nuisance parameters lie so far from all base points that the templates are
   extrapolated (`templates.is_extrapolated`), S^2 is taken as `HOPELESS`: twice the width.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaincc

from ..arrays import Array

__all__ = ["BAD_FIT", "HOPELESS", "Goodness"]

BAD_FIT = 1e-3
"""Probability below which a fit is called bad: so many good fits are, by chance."""

HOPELESS = 4.0
"""Chi-squared over its mean, beyond which no interval is given but the whole range."""


class Goodness(NamedTuple):
    """Mean and variance of the least value of the likelihood function of good fits."""

    mean: float
    variance: float

    @classmethod
    def asymptotic(cls, n_free: int) -> "Goodness":
        """Those of chi-squared with `n_free` degrees of freedom, at least one."""
        return cls(max(n_free, 1.0), 2.0 * max(n_free, 1.0))

    @classmethod
    def of_toys(cls, least: Array) -> "Goodness":
        """Those of the least values of toys."""
        return cls(float(least.mean()), float(least.var(ddof=1)))

    def p_value(self, chi2: float) -> float:
        """The probability of a value that is larger."""
        shape, scale = self.mean**2 / self.variance, self.variance / self.mean
        return float(gammaincc(shape, max(chi2, 0.0) / scale))

    def widening(self, chi2: float) -> float:
        """The factor on the level of the interval, S^2; infinite where nothing is excluded."""
        if self.p_value(chi2) >= BAD_FIT:
            return 1.0
        squared = max(chi2 / self.mean, 1.0)
        return float(squared) if squared <= HOPELESS else np.inf
