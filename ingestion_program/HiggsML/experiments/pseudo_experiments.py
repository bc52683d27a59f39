"""One pseudo-experiment: draw events, shift, cut, derive."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import DataError
from ..nuisances import NuisanceValues
from ..numerics.compiled import announced_compilation
from ..schema import FEATURES, PRI_COLUMNS, PROCESSES, SIGNAL
from ..streams import children, words
from .drawing import draw_rows, tau_threshold
from .pool.event_pool import EventBlock, EventPool
from .pool.row_format import azimuth_table
from .shifting import BLOCK, fill_features

__all__ = ["PseudoExperiment", "compile_kernels", "make_pseudo_experiment"]


@dataclass(frozen=True)
class PseudoExperiment:
    """A pseudo-experiment and its truth."""

    features: NDArray[np.float32]
    """(n, 28) in the order of `FEATURES`; each feature lies contiguous in memory."""
    mu: float
    """True signal strength."""
    nuisances: NuisanceValues
    """True nuisance parameters."""

    def test_set(self) -> dict[str, Any]:
        """What `predict` receives: {"data": frame of 28 float32 columns, "weights": ones}.

        The frame is a view of `features`.
        """
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
    """One pseudo-experiment: Poisson events of the pool, shifted, cut and derived.

    Each event of the pool comes Poisson(weight x rate factor) times, in an order that tells nothing
    about its process; `HiggsML.systematics.shift` and `select` and
    `HiggsML.derived_quantities.derive` define what is done with it. The soft momentum is drawn for
    each event and each experiment.

    Args:
        pool: the events.
        mu: signal strength, the rate factor of the signal.
        nuisances: values of the nuisance parameters.
        seed: decides the experiment, with the arguments above; is not changed.
        threads: that share the work; the result does not depend on them.
        allocate: gives a flat float32 buffer for so many values, to be filled (for instance one
            that another process can map); a new array by default.

    Raises:
        DataError: mu is negative or not finite, or the buffer does not fit.

    Example::

        pool = EventPool.from_frames(data.get_test_set())
        nuisances = draw_nuisances(["tes", "jes"], np.random.default_rng(1))
        experiment = make_pseudo_experiment(pool, 1.0, nuisances, np.random.SeedSequence(2))
        model.predict(experiment.test_set())
    """
    if not (np.isfinite(mu) and mu >= 0.0):
        raise DataError("mu must be finite and not negative.", where="mu", value=mu)
    factors = nuisances.rate_factors(mu)
    drawing_seed, soft_seed = children(seed, 2)
    with announced_compilation("the kernels of pseudo-experiments"):
        index = draw_rows(
            pool.groups,
            np.array([factors[process] for process in PROCESSES]),
            pool.weights,
            pool.had_pt,
            tau_threshold(nuisances.tes),
            drawing_seed,
            threads,
        )
        features = _buffer(len(index), allocate)
        _fill(pool, index, nuisances, soft_seed, threads, features)
    return PseudoExperiment(features.T, mu, nuisances)


def compile_kernels() -> None:
    """Compile what `make_pseudo_experiment` needs, where it is not kept from before.

    For container images, and for what is to be timed.
    """
    event = np.full((1, len(PRI_COLUMNS)), 1.0, dtype=np.float32)
    pool = EventPool.from_blocks([EventBlock(SIGNAL, event, np.ones(1))])
    make_pseudo_experiment(pool, 1.0, NuisanceValues(soft_met=1.0), np.random.SeedSequence(0))


def _buffer(
    n_events: int, allocate: Callable[[int], NDArray[np.float32]] | None
) -> NDArray[np.float32]:
    """A (28, n_events) array, in what `allocate` gives."""
    n_values = len(FEATURES) * n_events
    flat = np.empty(n_values, np.float32) if allocate is None else allocate(n_values)
    if flat.dtype != np.float32 or flat.shape != (n_values,) or not flat.flags.c_contiguous:
        raise DataError(
            f"the buffer must be contiguous and hold {n_values} float32 values.",
            where="allocate",
            value=(flat.shape, str(flat.dtype)),
        )
    return flat.reshape(len(FEATURES), n_events)


def _fill(
    pool: EventPool, index: NDArray[np.uint32], nuisances: NuisanceValues,
    seed: np.random.SeedSequence, threads: int, features: NDArray[np.float32],
) -> None:  # fmt: skip
    """Fill the features of the events, in parts of whole blocks."""
    key = words(seed).astype(np.uint64)
    shifts = nuisances.tes, nuisances.jes, nuisances.soft_met
    blocks = np.linspace(0, -(-len(index) // BLOCK), threads + 1).astype(np.int64)
    ends = np.minimum(blocks * BLOCK, len(index)).tolist()

    def fill(first: int, last: int) -> None:
        fill_features(pool.rows, index, first, last, *shifts, key, _table(), features.reshape(-1))

    if threads == 1:
        fill(*ends)
        return
    with ThreadPoolExecutor(threads) as executor:
        list(executor.map(fill, ends[:-1], ends[1:]))


_table = cache(azimuth_table)
