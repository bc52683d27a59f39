"""Which pseudo-experiments a run makes: the true mus, the order of the calls, one stream for each.

Every random number of a run comes from one seed through keys (`streams`), so that an experiment
depends on the seed and its own number alone: not on order, workers or machine.
"""

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..nuisances import draw_nuisances
from ..streams import children, stream
from .pool.event_pool import EventPool
from .pseudo_experiments import PseudoExperiment, make_pseudo_experiment

__all__ = ["Experiment", "call_order", "draw_pseudo_experiment", "experiment_seed", "true_mus"]

# The first number of a spawn key says what the stream is for.
_MUS, _ORDER, _EXPERIMENT = range(3)


class Experiment(NamedTuple):
    """The number of a pseudo-experiment."""

    set_index: int
    experiment_index: int

    def __str__(self) -> str:
        return f"set {self.set_index}, experiment {self.experiment_index}"


def true_mus(random_seed: int, num_of_sets: int, mu_range: tuple[float, float]) -> list[float]:
    """The true mu of each set, uniform in the range.

    Each set has a stream of its own, so that a longer run begins with the mus of a shorter one.
    """
    rngs = [np.random.default_rng(stream(random_seed, _MUS, i)) for i in range(num_of_sets)]
    return [float(rng.uniform(*mu_range)) for rng in rngs]


def call_order(random_seed: int, num_of_sets: int, num_pseudo_experiments: int) -> list[Experiment]:
    """All experiments in the order in which `predict` is called: shuffled, so it tells nothing."""
    rng = np.random.default_rng(stream(random_seed, _ORDER))
    numbers = rng.permutation(num_of_sets * num_pseudo_experiments)
    return [Experiment(*map(int, divmod(n, num_pseudo_experiments))) for n in numbers]


def experiment_seed(random_seed: int, experiment: Experiment) -> np.random.SeedSequence:
    """The seed of one experiment."""
    return stream(random_seed, _EXPERIMENT, *experiment)


def draw_pseudo_experiment(
    pool: EventPool,
    mu: float,
    enabled: Collection[str],
    seed: np.random.SeedSequence,
    *,
    threads: int = 1,
    allocate: Callable[[int], NDArray[np.float32]] | None = None,
) -> PseudoExperiment:
    """Draw the enabled nuisance parameters from their priors, then the events at these values.

    Args:
        pool: the events.
        mu: true signal strength.
        enabled: names of the nuisance parameters that vary.
        seed: seed of this experiment; nuisance parameters and events have a stream each.
        threads: number of threads of the kernel; the answer does not depend on it.
        allocate: gives the memory (a flat float32 array of the asked length) for the features.
    """
    nuisance_seed, event_seed = children(seed, 2)
    nuisances = draw_nuisances(enabled, np.random.default_rng(nuisance_seed))
    return make_pseudo_experiment(
        pool, mu, nuisances, event_seed, threads=threads, allocate=allocate
    )
