"""The binned likelihood of mu and the six nuisance parameters.

With n_i events counted in bin i and the expectation

    lambda_i = mu S_i(a) + bkg (Z_i(a) + ttbar T_i(a) + diboson V_i(a)),   a = (tes, jes, soft_met),

minus twice the logarithm of the likelihood is, up to a constant,

    sum_i 2 k_i (lambda_i - n_i + n_i ln(n_i / lambda_i))  +  sum_k z_k^2.

The Poisson term is taken relative to its saturated value (lambda = n): the plain value is of order
1e7, and a minimiser loses its stopping criterion to rounding there.

k_i = lambda_i / (lambda_i + s_i^2), taken at mu = 1 and nominal, accounts for the error s_i of the
simulation: a count k n is distributed about k lambda with variance k lambda (the scaled Poisson
distribution, Bohm and Zech, Nucl. Instrum. Meth. A 748 (2014) 1). The derivatives vanish on average
at the truth, whatever k. With one free number a bin instead (Barlow and Beeston), profiled, they do
not: the bias is a fraction of an event in every bin, and with a few signal events in each of a
hundred bins mu moved by a third of its error.

z_k are the nuisance parameters in units of their priors, which are standard normal in z: a normal
prior reads nominal + spread z, the log-normal one of the soft momentum exp(spread z). Its clip at
5 GeV is the upper limit of its z (`z_limits`): all values beyond mean the same shift, and the best
of them is the limit itself.
"""

import numpy as np
from numpy.typing import NDArray

from ..nuisances import NUISANCES, NuisanceValues
from ..schema import PROCESSES
from .templates import Shift, Templates, monomial_gradients, monomials, shift_coordinates

__all__ = ["PARAMETERS", "BinnedLikelihood", "expected_events", "nuisance_values", "z_limits"]

Array = NDArray[np.float64]

PARAMETERS = ("mu", *NUISANCES)
"""The parameters of the likelihood, in order: mu, and each nuisance in units of its prior."""

_Z_REACH = 5.0  # no draw in a million lies beyond
_MIN_EXPECTED = 1e-9


def _natural(z: Array) -> Array:
    """Values of the nuisances in the order of the table; z = -inf is no soft momentum."""
    return np.array(
        [
            row.nominal + row.spread * value
            if row.prior == "normal"
            else np.exp(row.spread * value)
            for row, value in zip(NUISANCES.values(), z.tolist(), strict=True)
        ]
    )


def z_limits(name: str) -> tuple[float, float]:
    """Between which z the nuisance moves: its clip, or five prior widths."""
    row = NUISANCES[name]
    if row.prior == "lognormal":
        return -_Z_REACH, float(np.log(row.high)) / row.spread
    return (
        max(-_Z_REACH, (row.low - row.nominal) / row.spread),
        min(_Z_REACH, (row.high - row.nominal) / row.spread),
    )


def nuisance_values(z: dict[str, float]) -> NuisanceValues:
    """Nuisance parameters from fitted ones; those that are not given stay nominal.

    >>> nuisance_values({"soft_met": 0.0}).soft_met
    1.0
    """
    full = np.array([z.get(name, _NOMINAL_Z[name]) for name in NUISANCES])
    return NuisanceValues(**dict(zip(NUISANCES, _natural(full).tolist(), strict=True)))


_NOMINAL_Z = {name: -np.inf if row.prior == "lognormal" else 0.0 for name, row in NUISANCES.items()}


def expected_events(templates: Templates, mu: float, nuisances: NuisanceValues) -> Array:
    """Expected events of each bin, (N,)."""
    factors = nuisances.rate_factors(mu)
    rates = np.array([factors[process] for process in PROCESSES])
    shift = Shift(nuisances.tes, nuisances.jes, nuisances.soft_met)
    return np.maximum(rates @ templates.expected(shift), _MIN_EXPECTED)


class BinnedLikelihood:
    """Minus twice the log likelihood ratio of counted events to the saturated model.

    Args:
        templates: of the processes in the order of `schema.PROCESSES`.
        counts: (N,) events counted in the bins of the templates.
        nuisances: names of the parameters that are free beside mu; the others stay nominal.
    """

    def __init__(
        self, templates: Templates, counts: Array, nuisances: tuple[str, ...] = tuple(NUISANCES)
    ) -> None:
        self.templates = templates
        self.counts = np.asarray(counts, dtype=np.float64)
        self.parameters = ("mu", *nuisances)
        self._free = np.array([PARAMETERS.index(name) for name in self.parameters])
        self._nominal = np.array([1.0, *_NOMINAL_Z.values()])
        n_monomials, n_processes, n_bins = templates.coefficients.shape
        self._flat = templates.coefficients.reshape(n_monomials, n_processes * n_bins)
        self._stacked_shape = (4, n_processes, n_bins)
        nominal = np.maximum(templates.coefficients[0].sum(axis=0), _MIN_EXPECTED)
        self._scale = nominal / (nominal + templates.variances.sum(axis=0))
        occupied = self.counts > 0.0
        self._saturated = np.zeros(n_bins)
        self._saturated[occupied] = self.counts[occupied] * np.log(self.counts[occupied])

    def start(self) -> Array:
        """Where a fit starts: mu = 1, each nuisance at the centre of its prior."""
        return np.where(self._free == 0, 1.0, 0.0)

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """The value at the free parameters `theta`, and its derivatives."""
        expected, slopes = self.expected_and_slopes(theta)
        poisson = expected - self.counts + self._saturated - self.counts * np.log(expected)
        pulls = np.where(self._free == 0, 0.0, theta)
        value = 2.0 * (self._scale @ poisson) + pulls @ pulls
        gradient = slopes @ (2.0 * self._scale * (1.0 - self.counts / expected)) + 2.0 * pulls
        return float(value), gradient

    def information(self, theta: Array) -> Array:
        """Mean second derivatives of the value if the parameters `theta` were true, (F, F)."""
        expected, slopes = self.expected_and_slopes(theta)
        prior = np.diag(np.where(self._free == 0, 0.0, 2.0))
        information: Array = 2.0 * (slopes * (self._scale / expected)) @ slopes.T + prior
        return information

    def expected_and_slopes(self, theta: Array) -> tuple[Array, Array]:
        """Expected events (N,) and their derivatives by the free parameters (F, N)."""
        full = self._nominal.copy()
        full[self._free] = theta
        mu = full[0]
        tes, jes, soft_met, ttbar, diboson, bkg = _natural(full[1:])
        rates = np.array([mu, bkg, bkg * ttbar, bkg * diboson])  # in the order of PROCESSES
        x = shift_coordinates(Shift(tes, jes, soft_met))
        powers = np.vstack([monomials(x), monomial_gradients(x)])
        stacked = (powers @ self._flat).reshape(self._stacked_shape)
        signal, _, ttbar_events, diboson_events = stacked[0]
        by_coordinate = rates @ stacked
        expected = np.maximum(by_coordinate[0], _MIN_EXPECTED)
        spread = {name: row.spread for name, row in NUISANCES.items()}
        slopes = np.vstack(
            [
                signal,
                by_coordinate[1:3],
                by_coordinate[3] * (2.0 * x[2] * spread["soft_met"]),  # x ~ exp(2 spread z)
                ttbar_events * (bkg * spread["ttbar_scale"]),
                diboson_events * (bkg * spread["diboson_scale"]),
                (by_coordinate[0] - mu * signal) * (spread["bkg_scale"] / bkg),
            ]
        )
        return expected, slopes[self._free]
