"""What a run needs at the very least, compared with what this machine and the settings give it.

Counts with a few zeros too many are refused before they fill a disk. The costs are lower bounds: a
run that is refused could not have ended well.
"""

import math
import os
import shutil
import tempfile
from pathlib import Path

from ...errors import SettingsError
from ...settings import Settings

__all__ = ["check_data_set", "check_settings"]

EXPERIMENT_SECONDS = 5e-4
"""Of one core, for making and measuring a pseudo-experiment of hardly any events."""
EXPERIMENT_BYTES = 250
"""On the disk, in the journal and in the results."""
EVENTS_A_SECOND = 5e6
"""Of one core; four times what is measured."""
POOL_BYTES = 68
"""Of an event in the packed pool."""
TRAINING_BYTES = 124
"""Of a training event in memory."""
FILE_BYTES = 60
"""Of an event in a parquet file; about two thirds of what is measured."""
WORKER_BYTES = 5e7
"""Memory of a model's process that imported numpy and pandas."""


def check_settings(settings: Settings, output: Path, workers: int | None, dask: bool) -> None:
    """Raise SettingsError where a run of these settings cannot end well.

    Args:
        settings: settings of the run.
        output: where it would write.
        workers: experiments that are run at once; None: as many as cores.
        dask: whether they run on other machines, of which nothing is known.
    """
    cores = os.cpu_count() or 1
    experiments = settings.protocol.num_of_sets * settings.protocol.num_pseudo_experiments
    at_once = 10_000 if dask else min(workers or cores, experiments)
    _compare(
        f"{experiments:,} pseudo-experiments",
        where="protocol",
        value=f"{settings.protocol.num_of_sets} sets of {settings.protocol.num_pseudo_experiments}",
        seconds=(
            experiments * EXPERIMENT_SECONDS / min(at_once, 10_000 if dask else cores),
            settings.limits.total_seconds,
        ),
        disk=(experiments * EXPERIMENT_BYTES, _free(output)),
        fix="lower num_of_sets (--num-of-sets) or num_pseudo_experiments.",
    )
    if not dask:
        _compare(
            f"{at_once:,} workers",
            where="--workers",
            value=workers,
            memory=(at_once * WORKER_BYTES, _memory()),
            fix=f"this machine has {cores} cores: leave --workers out, or give a lower number.",
        )
    for name, disk, memory in (
        ("test_events", POOL_BYTES, 0),
        ("train_events", 0, TRAINING_BYTES),
    ):
        events = sum(getattr(settings.data, name).values())
        _compare(
            f"{events:,} events",
            where=f"data.{name}",
            value=dict(getattr(settings.data, name)),
            seconds=(events / EVENTS_A_SECOND / cores, settings.limits.total_seconds),
            disk=(events * disk, _free(Path(tempfile.gettempdir()))),
            memory=(events * memory, _memory()),
            fix=f"lower data.{name} in settings.yaml.",
        )


def check_data_set(events: int, folder: Path) -> None:
    """Raise SettingsError where a file of generated events does not fit on the disk."""
    seconds = events / EVENTS_A_SECOND / (os.cpu_count() or 1)
    _compare(
        f"{events:,} events",
        where="--events",
        value=events,
        seconds=(seconds, math.inf),
        disk=(events * FILE_BYTES, _free(folder)),
        fix="lower --events, or give a folder on a larger disk (--output).",
    )


def _compare(
    what: str,
    *,
    where: str,
    value: object,
    fix: str,
    seconds: tuple[float, float] = (0.0, 1.0),
    disk: tuple[float, float] = (0.0, 1.0),
    memory: tuple[float, float] = (0.0, 1.0),
) -> None:
    """Each a pair: what it takes, what there is."""
    needs = [
        (f"{_time(seconds[0])}", f"the run may take {_time(seconds[1])}", seconds),
        (f"{_size(disk[0])} of disk", f"{_size(disk[1])} are free", disk),
        (f"{_size(memory[0])} of memory", f"{_size(memory[1])} are there", memory),
    ]
    if all(pair[0] <= pair[1] for _, _, pair in needs):
        return
    takes = " and ".join(text for text, _, pair in needs if pair[0])
    there = ", ".join(text for _, text, pair in needs if pair[0] > pair[1])
    raise SettingsError(
        f"{what} would take at least {takes}: {there}.", where=where, value=value, fix=fix
    )


def _free(folder: Path) -> float:
    """Free bytes where a folder is, or will be made."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    disk = shutil.disk_usage(place)
    return float(disk.free) if disk.total else math.inf  # no disk at all, as /proc


def _memory() -> float:
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):  # not told on this system
        return math.inf


def _size(number: float) -> str:
    unit = 0
    while number >= 1000.0 and unit < 6:
        number, unit = number / 1000.0, unit + 1
    return f"{number:.3g} {('bytes', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB')[unit]}"


def _time(seconds: float) -> str:
    for name, length in (("years", 31_557_600.0), ("days", 86_400.0), ("hours", 3_600.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.3g} {name}"
    return f"{seconds:,.0f} s" if seconds >= 1 else f"{seconds:.2g} s"
