"""Templates: the expected events of each process and bin as smooth functions of the nuisances.

The events are shifted to a design of base points with shared random numbers, and a polynomial in
(tes, jes, soft_met^2) is fitted to the expected events of each process and bin: up to second order
in each, with the products of two of them. The square is the natural variable of the soft momentum:
noise of width s in each component convolves the missing momentum with a normal distribution of
variance s^2, and every expectation is analytic in that variance.
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
    """Each energy scale alone and both together, at three widths of the soft momentum."""
    scales = [(0, 0), (-2, 0), (2, 0), (0, -2), (0, 2), (-1.5, -1.5), (1.5, 1.5)]
    return tuple(
        Shift(1.0 + t * _SCALE[0], 1.0 + j * _SCALE[1], soft_met)
        for soft_met in (0.0, 3.0, 5.0)
        for t, j in scales
    )


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
    """The twelve monomials of the coordinates `x` (3,)."""
    t, j, v = x.tolist()
    u = v * v
    return np.array([1.0, t, j, v, t * t, j * j, u, t * j, t * v, j * v, t * u, j * u])


def monomial_gradients(x: Array) -> Array:
    """Derivatives of `monomials` by each coordinate, (3, 12)."""
    t, j, v = x.tolist()
    u = v * v
    return np.array(
        [
            [0.0, 1.0, 0.0, 0.0, 2.0 * t, 0.0, 0.0, j, v, 0.0, u, 0.0],
            [0.0, 0.0, 1.0, 0.0, 0.0, 2.0 * j, 0.0, t, 0.0, v, 0.0, u],
            [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0 * v, 0.0, t, j, 2.0 * v * t, 2.0 * v * j],
        ]
    )


@dataclass(frozen=True)
class Templates:
    """Expected events at 10/fb of P processes in N bins, with their finite-simulation error.

    Attributes:
        coefficients: (12, P, N) of `monomials`; the first is the nominal expectation.
        variances: (P, N) squared errors of the expectation: the sum of squared weights, and what
            the scatter of the base points leaves uncertain of the polynomial.
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
    nominal: tuple[Array, Array],
    histogram: Callable[[Shift], Array],
    base_points: tuple[Shift, ...] = BASE_POINTS,
) -> Templates:
    """Fit the polynomials to the expected events at the base points by least squares.

    A shift changes few events' bins, so that its effect needs fewer events than the expectation
    itself: a part of them may serve the base points, and all of them what is nominal.

    Args:
        nominal: the expected events and their variances, each (P, N), from all events.
        histogram: the expected events at a point, (P, N), from all events or a part of them. The
            same events and the same noise must serve all points: then their fluctuations are
            common, and the fit sees the effect of the shift alone.
        base_points: where to evaluate it; the first one must be nominal.
    """
    expected, variances = nominal
    design = np.array([monomials(shift_coordinates(point)) for point in base_points])
    flat = np.array([histogram(point).ravel() for point in base_points])
    coefficients = np.linalg.lstsq(design, flat, rcond=None)[0]
    # Events that a shift takes over the edge of a bin fluctuate on their own: this is what the
    # squared weights of one point do not know. Of their variance the fit keeps, on average over
    # the base points, the share of its parameters in the number of points.
    n_points, n_monomials = design.shape
    scatter = ((flat - design @ coefficients) ** 2).sum(axis=0) / (n_points - n_monomials)
    coefficients[0] += expected.ravel() - flat[0]
    left = scatter.reshape(expected.shape) * (n_monomials / n_points)
    return Templates(coefficients.reshape(-1, *expected.shape), variances + left)
