"""One side of the comparison with HiggsML 0.1.5: experiments made in a process of its own.

Both packages have the same name, so that each has its process; the caller lets them work in turns.
"""

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Times, open_pool, tiles

__all__ = ["FRAMES", "REFERENCE", "Side", "fetch_reference", "write_frames"]

REFERENCE = "0.1.5"
FRAMES = "frames"
ALL_SIX = ("tes", "jes", "soft_met", "ttbar_scale", "diboson_scale", "bkg_scale")


class Side:
    """A process that makes experiments with one code.

    Args:
        code: `REFERENCE`; `FRAMES` for the same call of this package, on the same frames; or a
            number of threads, for experiments from a pool.
        folder: with the pool and the frames.
        rows: of the pool.
        package: folder to import HiggsML from, where it is not the installed one.
    """

    def __init__(self, code: str, folder: Path, rows: int, package: Path | None = None) -> None:
        path = {"PYTHONPATH": str(package.resolve())} if package else {}
        self.times = Times()
        self.events: list[int] = []
        self.megabytes: list[float] = []
        self._process = subprocess.Popen(
            [sys.executable, __file__, code, str(folder), str(rows)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | path,
        )
        self._answer()

    def make(self, seed: int) -> None:
        """Make an experiment, and add what it took."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seed}\n")
        self._process.stdin.flush()
        answer = self._answer()
        self.times.add(answer["elapsed"], answer["cpu"])
        self.events.append(answer["events"])
        self.megabytes.append(answer["megabytes"])

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def fetch_reference(folder: Path) -> Path:
    """Fetch the package of HiggsML 0.1.5, without what it depends on."""
    target = folder / f"HiggsML-{REFERENCE}"
    if not target.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*pip, str(target), f"HiggsML=={REFERENCE}"], check=True)
    return target


def write_frames(folder: Path, rows: int) -> None:
    """Write the frames that 0.1.5 draws from."""
    for process, frame in tiles(folder, rows):
        frame.to_parquet(folder / f"frame-{rows}-{process}.parquet", index=False)


def _engine(folder: Path, rows: int, threads: int) -> Callable[[int], Any]:
    from HiggsML.experiments.protocol import draw_pseudo_experiment

    pool = open_pool(folder, rows)
    pool.rows.view(np.uint8)[::4096].max()  # touches all pages
    return lambda seed: draw_pseudo_experiment(
        pool, 1.0, ALL_SIX, np.random.SeedSequence(seed), threads=threads
    ).test_set()


def _loop(folder: Path, rows: int) -> Callable[[int], Any]:
    """As a notebook for HiggsML 0.1.5 makes experiments: of the frames of the test set."""
    import pandas as pd

    import HiggsML.systematics

    warnings.simplefilter("ignore")
    data = {
        process: pd.read_parquet(folder / f"frame-{rows}-{process}.parquet")
        for process in ("ztautau", "diboson", "ttbar", "htautau")
    }
    chosen = dict.fromkeys(ALL_SIX, True)
    return lambda seed: HiggsML.systematics.generate_pseudo_exp_data(data, 1.0, chosen, seed)


def _reference(folder: Path, rows: int) -> Callable[[int], Any]:
    import HiggsML.systematics

    assert not hasattr(HiggsML.systematics, "EventPool"), "this is not HiggsML 0.1.5"
    return _loop(folder, rows)


def _memory(name: str) -> float:
    """A memory figure of this process, MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return float(status.read_text().split(f"{name}:")[1].split()[0]) * 1024.0 / 1e6


def work(code: str, folder: Path, rows: int) -> None:
    """Make an experiment for each seed of the standard input, and tell what it took."""
    sides = {REFERENCE: _reference, FRAMES: _loop}
    make = sides[code](folder, rows) if code in sides else _engine(folder, rows, int(code))
    for seed in range(2):  # the first compiles, and both touch memory
        make(seed)
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        reset_peak = Path("/proc/self/clear_refs")
        if reset_peak.exists():
            reset_peak.write_text("5")
        before, start, cpu = _memory("VmRSS"), time.perf_counter(), time.process_time()
        test_set = make(int(line))
        answer = {
            "elapsed": time.perf_counter() - start,
            "cpu": time.process_time() - cpu,
            "events": len(test_set["data"]),
            "megabytes": _memory("VmHWM") - before,
        }
        del test_set
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
