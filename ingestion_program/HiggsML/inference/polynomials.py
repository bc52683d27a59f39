"""Monomials of whole-number exponents, as data: their values and their derivatives."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Array
from ..task import HIGGSML, Task

__all__ = ["MonomialTable", "coordinates", "monomials"]


def coordinates(values: Mapping[str, float], task: Task = HIGGSML) -> Array:
    """The coordinates of the templates, ((value - nominal) / unit) ** power, (D,).

    >>> coordinates({"tes": 1.01, "soft_met": 2.0}).round(6).tolist()
    [1.0, 0.0, 0.4]
    """
    shift = task.shift(values)
    return np.array(
        [
            ((shift[row.name] - row.nominal) / row.coordinate.unit) ** row.coordinate.power
            for row in task.moving
            if row.coordinate is not None
        ]
    )


def monomials(x: Array, exponents: ArrayLike = HIGGSML.exponents) -> Array:
    """The monomials prod_i x_i^E[m, i].

    Args:
        x: (D,) variables.
        exponents: (M, D) whole numbers E.

    Returns:
        (M,).
    """
    products: Array = np.prod(x ** np.asarray(exponents, dtype=np.intp), axis=1)
    return products


class MonomialTable:
    """Monomials and some of their derivatives, as fast as small arrays can be.

    The first row is `monomials`; each other one is the derivative by a variable i,
    E[m, i] x^(E[m] - e_i). Each power of a variable is computed once and looked up.

    Args:
        exponents: (M, D) whole numbers E.
        by: (J,) positions of the variables that derivatives are taken by.
    """

    def __init__(self, exponents: ArrayLike, by: Sequence[int]) -> None:
        given = np.asarray(exponents, dtype=np.intp)
        lowered = np.repeat(given[None], 1 + len(by), axis=0)
        factors = np.ones(lowered.shape[:2])
        for row, variable in enumerate(by, start=1):
            factors[row] = given[:, variable]
            lowered[row, :, variable] = np.maximum(given[:, variable] - 1, 0)
        self._orders = np.arange(given.max(initial=0) + 1)
        first = np.arange(given.shape[1]) * len(self._orders)
        self._places = np.ascontiguousarray(np.moveaxis(lowered + first, 2, 0))
        self._factors = factors

    def __call__(self, x: Array) -> Array:
        """The monomials of `x` (D,) and their derivatives, (1 + J, M)."""
        powers = x[:, None] ** self._orders
        rows: Array = self._factors * np.multiply.reduce(powers.take(self._places), axis=0)
        return rows
