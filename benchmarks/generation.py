"""Speed and memory of the built-in generator.

    python benchmarks/generation.py [--events 2000000] [--rounds 5] [--pool-events 50000000]
    python benchmarks/generation.py --slices

First, CPU seconds of one core per selected event, by process and slice of Z, in alternating rounds:
median and range over the rounds, and the rate of the default mix as it is generated. Then, in a
fresh process, the time to pack a pool of `--pool-events` rows on all cores, and the peak memory.

`--slices` measures something else: the share of the expected Z events in each slice, for the table
of constants.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba
import numpy as np

from HiggsML.experiments import EventPool
from HiggsML.generation import default_counts, generate_blocks
from HiggsML.generation.blocks import efficiency, generate_block
from HiggsML.generation.constants.table import CONSTANTS
from HiggsML.generation.slices import Z_SLICES, slice_range, sources_of
from HiggsML.schema import REFERENCE_LUMINOSITY


def speed(events: int, rounds: int) -> None:
    """Print microseconds per event of each process and slice, and the rate of the mix."""
    sources = sources_of(default_counts(events), REFERENCE_LUMINOSITY)
    seconds = np.empty((rounds, len(sources)))
    for source in sources:
        generate_block(source.process, 100, 0, 0, slice_index=source.slice_index)  # compile
    for block in range(rounds):
        for i, source in enumerate(sources):
            start = time.process_time()
            generate_block(source.process, source.events, 0, block, slice_index=source.slice_index)
            seconds[block, i] = (time.process_time() - start) / source.events
    for source, values in zip(sources, seconds.T, strict=True):
        low, middle, high = 1e6 * np.quantile(values, [0.0, 0.5, 1.0])
        name = (
            source.process
            if source.slice_index is None
            else f"{source.process}, slice {source.slice_index}"
        )
        print(f"{name}: {middle:.2f} us/event ({low:.2f} to {high:.2f})")
    sizes = np.array([source.events for source in sources])
    low, middle, high = 1e-6 / np.quantile(seconds @ sizes / sizes.sum(), [1.0, 0.5, 0.0])
    print(f"default mix: {middle:.2f} million events per CPU second ({low:.2f} to {high:.2f})")


def slices(events: int) -> None:
    """Print the share of the expected Z events in each slice, and its statistical error."""
    selected = []
    for index in range(len(Z_SLICES)):
        low, span = slice_range("ztautau", index, CONSTANTS.z_radiation)
        trials = np.exp(-low) - np.exp(-low - span)
        selected.append(trials * efficiency("ztautau", events, 0, index))
    for one, share in zip(Z_SLICES, np.array(selected) / sum(selected), strict=True):
        print(f"from {one.lowest_kt:g} GeV: {share:.4f} +- {share / np.sqrt(events):.4f}")


def pool(events: int) -> dict[str, float]:
    """Pack a pool in this process: seconds and peak memory."""
    list(generate_blocks(default_counts(100), seed=0))  # compile
    EventPool.from_blocks(generate_blocks(default_counts(1000), seed=0))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        blocks = generate_blocks(default_counts(events), seed=0)
        EventPool.from_blocks(blocks, path=Path(folder) / "pool")
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {"seconds": seconds, "idle_megabytes": before, "peak_megabytes": peak}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pool-events", type=int, default=50_000_000)
    parser.add_argument("--slices", action="store_true", help="measure the slices of Z instead")
    parser.add_argument("--pool-only", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pool_only:
        print(json.dumps(pool(arguments.pool_events)))
        return
    if arguments.slices:
        slices(arguments.events)
        return
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}, "
        f"{os.cpu_count()} cores"
    )
    speed(arguments.events, arguments.rounds)
    if arguments.pool_events:
        size = str(arguments.pool_events)
        command = [sys.executable, __file__, "--pool-only", "--pool-events", size]
        found = json.loads(subprocess.check_output(command).splitlines()[-1])
        print(
            f"pool of {arguments.pool_events} rows: {found['seconds']:.1f} s; peak memory "
            f"{found['peak_megabytes']:.0f} MB ({found['idle_megabytes']:.0f} MB before)"
        )


if __name__ == "__main__":
    main()
