"""Tasks that have nothing of HiggsML's: three processes, one nuisance parameter or none."""

import numpy as np
from numpy.typing import NDArray

from HiggsML.inference.templates import Templates
from HiggsML.nuisances import Coordinate, Nuisance, free_yield
from HiggsML.task import Task

PROCESSES = ("near", "wanted", "far")  # the signal is not the first

ALONE = Task(processes=PROCESSES, signal="wanted", mu_range=(0.0, 4.0))
"""No nuisance parameter: templates of one coefficient."""

RATE = Task(
    processes=PROCESSES,
    signal="wanted",
    mu_range=(0.0, 4.0),
    nuisances=(Nuisance("near_rate", 1.0, "normal", 0.1, 0.0, 2.0, scales=("near",)),),
)
"""A parameter that scales a rate and moves no event."""

ENERGY = Task(
    processes=PROCESSES,
    signal="wanted",
    mu_range=(0.0, 4.0),
    nuisances=(
        Nuisance(
            "energy", 1.0, "lognormal", 0.05, 0.5, 2.0,
            scales=("near", "wanted"), coordinate=Coordinate(1, 0.05),
        ),
    ),
    exponents=((0,), (1,), (2,)),
    base_points=tuple({"energy": energy} for energy in (1.0, 0.9, 0.95, 1.05, 1.1)),
    columns=("x",),
    features=("x",),
)  # fmt: skip
"""A parameter that scales two rates and moves events too; its prior is log-normal."""

FREE = Task(
    processes=PROCESSES,
    signal="wanted",
    mu_range=(0.0, 4.0),
    nuisances=(free_yield("near"), free_yield("far")),
)
"""All yields are free."""

TASKS = {"alone": ALONE, "rate": RATE, "energy": ENERGY, "free": FREE}


def templates_of(task: Task, size: float = 1.0) -> Templates:
    """Templates in six bins; those of each monomial after the first are percents of the first."""
    nominal = size * np.array(
        [
            [900.0, 700.0, 500.0, 300.0, 150.0, 60.0],
            [10.0, 20.0, 40.0, 70.0, 80.0, 60.0],
            [100.0, 120.0, 140.0, 160.0, 180.0, 200.0],
        ]
    )
    wave = np.cos(np.arange(18.0)).reshape(nominal.shape)
    effects = [np.ones_like(wave), 0.03 * wave, 0.005 * wave[::-1]][: len(task.exponents)]
    coefficients: NDArray[np.float64] = np.array([nominal * effect for effect in effects])
    return Templates(coefficients, np.zeros_like(nominal), task)
