"""One pseudo-experiment: draw events, shift, cut, derive."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..derived_quantities import derive
from ..nuisances import NuisanceValues
from ..schema import FEATURES, PRI_COLUMNS, PROCESSES
from ..systematics import select, shift
from .pool import EventPool

__all__ = ["PseudoExperiment", "make_pseudo_experiment"]


@dataclass(frozen=True)
class PseudoExperiment:
    """A pseudo-experiment and its truth."""

    features: NDArray[np.float32]
    """(n, 28) in the order of `FEATURES`, column-major."""
    mu: float
    nuisances: NuisanceValues

    def test_set(self) -> dict[str, Any]:
        """What `predict` receives: {"data": frame of 28 columns, "weights": ones}."""
        data = pd.DataFrame(self.features, columns=list(FEATURES), copy=False)
        return {"data": data, "weights": np.ones(len(data))}


def make_pseudo_experiment(
    pool: EventPool,
    mu: float,
    nuisances: NuisanceValues,
    seed: np.random.SeedSequence,
    *,
    threads: int = 1,
    allocate: Callable[[int], NDArray[np.float32]] | None = None,
) -> PseudoExperiment:
    """Draw, shift, cut and derive one pseudo-experiment."""
    rng = np.random.Generator(np.random.Philox(seed))
    factors = nuisances.rate_factors(mu)
    expected = pool.weights * np.array([factors[name] for name in PROCESSES])[pool.process]
    rows = rng.permutation(np.repeat(np.arange(pool.n_rows), rng.poisson(expected)))
    drawn = pool.primaries[rows].astype(np.float64)
    columns = {name: drawn[:, i] for i, name in enumerate(PRI_COLUMNS)}
    noise = (
        rng.normal(0.0, nuisances.soft_met, len(rows)),
        rng.normal(0.0, nuisances.soft_met, len(rows)),
    )
    primaries, _ = select(shift(columns, nuisances.tes, nuisances.jes, noise))
    values = {**primaries, **derive(primaries)}
    n = len(primaries["PRI_met"])
    flat = np.empty(28 * n, np.float32) if allocate is None else allocate(28 * n)
    buffer = flat.reshape(28, n)
    for i, name in enumerate(FEATURES):
        buffer[i] = values[name]
    return PseudoExperiment(buffer.T, mu, nuisances)
