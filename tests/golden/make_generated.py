"""Make the golden digests of generated events again.

    python tests/golden/make_generated.py

A digest is SHA-256 of the float32 numbers of a block, or of a whole frame, little endian. These are
rounded to three decimals, so that a last bit of an exponential or a logarithm, which another
machine's mathematical library may compute differently, shows in a digest once in 10,000 machines.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from HiggsML.generation import generate
from HiggsML.generation.blocks import generate_block
from HiggsML.schema import DETAILED_LABELS, PROCESSES

GOLDEN = Path(__file__).parent / "generated.json"
EVENTS = 20_000
"""Of each block: enough for every branch of a process, rare ones some hundred times."""
SEEDS = (1, 2718, 31415)
SOURCES = (
    ("htautau", None),
    ("ztautau", None),
    ("ztautau", 0),
    ("ztautau", 1),
    ("ztautau", 2),
    ("ztautau", 3),
    ("ttbar", None),
    ("diboson", None),
)
"""Processes and slices; None for all events of a process in their natural proportions."""
COUNTS = {"htautau": 1000, "ztautau": 3000, "ttbar": 700, "diboson": 300}


def digests() -> dict[str, str]:
    """The digest of each block, under process, slice, seed and number of the block; of a frame."""
    found = {}
    for process, slice_index in SOURCES:
        for block, seed in enumerate(SEEDS):
            rows = generate_block(process, EVENTS, seed, block, slice_index=slice_index)
            found[f"{process} {slice_index} {seed} {block}"] = digest_of(rows)
    frame = generate(COUNTS, seed=SEEDS[0])
    labels = [PROCESSES.index(name) for name in frame.pop(DETAILED_LABELS)]
    found["frame"] = digest_of(np.column_stack([frame.to_numpy(), labels]))
    return found


def digest_of(values: NDArray[np.generic]) -> str:
    """SHA-256 (hex) of numbers as float32, little endian, row after row."""
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<f4").tobytes()).hexdigest()


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(digests(), indent=1) + "\n", encoding="utf-8")
