"""Memory and time of reading a parquet file of events.

    python benchmarks/reading.py [--rows 1000000 4000000]

For files of several lengths, each in one row group, a fresh process reads the whole file as blocks
(what packs the pool) or a hundredth of it as a training set, and tells its peak memory above that
of an idle process and its CPU time. Memory must not grow with the file.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from HiggsML.datasets import Data
from HiggsML.schema import FEATURES, PROCESSES

JOBS = ("idle", "blocks", "sample")


def write_events(path: Path, rows: int) -> None:
    """Random rows; what they hold does not matter to the reader."""
    rng = np.random.default_rng(0)
    code = rng.integers(0, len(PROCESSES), rows)
    columns = {name: rng.random(rows, dtype=np.float32) for name in FEATURES}
    columns |= {"weights": np.ones(rows, np.float32), "labels": (code == 0).astype(np.float32)}
    columns["detailed_labels"] = np.array(PROCESSES, dtype=object)[code]
    pq.write_table(pa.table(columns), path, row_group_size=rows)


def work(job: str, folder: Path, rows: int) -> dict[str, float]:
    """Do one job in this process."""
    start = time.process_time()
    if job == "write":
        write_events(folder / "events.parquet", rows)
    elif job == "blocks":
        for _ in Data(folder, test_size=1.0).test_blocks():
            pass
    elif job == "sample":
        Data(folder, test_size=0).load_train_set(train_size=0.01)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {"megabytes": peak, "seconds": time.process_time() - start}


def in_a_process(job: str, folder: str, rows: int) -> dict[str, float]:
    """Do one job in a fresh process."""
    command = [sys.executable, __file__, "--work", job, folder, str(rows)]
    found: dict[str, float] = json.loads(subprocess.check_output(command))
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 4_000_000])
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        job, folder, rows = arguments.work
        print(json.dumps(work(job, Path(folder), int(rows))))
        return
    print(f"{'rows':>12} {'file MB':>8}" + "".join(f"{j + ' MB':>11}{j + ' s':>10}" for j in JOBS))
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            # A process inherits the peak of the one that started it: this one stays small.
            found = {job: in_a_process(job, folder, rows) for job in ("write", *JOBS)}
            size = (Path(folder) / "events.parquet").stat().st_size / 1e6
            line = f"{rows:>12,} {size:>8.0f}"
            for job in JOBS:
                above = found[job]["megabytes"] - found["idle"]["megabytes"]
                line += f"{above:>11.0f}{found[job]['seconds']:>10.1f}"
            print(line)


if __name__ == "__main__":
    main()
