"""A parametric simulation of the challenge's events: physics in closed form, sampled fast.

`constants` are the numbers, `sampling` the random numbers, `physics` what processes share, and
`processes` the hard processes; the modules beside these folders make data of them.

A *trial* is an attempt at an event. Those of Z and H are drawn in *batches* of 128. A *slice* is a
range of Z events in the pT of the hardest jet. A *block* is a run of events of one process or slice
that has a random stream of its own. A *row group* is the parquet word: rows written at a time.
"""

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
