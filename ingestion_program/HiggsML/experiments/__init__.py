"""Pseudo-experiments: (pool of events, mu, nuisance parameters, seed) -> test set."""

from .pool.event_pool import EventBlock, EventPool
from .pseudo_experiments import PseudoExperiment, compile_kernels, make_pseudo_experiment

__all__ = [
    "EventBlock",
    "EventPool",
    "PseudoExperiment",
    "compile_kernels",
    "make_pseudo_experiment",
]
