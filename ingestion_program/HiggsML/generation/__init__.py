"""A parametric simulation of the challenge's events: physics in closed form, sampled fast."""

from .blocks import DEFAULT_COUNTS, default_counts, generate_blocks
from .generated_data import GeneratedData
from .tables import generate, write_dataset

__all__ = [
    "DEFAULT_COUNTS",
    "GeneratedData",
    "default_counts",
    "generate",
    "generate_blocks",
    "write_dataset",
]
