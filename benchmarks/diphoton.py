"""Speed and memory of the selection of diphoton mini trees.

    python benchmarks/diphoton.py [--events 400000 1600000]

For files of several lengths, half of gluon fusion and half of top pairs, fresh processes write
them, or read and select them, make the table with its aggregates and write it, on one thread. Speed
is in events per CPU second. Memory is the peak above that of an idle process, in a second turn in
which the allocator gives large blocks back at once; it must not grow with the files.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536"}
STUDY = Path(__file__).parents[1] / "examples" / "diphoton"


def work(job: str, folder: Path, events: int) -> dict[str, float]:
    """Do one job in this process."""
    from diphoton_study.mini_trees import MODES
    from diphoton_study.processing import process
    from diphoton_study.synthetic import write_samples

    modes = [mode for mode in MODES if mode.name in ("ggF", "ttH")]
    start, selected = time.process_time(), 0
    if job == "write":
        write_samples(folder, dict.fromkeys(("ggF", "ttH"), events // 2), 1, modes)
    elif job == "select":
        samples = process(sorted(folder.glob("*.root")), folder, threads=1)
        selected = sum(int(sample.cutflow.events[-1]) for sample in samples)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    return {"megabytes": peak, "seconds": time.process_time() - start, "selected": selected}


def in_a_process(
    job: str, folder: str, events: int, settings: Mapping[str, str] = {}
) -> dict[str, float]:
    """Do one job in a fresh process, with further variables of the environment."""
    command = [sys.executable, __file__, "--work", job, folder, str(events)]
    environment = os.environ | {"PYTHONPATH": str(STUDY), "OMP_NUM_THREADS": "1", **settings}
    found: dict[str, float] = json.loads(subprocess.check_output(command, env=environment))
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[400_000, 1_600_000])
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        job, folder, events = arguments.work
        print(json.dumps(work(job, Path(folder), int(events))))
        return
    heads = ("events", "written/s", "selected/s", "share that passes", "memory MB")
    print("".join(f"{head:>19}" for head in heads))
    for events in arguments.events:
        with tempfile.TemporaryDirectory() as folder:
            found = {job: in_a_process(job, folder, events) for job in ("write", "select")}
            idle, peak = (
                in_a_process(job, folder, events, ALLOCATOR) for job in ("idle", "select")
            )
        speeds = [events / found[job]["seconds"] for job in ("write", "select")]
        share = found["select"]["selected"] / events
        above = peak["megabytes"] - idle["megabytes"]
        print(f"{events:>19,}{speeds[0]:>19,.0f}{speeds[1]:>19,.0f}{share:>19.3f}{above:>19.0f}")


if __name__ == "__main__":
    main()
