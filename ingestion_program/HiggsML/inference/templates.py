"""Templates: the expected events of each process and bin as smooth functions of the nuisances.

The events are shifted to the base points of the task with shared random numbers, and a polynomial
in the coordinates of its nuisance parameters is fitted to the expected events of each process and
bin.

A shift takes a few events over the edge of a bin, and which ones is chance: with few events the
polynomials follow that chance, which the squared weights of the nominal events do not know. Two
things are done about it. Neighbours in the classifier's output respond alike, so that a bin takes
the relative response of a window of neighbours with enough events; and the fit is repeated for each
of some parts of the events, whose scatter is the error that is left, with its correlations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array, Positions
from ..task import HIGGSML, Task
from .polynomials import coordinates, monomials

__all__ = ["N_PARTS", "Templates", "fit_templates", "is_extrapolated"]

N_PARTS = 16
"""Parts of the events whose scatter is the error of the shifts: known to a third of its square."""

_WINDOW = 5_000.0
"""Effective events whose response is known well enough: at two prior widths of an energy scale a
tenth of them has changed its bin, and the response is known to one or two percent."""


_REACH = 1.75  # times as far from nominal as the farthest base point, polynomials are not believed


@dataclass(frozen=True)
class Templates:
    """Expected events of P processes in N bins, with the error of the finite simulation.

    Attributes:
        coefficients: (M, P, N) of the monomials; the first is the nominal expectation.
        variances: (P, N) squared errors of the expectation: the sum of squared weights, and what
            is uncertain of the polynomial, on average over the base points.
        task: processes, and the monomials of the nuisance parameters that move events.
        deviations: (K, M, P, N) what the simulation leaves uncertain of the polynomials: the sum
            over K of the products of two of them is the covariance of the coefficients, through all
            processes and bins. None: the polynomials are exact.
    """

    coefficients: Array
    variances: Array
    task: Task = HIGGSML
    deviations: Array | None = None

    def expected(self, values: Mapping[str, float]) -> Array:
        """Expected events at nominal rates, (P, N); parameters that are not given are nominal."""
        x = coordinates(values, self.task)
        return np.tensordot(monomials(x, self.task.exponents), self.coefficients, axes=1)

    def with_least_errors(self) -> "Templates":
        """The same with squared errors of no less than the square of one event's weight.

        A bin that no simulated event of a process has reached is not known to be empty: with few
        events of large weight it would seem to be pure signal, without an error. The weight is
        variance / events, the median of the bins that hold any.
        """
        events, variances = self.coefficients[0], self.variances
        weights = np.zeros((len(events), 1))
        for process, (some, squares) in enumerate(zip(events, variances, strict=True)):
            held = some > 0.0
            weights[process] = np.median(squares[held] / some[held]) if held.any() else 0.0
        return replace(self, variances=np.maximum(variances, weights**2))

    def without_bias(self) -> "Templates":
        """The same with the expectation that does not pull a fit whose weights it makes.

        A fit weighs a bin by 1 / (lambda + v), with its squared error v: bins whose events are too
        few by chance count more. v falls with lambda, so that on average the gradient asks for
        v / (lambda + v) (1 + v / lambda) = v / lambda more events, a fraction of one in every bin
        unless events are very few. They are added, to each process its share, no more than one. In
        a hundred bins with few signal events mu moved by a third of its error.
        """
        total = np.maximum(self.coefficients[0].sum(axis=0), self.variances.sum(axis=0))
        share = np.divide(
            self.variances, total, out=np.zeros_like(self.variances), where=total > 0.0
        )
        coefficients = self.coefficients.copy()
        coefficients[0] += share
        return replace(self, coefficients=coefficients)

    def merged(self, groups: Positions) -> "Templates":
        """Templates of merged bins: the sum over the bins of each group.

        Args:
            groups: (N,), the new bin of each bin, from 0 on without a gap.
        """
        order = np.argsort(groups, kind="stable")
        first = np.flatnonzero(np.diff(groups[order], prepend=-1))

        def sums(values: Array) -> Array:
            found: Array = np.add.reduceat(values[..., order], first, axis=-1)
            return found

        deviations = None if self.deviations is None else sums(self.deviations)
        return Templates(sums(self.coefficients), sums(self.variances), self.task, deviations)


def is_extrapolated(z: Mapping[str, float], task: Task = HIGGSML) -> bool:
    """Whether parameters lie where no base point is near: polynomials of low order fail there.

    What counts is the distance from nominal in prior widths, of the parameters that move events and
    have a normal prior; of those of the challenge one draw in a thousand lies so far.

    Args:
        z: parameters in units of their priors; those that are not given are nominal.
        task: parameters and base points.
    """
    rows = [row for row in task.moving if row.prior == "normal"]

    def distance(at: Mapping[str, float]) -> float:
        return float(np.linalg.norm([at.get(row.name, 0.0) for row in rows]))

    shifts = map(task.shift, task.base_points)
    points = [{row.name: row.z_of(shift[row.name]) for row in rows} for shift in shifts]
    return distance(z) > _REACH * max(map(distance, points))


def fit_templates(
    nominal: tuple[Array, Array],
    histograms: Callable[[Mapping[str, float]], Array],
    task: Task = HIGGSML,
    *,
    neighbours: Sequence[slice] = (),
    share: ArrayLike = 1.0,
) -> Templates:
    """Fit the polynomials to the expected events at the base points by least squares.

    A shift changes few events' bins, so that its effect needs fewer events than the expectation
    itself: a part of them may serve the base points, and all of them what is nominal.

    Args:
        nominal: the expected events and their variances, each (P, N), from all events.
        histograms: the expected events at a point, (K, P, N), from K parts of the events that add
            up to all of them, or of a share of them. The same events and the same noise must serve
            all points: then their fluctuations are common, and the fit sees the effect of the
            shift alone. With one part its error remains unknown.
        task: base points and monomials.
        neighbours: bins that stand in the order of the classifier's output, in which neighbours
            respond alike.
        share: (P,) of the events of a process that serve the base points.
    """
    expected, variances = nominal
    points = task.base_points
    design = np.array([monomials(coordinates(point, task), task.exponents) for point in points])
    flat = np.array([histograms(point) for point in points])  # (points, K, P, N)
    n_parts = flat.shape[1]
    exact = np.where(expected > 0.0, _WINDOW, 0.0)
    rows = np.divide(expected**2, variances, out=exact, where=variances > 0.0)
    rows *= np.reshape(share, (-1, 1))

    def response(histogram: Array) -> Array:
        """Change of the coefficients (M, P, N) by what moves, from (points, P, N)."""
        found = np.linalg.lstsq(design, histogram.reshape(len(points), -1), rcond=None)[0]
        change = found.reshape(-1, *expected.shape)
        change[0] -= histogram[0]
        return _of_neighbours(change, histogram[0], expected, rows, neighbours)

    coefficients = response(flat.sum(axis=1))
    deviations = None
    if n_parts > 1:
        alone = np.array([response(n_parts * flat[:, part]) for part in range(n_parts)])
        deviations = (alone - alone.mean(axis=0)) / np.sqrt(n_parts * (n_parts - 1.0))
        moved = np.einsum("bm,kmpn->kbpn", design, deviations)
        variances = variances + np.square(moved).sum(axis=0).mean(axis=0)
    coefficients[0] += expected
    return Templates(coefficients, variances, task, deviations)


def _of_neighbours(
    change: Array, part: Array, expected: Array, rows: Array, neighbours: Sequence[slice]
) -> Array:
    """The change that each bin has if it responds as its neighbours do, relative to its content.

    Args:
        change: (M, P, N) of the coefficients, as found in each bin.
        part: (P, N) events that they were found from.
        expected: (P, N) expected events.
        rows: (P, N) effective events behind them.
        neighbours: bins in the order of the classifier's output.
    """
    found = change.copy()
    for some in neighbours:
        for process in range(len(expected)):
            first, end = _windows(rows[process, some])
            sums = _sums(change[:, process, some], first, end)
            content = _sums(part[process, some], first, end)
            ratio = np.divide(sums, content, out=np.zeros_like(sums), where=content > 0.0)
            found[:, process, some] = np.maximum(expected[process, some], 0.0) * ratio
    return found


def _windows(rows: Array) -> tuple[Positions, Positions]:
    """First bin and end of the window of each bin: as many neighbours on both sides as it takes."""
    n_bins = len(rows)
    place = np.arange(n_bins)
    first, end = place.copy(), place + 1
    for width in range(1, n_bins):
        few = _sums(rows, first, end) < _WINDOW
        if not few.any():
            break
        first[few] = np.maximum(place[few] - width, 0)
        end[few] = np.minimum(place[few] + 1 + width, n_bins)
    return first, end


def _sums(values: Array, first: Positions, end: Positions) -> Array:
    """Sums over windows of the last axis."""
    running = np.concatenate([np.zeros((*values.shape[:-1], 1)), values.cumsum(axis=-1)], axis=-1)
    sums: Array = running[..., end] - running[..., first]
    return sums
