"""A small model of the measurement: smooth templates of four processes in twelve bins."""

import numpy as np
import pytest

from HiggsML.inference.templates import Templates


@pytest.fixture
def templates() -> Templates:
    """Six signal-rich bins, and six that are nearly all background; the simulation is exact."""
    signal = np.array([40.0, 60, 80, 90, 100, 100, 80, 60, 40, 30, 20, 10])
    ztautau = np.array([300.0, 900, 2500, 6000, 12e3, 3e4, 1e5, 2e5, 3e5, 2e5, 1e4, 1e3])
    ttbar = np.array([60.0, 150, 300, 600, 1000, 2000, 500, 500, 500, 500, 2e4, 15e3])
    diboson = np.array([10.0, 20, 40, 80, 160, 200, 300, 400, 300, 200, 100, 1500])
    nominal = np.array([signal, ztautau, ttbar, diboson])
    phase = np.linspace(0.0, 3.0, 12)
    effects = [1.0]
    for k in range(1, 12):
        size = 0.02 if k <= 3 else 0.002
        effects.append(size * np.cos(phase * (1.0 + 0.3 * k) + k))
    coefficients = np.array([nominal * effect for effect in effects])
    return Templates(coefficients, np.zeros_like(nominal))
