"""Templates: the expected events of each process and bin as smooth functions of the nuisances.

The events are shifted at a design of base points with shared random numbers, and a polynomial of
second order with cross terms in (tes, jes, soft_met^2) is fitted to the expected events of each
process and bin. The square is the natural variable of the soft momentum: noise of width s in each
component convolves the missing momentum with a normal distribution of variance s^2, and every
expectation is analytic in that variance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..nuisances import NUISANCES

__all__ = [
    "BASE_POINTS",
    "Shift",
    "Templates",
    "fit_templates",
    "monomial_gradients",
    "monomials",
    "shift_coordinates",
]

Array = NDArray[np.float64]


class Shift(NamedTuple):
    """A point in the space of the nuisances that move events."""

    tes: float = 1.0
    jes: float = 1.0
    soft_met: float = 0.0


_SCALE = (NUISANCES["tes"].spread, NUISANCES["jes"].spread)
_SOFT_UNIT = 10.0  # GeV^2, makes the third coordinate of order one


def _base_points() -> tuple[Shift, ...]:
    """Nominal, one nuisance at a time, and pairs for the cross terms."""
    tes, jes = _SCALE
    alone = [Shift(tes=1 + k * tes) for k in (-2, -1, 1, 2)]
    alone += [Shift(jes=1 + k * jes) for k in (-2, -1, 1, 2)]
    alone += [Shift(soft_met=s) for s in (2.0, 3.5, 5.0)]
    signs = (-1.5, 1.5)
    pairs = [Shift(1 + k * tes, 1 + m * jes) for k in signs for m in signs]
    pairs += [Shift(tes=1 + k * tes, soft_met=4.0) for k in signs]
    pairs += [Shift(jes=1 + k * jes, soft_met=4.0) for k in signs]
    return (Shift(), *alone, *pairs)


BASE_POINTS = _base_points()
"""Where the events are shifted to; the first point is the nominal one."""


def shift_coordinates(shift: Shift) -> Array:
    """The polynomial's coordinates: (tes - 1)/0.01, (jes - 1)/0.01, soft_met^2/(10 GeV^2).

    >>> shift_coordinates(Shift(tes=1.01, soft_met=2.0)).round(6).tolist()
    [1.0, 0.0, 0.4]
    """
    return np.array(
        [
            (shift.tes - 1.0) / _SCALE[0],
            (shift.jes - 1.0) / _SCALE[1],
            shift.soft_met**2 / _SOFT_UNIT,
        ]
    )


def monomials(x: Array) -> Array:
    """The ten monomials up to second order of the coordinates `x` (3,)."""
    t, j, v = x.tolist()
    return np.array([1.0, t, j, v, t * t, j * j, v * v, t * j, t * v, j * v])


def monomial_gradients(x: Array) -> Array:
    """Derivatives of `monomials` by each coordinate, (3, 10)."""
    t, j, v = x.tolist()
    return np.array(
        [
            [0.0, 1.0, 0.0, 0.0, 2.0 * t, 0.0, 0.0, j, v, 0.0],
            [0.0, 0.0, 1.0, 0.0, 0.0, 2.0 * j, 0.0, t, 0.0, v],
            [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0 * v, 0.0, t, j],
        ]
    )


@dataclass(frozen=True)
class Templates:
    """Expected events at 10/fb of P processes in N bins, with their finite-simulation error.

    Attributes:
        coefficients: (10, P, N) of `monomials`; the first is the nominal expectation.
        variances: (P, N) sums of squared weights of the simulated events, at the nominal point.
    """

    coefficients: Array
    variances: Array

    def expected(self, shift: Shift) -> Array:
        """Expected events, (P, N)."""
        return np.tensordot(monomials(shift_coordinates(shift)), self.coefficients, axes=1)

    def merged(self, groups: NDArray[np.intp]) -> "Templates":
        """Sum the bins of each group.

        Args:
            groups: (N,), the new bin of each bin, from 0 on without a gap.
        """
        starts = np.zeros((len(groups), groups.max() + 1))
        starts[np.arange(len(groups)), groups] = 1.0
        return Templates(self.coefficients @ starts, self.variances @ starts)


def fit_templates(
    histograms: Callable[[Shift], tuple[Array, Array]],
    base_points: tuple[Shift, ...] = BASE_POINTS,
) -> Templates:
    """Fit the polynomials to the expected events at the base points by least squares.

    Args:
        histograms: the expected events at a point and their variances, each (P, N). The same
            events and the same noise must serve all points: then their fluctuations are common,
            and the fit sees the effect of the shift alone.
        base_points: where to evaluate it; the first one must be nominal.
    """
    found = [histograms(point) for point in base_points]
    design = np.array([monomials(shift_coordinates(point)) for point in base_points])
    yields = np.array([expected for expected, _ in found])
    coefficients = np.linalg.lstsq(design, yields.reshape(len(base_points), -1), rcond=None)[0]
    return Templates(coefficients.reshape(-1, *yields.shape[1:]), found[0][1])
