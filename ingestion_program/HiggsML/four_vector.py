"""The four-vector class of HiggsML 0.1.5, for notebooks that use it."""

import copy
from typing import Any

import numpy as np

from .errors import DataError

__all__ = ["V4"]

# Components are numbers or arrays (numpy, pandas): the arithmetic is the same.
Component = Any


class V4:
    """A four-vector (px, py, pz, e) in GeV, of numbers or of arrays of one length.

    >>> v = V4()
    >>> v.setPtEtaPhiM(50.0, 0.0, 0.0, 0.0)
    >>> float(v.pt()), float(v.m())
    (50.0, 0.0)
    """

    def __init__(
        self, apx: Component = 0.0, apy: Component = 0.0, apz: Component = 0.0, ae: Component = 0.0
    ) -> None:
        self.px, self.py, self.pz, self.e = apx, apy, apz, ae
        if np.any(self.e + 1e-3 < self.p()):
            raise DataError("the energy of a four-vector is smaller than its momentum.", value=ae)

    def copy(self) -> "V4":
        """An independent copy."""
        return copy.deepcopy(self)

    def p2(self) -> Component:
        """Squared momentum, GeV^2."""
        return self.px**2 + self.py**2 + self.pz**2

    def p(self) -> Component:
        """Momentum, GeV."""
        return np.sqrt(self.p2())

    def pt2(self) -> Component:
        """Squared transverse momentum, GeV^2."""
        return self.px**2 + self.py**2

    def pt(self) -> Component:
        """Transverse momentum, GeV."""
        return np.sqrt(self.pt2())

    def m(self) -> Component:
        """Mass, GeV: sqrt |e^2 - p^2|, so that rounding never gives a NaN."""
        return np.sqrt(np.abs(self.e**2 - self.p2()))

    def eta(self) -> Component:
        """Pseudorapidity."""
        return np.arcsinh(self.pz / self.pt())

    def phi(self) -> Component:
        """Azimuthal angle, rad."""
        return np.arctan2(self.py, self.px)

    def deltaPhi(self, v: "V4") -> Component:
        """phi - phi of `v`, in [-pi, pi).

        Args:
            v: another vector, with components of the same length.
        """
        return (self.phi() - v.phi() + 3 * np.pi) % (2 * np.pi) - np.pi

    def deltaEta(self, v: "V4") -> Component:
        """eta - eta of `v`.

        Args:
            v: another vector, with components of the same length.
        """
        return self.eta() - v.eta()

    def deltaR(self, v: "V4") -> Component:
        """sqrt(deltaPhi^2 + deltaEta^2).

        Args:
            v: another vector, with components of the same length.
        """
        return np.hypot(self.deltaPhi(v), self.deltaEta(v))

    def eWithM(self, m: Component = 0.0) -> Component:
        """The energy that goes with a mass, GeV.

        Args:
            m: mass, GeV: a number, or one of each vector.
        """
        return np.sqrt(self.p2() + m**2)

    def scale(self, factor: Component = 1.0) -> None:
        """Multiply the vector by a factor; the energy stays positive.

        Args:
            factor: a number, or one of each vector.
        """
        self.px, self.py, self.pz = self.px * factor, self.py * factor, self.pz * factor
        self.e = np.abs(factor * self.e)

    def scaleFixedM(self, factor: Component = 1.0) -> None:
        """Multiply the momentum by a factor and keep the mass.

        Args:
            factor: a number, or one of each vector.
        """
        mass = self.m()
        self.px, self.py, self.pz = self.px * factor, self.py * factor, self.pz * factor
        self.e = self.eWithM(mass)

    def setPtEtaPhiM(
        self, pt: Component = 0.0, eta: Component = 0.0, phi: Component = 0.0, m: Component = 0
    ) -> None:
        """Set the vector from transverse momentum, pseudorapidity, azimuth and mass.

        Args:
            pt: transverse momentum, GeV.
            eta: pseudorapidity.
            phi: azimuthal angle, rad.
            m: mass, GeV.
        """
        self.px, self.py, self.pz = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
        self.e = self.eWithM(m)

    def sum(self, v: "V4") -> None:
        """Add `v` to this vector.

        Args:
            v: another vector, with components of the same length.
        """
        self.px, self.py, self.pz = self.px + v.px, self.py + v.py, self.pz + v.pz
        self.e = self.e + v.e

    def __iadd__(self, other: "V4") -> "V4":
        if not isinstance(other, V4):
            return NotImplemented
        self.sum(other)
        return self

    def __add__(self, other: "V4") -> "V4":
        if not isinstance(other, V4):
            return NotImplemented
        total = self.copy()
        total.sum(other)
        return total

    def __repr__(self) -> str:
        return f"V4(px={self.px}, py={self.py}, pz={self.pz}, e={self.e})"
