"""The binned likelihood of mu and the nuisance parameters of a task.

With n_i events counted in bin i and the expectation lambda_i that `task` defines, minus twice the
logarithm of the likelihood is, up to a constant,

    sum_i 2 k_i (lambda_i - n_i + n_i ln(n_i / lambda_i))  +  sum_k z_k^2,

where the second sum is over the parameters with a prior.

The Poisson term is taken relative to its saturated value (lambda = n): the plain value is of order
1e7, and a minimiser loses its stopping criterion to rounding there.

k_i = lambda_i / (lambda_i + s_i^2), taken at nominal rates, accounts for the error s_i of the
simulation: a count k n is distributed about k lambda with variance k lambda (the scaled Poisson
distribution, Bohm and Zech, Nucl. Instrum. Meth. A 748 (2014) 1). The derivatives vanish on average
at the truth, whatever k. With one free number a bin instead (Barlow and Beeston), profiled, they do
not: the bias is a fraction of an event in every bin, and with a few signal events in each of a
hundred bins mu moved by a third of its error.

z_k are the nuisance parameters in units of their priors, which are standard normal in z: a normal
prior reads nominal + spread z, a log-normal one exp(spread z). A clip of the prior is a limit of z:
all values beyond mean the same, and the best of them is the limit itself.

Far from the base points the polynomial of a bin with few events may fall to nothing or below, where
the counts of this one bin would decide all. So below a hundredth f of the nominal expectation it is
continued by f exp(lambda / f - 1), with the same value and slope at f.

The expectation is one polynomial: a term is a monomial of the templates of one process, times the
factors on the rate of this process. So its exponents, of mu, of the factors and of the coordinates
u, are a table of whole numbers, and all derivatives come from it.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..arrays import Array, Positions
from ..task import Task
from .polynomials import MonomialTable
from .templates import Templates

__all__ = ["BinnedLikelihood", "covariance", "expected_events", "expected_width"]

_MIN_EXPECTED = 1e-9
_FLOOR = 0.01  # of the nominal expectation: see above
_DEEPEST = -700.0  # exponentials of less are zero: it is flat there


def expected_events(templates: Templates, mu: float, values: Mapping[str, float]) -> Array:
    """Expected events of each bin, (N,).

    Args:
        templates: expected events at nominal rates.
        mu: signal strength.
        values: nuisance parameters, by name; those that are not given are nominal.
    """
    rates = templates.task.rates(mu, values)
    return _positive(rates @ templates.expected(values), _floor(templates))[0]


def expected_width(templates: Templates, mu: float = 1.0, *, profiled: bool = True) -> float:
    """Expected width of the interval on mu, 2 sigma, with each nuisance at its prior's centre.

    sigma^2 is the mu entry of the inverse information, and infinite where the bins do not tell the
    parameters apart; not `profiled`, it is that of statistics alone, 1 / sum s^2 / lambda with s
    the signal at mu = 1.
    """
    likelihood = BinnedLikelihood(templates, np.ones(templates.variances.shape[1]))
    theta = likelihood.start()
    theta[0] = mu
    if profiled:
        information = likelihood.information(theta)
        if np.linalg.matrix_rank(information, hermitian=True) < len(theta):
            return np.inf
        return float(2.0 * np.sqrt(covariance(information)[0, 0]))
    expected, slopes = likelihood.expected_and_slopes(theta)
    return float(2.0 / np.sqrt(np.sum(slopes[0] ** 2 / expected)))


def covariance(information: Array) -> Array:
    """Covariance of the parameters: the value is minus *twice* the logarithm of the likelihood."""
    return np.asarray(2.0 * np.linalg.inv(information), dtype=np.float64)


class BinnedLikelihood:
    """Minus twice the log likelihood ratio of counted events to the saturated model.

    Args:
        templates: expected events of the processes of their task.
        counts: (N,) events counted in the bins of the templates.
        nuisances: names of the parameters that are free beside mu; the others stay nominal.
            None: all of the task.
        rates: (P,) the factors on the rates of the processes at which the error of the simulation
            is taken; None: 1 for each. They matter where the rates may be far from nominal.
    """

    def __init__(
        self,
        templates: Templates,
        counts: Array,
        nuisances: tuple[str, ...] | None = None,
        rates: Array | None = None,
    ) -> None:
        self.templates = templates
        self.counts = np.asarray(counts, dtype=np.float64)
        self._terms = _terms(templates.task, nuisances)
        self.parameters = self._terms.parameters
        self.has_prior = self._terms.has_prior
        self._floor = _floor(templates)
        n_monomials, n_processes, n_bins = templates.coefficients.shape
        self._flat = templates.coefficients.reshape(n_monomials * n_processes, n_bins)
        factors = np.ones((n_processes, 1)) if rates is None else rates[:, np.newaxis]
        nominal = np.maximum((factors * templates.coefficients[0]).sum(axis=0), _MIN_EXPECTED)
        self._scale = nominal / (nominal + (factors**2 * templates.variances).sum(axis=0))
        occupied = self.counts > 0.0
        self._saturated = np.zeros(n_bins)
        self._saturated[occupied] = self.counts[occupied] * np.log(self.counts[occupied])

    def start(self) -> Array:
        """The first parameters of a fit: mu = 1, each nuisance at z = 0."""
        theta = np.zeros(len(self.parameters))
        theta[0] = 1.0
        return theta

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """The value at the free parameters `theta` (F,), and its derivatives (F,)."""
        expected, slopes = self.expected_and_slopes(theta)
        poisson = expected - self.counts + self._saturated - self.counts * np.log(expected)
        pulls = theta * self._terms.has_prior
        value = 2.0 * (self._scale @ poisson) + pulls @ pulls
        gradient = slopes @ (2.0 * self._scale * (1.0 - self.counts / expected)) + 2.0 * pulls
        return float(value), gradient

    def information(self, theta: Array) -> Array:
        """Mean second derivatives of the value if the parameters `theta` were true, (F, F)."""
        expected, slopes = self.expected_and_slopes(theta)
        prior = np.diag(2.0 * self._terms.has_prior)
        information: Array = 2.0 * (slopes * (self._scale / expected)) @ slopes.T + prior
        return information

    def expected_and_slopes(self, theta: Array) -> tuple[Array, Array]:
        """Expected events (N,) and their derivatives by the free parameters (F, N)."""
        rows = self._terms.at(theta) @ self._flat
        expected, slope = _positive(rows[0], self._floor)
        return expected, rows[1:] * slope

    def response(self, theta: Array) -> Array:
        """How the best parameters follow an excess of events in a bin, (F, N), to first order."""
        expected, slopes = self.expected_and_slopes(theta)
        found: Array = covariance(self.information(theta)) @ (slopes * (self._scale / expected))
        return found

    def template_error(self, theta: Array) -> float:
        """Error of mu by what the simulation leaves uncertain of the polynomials; 0 if exact.

        It is none of the likelihood's own: shifts take events from one bin to the next, so that
        what is uncertain hangs together, and it grows with the distance from nominal.
        """
        deviations = self.templates.deviations
        if deviations is None:
            return 0.0
        terms = self._terms.at(theta)[0]
        events = terms @ deviations.reshape(len(deviations), len(terms), -1)
        return float(np.linalg.norm(events @ self.response(theta)[0]))


def _floor(templates: Templates) -> Array:
    """Expected events of each bin (N,), below which polynomials are not believed."""
    nominal: Array = templates.coefficients[0].sum(axis=0)
    return np.maximum(_FLOOR * nominal, _MIN_EXPECTED)


def _positive(expected: Array, floor: Array) -> tuple[Array, Array]:
    """The expectation, continued above zero, and its derivative by what it continues."""
    depth = np.maximum(np.minimum(expected / floor - 1.0, 0.0), _DEEPEST)
    if not depth.any():
        return expected, np.ones_like(expected)
    factor: Array = np.exp(depth)
    slope: Array = np.where(depth > _DEEPEST, factor, 0.0)
    return np.where(depth < 0.0, floor * factor, expected), slope


class _Terms:
    """The terms of the expectation: how each depends on the parameters that are free.

    Args:
        task: rates and monomials.
        nuisances: names of the parameters that are free beside mu.
    """

    def __init__(self, task: Task, nuisances: tuple[str, ...]) -> None:
        rows = task.chosen(nuisances)
        self.parameters = ("mu", *(row.name for row in rows))
        self.has_prior = np.array([0.0, *(float(row.prior is not None) for row in rows)])
        variables = _variables(task)
        self._offset, self._slope, self._spread, self._nominal = np.array(
            [variable[1:] for variable in variables]
        ).T
        self._lognormal = self._spread > 0.0
        free = [k for k, variable in enumerate(variables) if variable.owner in self.parameters]
        source = [self.parameters.index(variables[k].owner) for k in free]
        self._free, self._source = np.array(free), np.array(source)
        self._table = MonomialTable(_exponents(task), free)
        # A parameter that scales rates and moves events too has two variables: the chain rule.
        self._chain = np.zeros((1 + len(self.parameters), 1 + len(free)))
        self._chain[[0, *(1 + k for k in source)], np.arange(1 + len(free))] = 1.0

    def at(self, theta: Array) -> Array:
        """The terms (T,) at the parameters, and their derivatives by each of them: (1 + F, T)."""
        z = self._nominal.copy()
        z[self._free] = theta[self._source]
        exponential = np.exp(self._spread * z)
        values = self._offset + self._slope * np.where(self._lognormal, exponential, z)
        speeds = self._slope * np.where(self._lognormal, self._spread * exponential, 1.0)
        chain = self._chain.copy()
        chain[:, 1:] *= speeds[self._free]
        found: Array = chain @ self._table(values)
        return found


@lru_cache(maxsize=16)  # toys make a likelihood each
def _terms(task: Task, nuisances: tuple[str, ...] | None) -> _Terms:
    return _Terms(task, task.names if nuisances is None else nuisances)


class _Variable(NamedTuple):
    """A variable of the polynomial: mu, a factor on rates, or a coordinate to its first power.

    It is offset + slope z, or offset + slope exp(spread z) where the prior is log-normal.
    """

    owner: str
    offset: float
    slope: float
    spread: float
    """0 unless the prior is log-normal."""
    nominal: float
    """z of the nominal detector."""


def _variables(task: Task) -> list[_Variable]:
    """mu, the factors on rates (values), then the coordinates (distances from nominal)."""
    factors = [(row, 0.0, 1.0) for row in task.nuisances if row.scales]
    moving = [(row, row.nominal, row.coordinate.unit) for row in task.moving if row.coordinate]
    variables = [_Variable("mu", 0.0, 1.0, 0.0, 1.0)]
    for row, origin, unit in factors + moving:
        nominal = row.z_of(row.nominal)
        if row.prior == "lognormal":
            offset, slope, spread = -origin / unit, 1.0 / unit, row.spread
        else:
            offset, slope, spread = (row.nominal - origin) / unit, row.spread / unit, 0.0
        variables.append(_Variable(row.name, offset, slope, spread, nominal))
    return variables


def _exponents(task: Task) -> Positions:
    """Exponent of each variable in each term, (M P, V): terms in the order of coefficients."""
    factors = [(task.signal,), *(row.scales for row in task.nuisances if row.scales)]
    by_process = [[process in scaled for scaled in factors] for process in task.processes]
    powers = [row.coordinate.power for row in task.moving if row.coordinate]
    by_monomial = np.array(task.exponents, dtype=np.intp) * np.array(powers, dtype=np.intp)
    return np.hstack(
        [
            np.tile(np.array(by_process, dtype=np.intp), (len(task.exponents), 1)),
            np.repeat(by_monomial, len(task.processes), axis=0),
        ]
    )
