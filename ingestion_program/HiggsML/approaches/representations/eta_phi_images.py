"""Momenta as an image of the detector's surface: pseudorapidity down, azimuth across."""

from typing import Any

import numpy as np

from ...arrays import Floats

__all__ = ["eta_phi_image"]


def eta_phi_image(
    pt: Any,
    eta: Any,
    phi: Any,
    size: int = 33,
    eta_range: tuple[float, float] = (-5.0, 5.0),
    phi_range: tuple[float, float] = (-np.pi, np.pi),
) -> Floats:
    """Sums of transverse momentum in pixels of eta and phi, GeV, float32 (n, size, size).

    What is absent (NaN) or out of range is left out: an image may be empty. `event_momenta` gives
    the objects of an event; the constituents of a jet come as padded lists, relative to its axis.

    Args:
        pt: (n, m), GeV.
        eta: (n, m).
        phi: (n, m), rad; 2 pi more or less is the same.
        size: pixels of a side.
        eta_range: from the upper edge to the lower one.
        phi_range: from the left edge to the right one, 2 pi at most.
    """
    weights = np.asarray(pt, dtype=np.float64)
    turned = np.mod(np.asarray(phi, dtype=np.float64) - phi_range[0], 2.0 * np.pi)
    fractions = (
        (np.asarray(eta, dtype=np.float64) - eta_range[0]) / (eta_range[1] - eta_range[0]),
        turned / (phi_range[1] - phi_range[0]),
    )
    inside = np.isfinite(weights)
    for fraction in fractions:
        inside &= (fraction >= 0.0) & (fraction < 1.0)
    event, _ = np.nonzero(inside)
    down, across = (np.floor(size * f[inside]).astype(np.intp) for f in fractions)
    images = np.zeros((len(weights), size, size), dtype=np.float32)
    np.add.at(images, (event, down, across), weights[inside].astype(np.float32))
    return images
