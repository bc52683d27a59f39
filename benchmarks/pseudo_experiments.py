"""Time and memory of full-size pseudo-experiments: against HiggsML 0.1.5, by stage, by size.

    python benchmarks/pseudo_experiments.py [compare stages pool events packing]

All six nuisance parameters vary, about 1.05 million events are drawn. What is compared runs in
turns (A, B, A, B, ...); medians are given with their range. Times are elapsed times and, in
brackets, CPU times, which say more on a busy machine. HiggsML 0.1.5 is imported from the folder
`--reference`, or fetched with pip into a temporary one. Pools repeat generated events: what the
events hold makes no difference to the time.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numba
import numpy as np
from comparison import FRAMES, REFERENCE, Side, fetch_reference, write_frames
from measuring import TEMPLATE, Times, open_pool, ratio, template

from HiggsML.datasets import Data
from HiggsML.experiments import EventPool, drawing, make_pseudo_experiment, shifting
from HiggsML.experiments.pool import row_format
from HiggsML.nuisances import NuisanceValues
from HiggsML.schema import FEATURES

SHIFTS = {"tes": 1.01, "jes": 0.99, "soft_met": 1.5}


class Buffer:
    """Memory for the features of an experiment, touched before."""

    def __init__(self, n_events: int) -> None:
        self.values = np.ones(len(FEATURES) * n_events, dtype=np.float32)

    def __call__(self, n_values: int) -> Any:
        return self.values[:n_values]


def compare(folder: Path, arguments: argparse.Namespace) -> None:
    """One experiment by HiggsML 0.1.5, by the same call here, and from a pool (1, 2 threads)."""
    rows, package = arguments.rows, arguments.reference or fetch_reference(folder)
    open_pool(folder, rows)
    write_frames(folder, rows)
    sides = {f"HiggsML {REFERENCE}": Side(REFERENCE, folder, rows, package)}
    sides["its loop, here"] = Side(FRAMES, folder, rows)
    sides |= {f"{threads} thread(s)": Side(str(threads), folder, rows) for threads in (1, 2)}
    for seed in range(arguments.rounds):
        for side in sides.values():
            side.make(seed)
    print(f"\nOne experiment from a pool of {rows:,} rows:")
    slow, *_ = sides.values()
    for name, side in sides.items():
        faster = f"; {ratio(slow.times, side.times)} times faster" if side is not slow else ""
        events, memory = np.mean(side.events), max(side.megabytes)
        print(f"  {name:15}{side.times}, {memory:.0f} MB extra, {events:,.0f} events{faster}")
        side.stop()


def stages(folder: Path, arguments: argparse.Namespace) -> None:
    """The stages of an experiment on one thread; the yardstick: gather rows, write as much."""
    pool, table = open_pool(folder, arguments.rows), row_format.azimuth_table()
    factors, key, buffer = np.ones(4), np.array([1, 2, 3, 4], dtype=np.uint64), Buffer(1_200_000)
    gathered = np.zeros(1_200_000, dtype=pool.rows.dtype)
    names = (
        "draw",
        "fill",
        "fill, no soft momentum",
        "whole",
        "whole, new memory",
        "gather",
        "write",
    )
    for turn in range(arguments.rounds + 1):
        if turn <= 1:  # the first round compiles
            times = {name: Times() for name in names}
        seed, threshold = np.random.SeedSequence(turn), drawing.tau_threshold(SHIFTS["tes"])
        draw = (pool.groups, factors, pool.weights, pool.had_pt, threshold, seed, 1)
        index = times["draw"].measure(drawing.draw_rows, *draw)
        n, out = len(index), buffer(len(FEATURES) * len(index))
        for name, soft_met in (("fill", SHIFTS["soft_met"]), ("fill, no soft momentum", 0.0)):
            shifts = SHIFTS["tes"], SHIFTS["jes"], soft_met
            fill = (pool.rows, index, 0, n, *shifts, key, table, out)
            times[name].measure(shifting.fill_features, *fill)
        for name, allocate in (("whole", buffer), ("whole, new memory", None)):
            arguments_ = (pool, 1.0, NuisanceValues(**SHIFTS), seed)
            times[name].measure(make_pseudo_experiment, *arguments_, allocate=allocate)
        rows = np.random.default_rng(turn).integers(0, pool.n_rows, n)
        times["gather"].measure(np.take, pool.rows, rows, out=gathered[:n], mode="clip")
        times["write"].measure(out.fill, 1.0)
    print(f"\nStages, one thread, {n:,} events kept:")
    for name, found in times.items():
        print(f"  {name:24}{found}, {1e6 * np.median(found.cpu) / n:.1f} ns of CPU an event")
    yardstick = times["gather"].plus(times["write"])
    print(f"  whole / (gather + write) {ratio(times['whole'], yardstick)}")


def by_pool(folder: Path, arguments: argparse.Namespace) -> None:
    """Time against the size of the pool."""
    cases = {rows: (open_pool(folder, rows), 1.0) for rows in arguments.pool_rows}
    _by_size("rows of the pool", cases, arguments.rounds)


def by_events(folder: Path, arguments: argparse.Namespace) -> None:
    """Time against the number of events drawn."""
    pool = open_pool(folder, arguments.rows)
    cases = {round(1.05e6 * scale): (pool, scale) for scale in (0.1, 0.25, 0.5, 1.0, 2.0)}
    _by_size("events drawn", cases, arguments.rounds)


def _by_size(what: str, cases: Mapping[int, tuple[EventPool, float]], rounds: int) -> None:
    buffer = Buffer(2_400_000)
    for turn in range(rounds + 1):
        if turn <= 1:  # the first round touches the pool
            times = {size: Times() for size in cases}
        for size, (pool, scale) in cases.items():
            nuisances = NuisanceValues(**SHIFTS, bkg_scale=scale)
            seed = np.random.SeedSequence(turn)
            times[size].measure(
                make_pseudo_experiment, pool, scale, nuisances, seed, allocate=buffer
            )
    print(f"\nOne experiment on one thread, by {what}:")
    for size, found in times.items():
        print(f"  {size:>12,}{found}")


def packing(folder: Path, arguments: argparse.Namespace) -> None:
    """Packing of a parquet file, as ingestion does it."""
    data_folder, rows = folder / "parquet", arguments.rows // 5
    data_folder.mkdir(exist_ok=True)
    chosen = np.random.default_rng(1).integers(0, TEMPLATE - 10, rows)
    events = template(folder).iloc[chosen]
    events.to_parquet(data_folder / "events.parquet", row_group_size=1 << 20, index=False)
    times = Times()
    for _ in range(3):
        times.measure(lambda: EventPool.from_blocks(Data(data_folder, 1.0).test_blocks()))
    rates = [1e3 * rows / np.median(values) for values in (times.elapsed, times.cpu)]
    print(f"\nPacking {rows:,} rows: {times}; {rates[0]:,.0f} rows/s (CPU {rates[1]:,.0f})")


PARTS = {
    "compare": compare,
    "stages": stages,
    "pool": by_pool,
    "events": by_events,
    "packing": packing,
}


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--reference", type=Path, help="folder with the package HiggsML 0.1.5")
    parser.add_argument(
        "--rows", type=int, default=5_000_000, help="of the pool (default: %(default)s)"
    )
    sizes = [1_000_000, 5_000_000, 20_000_000, 50_000_000]
    parser.add_argument("--pool-rows", type=int, nargs="+", default=sizes, metavar="N")
    parser.add_argument("--rounds", type=int, default=9, help="of each (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where pools are kept (default: temporary)")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - PARTS.keys():
        parser.error(f"unknown part: {', '.join(sorted(unknown))}")
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    print(f"{versions}, numba {numba.__version__}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}, {arguments.rounds} rounds")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for part in arguments.parts or PARTS:
            PARTS[part](folder, arguments)


if __name__ == "__main__":
    main()
