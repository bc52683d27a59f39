"""The binned likelihood of mu and the six nuisance parameters.

With n_i events counted in bin i and expectation

    lambda_i(theta) = mu S_i(a) + bkg (Z_i(a) + ttbar T_i(a) + diboson V_i(a)),

a = (tes, jes, soft_met), minus twice the logarithm of the likelihood is, up to a constant,

    sum_i 2 (g_i lambda_i - n_i + n_i ln(n_i / (g_i lambda_i))) + ((g_i - 1)/d_i)^2 + sum_k z_k^2.

The Poisson term is taken relative to its saturated value (g lambda = n): the plain value is of order
1e7, and a minimiser loses its stopping criterion to rounding there. g_i scales bin i within the
relative error d_i of the simulation (Barlow-Beeston, one factor a bin) and is profiled in closed
form. z_k are the nuisance parameters in units of their prior.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..nuisances import NUISANCES, NuisanceValues
from ..schema import PROCESSES, SIGNAL
from .templates import Shift, Templates, monomial_gradients, monomials, shift_coordinates

__all__ = ["PARAMETERS", "BinnedLikelihood", "expected_events", "nuisance_values"]

Array = NDArray[np.float64]

PARAMETERS = ("mu", *NUISANCES)
"""The parameters of the likelihood, in order: mu, and each nuisance in units of its prior."""

_NOMINAL = np.array(
    [1.0] + [-np.inf if n.prior == "lognormal" else 0.0 for n in NUISANCES.values()]
)
"""No soft momentum is minus infinity on the normal scale of its logarithm."""

_MIN_EXPECTED = 1e-9


def nuisance_values(z: Mapping[str, float]) -> NuisanceValues:
    """Nuisance parameters from standard normal variables, clipped as the prior is.

    A normal prior gives nominal + spread z, a log-normal one exp(spread z).

    >>> nuisance_values({"soft_met": 9.0, "tes": 1.0}).soft_met
    5.0
    """
    values = {}
    for name, value in z.items():
        row = NUISANCES[name]
        free = (
            row.nominal + row.spread * value
            if row.prior == "normal"
            else np.exp(row.spread * value)
        )
        values[name] = float(min(max(free, row.low), row.high))
    return NuisanceValues(**values)


def expected_events(templates: Templates, mu: float, nuisances: NuisanceValues) -> Array:
    """Expected events of each bin, (N,)."""
    shift = Shift(nuisances.tes, nuisances.jes, nuisances.soft_met)
    factors = nuisances.rate_factors(mu)
    rates = np.array([factors[process] for process in PROCESSES])
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
        nominal = templates.coefficients[0].sum(axis=0)
        self._relative_variance = (
            templates.variances.sum(axis=0) / np.maximum(nominal, _MIN_EXPECTED) ** 2
        )
        n_monomials, n_processes, self._n_bins = templates.coefficients.shape
        self._flat = templates.coefficients.reshape(n_monomials, n_processes * self._n_bins)
        self._signal = PROCESSES.index(SIGNAL)

    def start(self) -> Array:
        """Where a fit starts: mu = 1, each nuisance at the centre of its prior."""
        return np.where(self._free == 0, 1.0, 0.0)

    def __call__(self, theta: Array) -> float:
        """The value at the free parameters `theta`."""
        return self.value_and_gradient(theta)[0]

    def value_and_gradient(self, theta: Array) -> tuple[float, Array]:
        """The value, and its derivatives with respect to the free parameters."""
        expected, slopes = self.expected_and_slopes(theta)
        n, variance = self.counts, self._relative_variance
        half = 0.5 * (1.0 - expected * variance)
        scale = half + np.sqrt(half**2 + n * variance)
        scaled = scale * expected
        poisson = (
            scaled - n + n * np.log(np.where(n > 0.0, n, 1.0) / np.where(n > 0.0, scaled, 1.0))
        )
        # Where the simulation is exact, the factor is one and costs nothing.
        simulation = np.where(
            variance > 0.0, (scale - 1.0) ** 2 / np.where(variance > 0, variance, 1), 0.0
        )
        pulls = np.where(self._free == 0, 0.0, theta)
        value = 2.0 * poisson.sum() + simulation.sum() + pulls @ pulls
        # At the minimum over the factors, their own derivatives do not contribute.
        gradient = slopes @ (2.0 * (scale - n / expected)) + 2.0 * pulls
        return float(value), gradient

    def expected_and_slopes(self, theta: Array) -> tuple[Array, Array]:
        """Expected events (N,) and their derivatives with respect to the parameters (F, N)."""
        full = _NOMINAL.copy()
        full[self._free] = theta
        mu, z_tes, z_jes, z_soft, z_ttbar, z_diboson, z_bkg = full
        values = nuisance_values(dict(zip(NUISANCES, full[1:], strict=True)))
        x = shift_coordinates(Shift(values.tes, values.jes, values.soft_met))
        powers = np.vstack([monomials(x), monomial_gradients(x)])
        stacked = (powers @ self._flat).reshape(4, -1, self._n_bins)
        rates = np.array([values.rate_factors(mu)[process] for process in PROCESSES])
        expected_by_process, shifted = stacked[0], rates @ stacked[1:]
        slopes = np.empty((len(PARAMETERS), self._n_bins))
        slopes[0] = expected_by_process[self._signal]
        slopes[1:3] = shifted[:2]
        slopes[3] = shifted[2] * 2.0 * x[2] * NUISANCES["soft_met"].spread
        for k, name in ((4, "ttbar"), (5, "diboson")):
            slopes[k] = (
                NUISANCES[f"{name}_scale"].spread
                * values.bkg_scale
                * expected_by_process[PROCESSES.index(name)]
            )
        background = rates @ expected_by_process - mu * slopes[0]
        slopes[6] = NUISANCES["bkg_scale"].spread / values.bkg_scale * background
        return np.maximum(rates @ expected_by_process, _MIN_EXPECTED), slopes[self._free]
