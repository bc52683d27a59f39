"""Templates: the expected events of each process and bin as smooth functions of the nuisances.

The events are shifted to the base points of the task with shared random numbers, and a polynomial
in the coordinates of its nuisance parameters is fitted to the expected events of each process and
bin.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Positions
from ..task import HIGGSML, Task
from .polynomials import coordinates, monomials

__all__ = ["Templates", "fit_templates"]


@dataclass(frozen=True)
class Templates:
    """Expected events of P processes in N bins, with the error of the finite simulation.

    Attributes:
        coefficients: (M, P, N) of the monomials; the first is the nominal expectation.
        variances: (P, N) squared errors of the expectation: the sum of squared weights, and what
            the scatter of the base points leaves uncertain of the polynomial.
        task: processes, and the monomials of the nuisance parameters that move events.
    """

    coefficients: Array
    variances: Array
    task: Task = HIGGSML

    def expected(self, values: Mapping[str, float]) -> Array:
        """Expected events at nominal rates, (P, N); parameters that are not given are nominal."""
        x = coordinates(values, self.task)
        return np.tensordot(monomials(x, self.task.exponents), self.coefficients, axes=1)

    def merged(self, groups: Positions) -> "Templates":
        """Templates of merged bins: the sum over the bins of each group.

        Args:
            groups: (N,), the new bin of each bin, from 0 on without a gap.
        """
        order = np.argsort(groups, kind="stable")
        first = np.flatnonzero(np.diff(groups[order], prepend=-1))
        coefficients, variances = (
            np.add.reduceat(values[..., order], first, axis=-1)
            for values in (self.coefficients, self.variances)
        )
        return Templates(coefficients, variances, self.task)


def fit_templates(
    nominal: tuple[Array, Array],
    histogram: Callable[[Mapping[str, float]], Array],
    task: Task = HIGGSML,
) -> Templates:
    """Fit the polynomials to the expected events at the base points by least squares.

    A shift changes few events' bins, so that its effect needs fewer events than the expectation
    itself: a part of them may serve the base points, and all of them what is nominal.

    Args:
        nominal: the expected events and their variances, each (P, N), from all events.
        histogram: the expected events at a point, (P, N), from all events or a part of them. The
            same events and the same noise must serve all points: then their fluctuations are
            common, and the fit sees the effect of the shift alone.
        task: base points and monomials.
    """
    expected, variances = nominal
    points = task.base_points
    design = np.array([monomials(coordinates(point, task), task.exponents) for point in points])
    flat = np.array([histogram(point).ravel() for point in points])
    coefficients = np.linalg.lstsq(design, flat, rcond=None)[0]
    # Events that a shift takes over the edge of a bin fluctuate on their own: this is what the
    # squared weights of one point do not know. Of their variance the fit keeps, on average over
    # the base points, the share of its parameters in the number of points.
    n_points, n_monomials = design.shape
    distances = ((flat - design @ coefficients) ** 2).sum(axis=0)
    scatter = distances / max(n_points - n_monomials, 1)  # as many points as terms: no distance
    coefficients[0] += expected.ravel() - flat[0]
    left = scatter.reshape(expected.shape) * (n_monomials / n_points)
    return Templates(coefficients.reshape(-1, *expected.shape), variances + left, task)
