"""Whether the parts of a task fit together: commands, settings, reference, events, limits."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from HiggsML.errors import DataError, HiggsMLError, SettingsError
from HiggsML.settings import Settings
from HiggsML.settings_reader import read_settings
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.settings import ReferenceSettings, read_reference_settings

from ..bundle import COMPETITION, program_command
from ..codabench import MOUNTS
from .problems import Problem

__all__ = ["MARGIN", "check_task", "settings_of"]

MARGIN = 60
"""Seconds between the ingestion program's own limit and the platform's, to end in good order."""

SETTINGS = "settings.yaml"
_LFS = b"version https://git-lfs"


def check_task(root: Path, phase: Mapping[str, Any], task: Mapping[str, Any]) -> Iterator[Problem]:
    """What makes every submission to a task fail in a phase, or gives its truth away.

    Args:
        root: folder of the bundle.
        phase: a phase of competition.yaml.
        task: one of its tasks.
    """
    yield from _check_mounts(root, task)
    settings = None
    if "input_data" in task:
        try:
            settings = settings_of(root, task)
        except SettingsError as error:
            yield _problem(f"{task['input_data']}: {error.where}", error)
        else:
            yield from _check_settings(settings, phase, f"{task['input_data']}/{SETTINGS}")
            yield from _check_events(settings, root / str(task["input_data"]))
    if "reference_data" in task:
        folder = root / str(task["reference_data"])
        where = f"{task['reference_data']}/{SETTINGS}"
        try:
            reference = read_reference_settings(folder)
        except ScoringError as error:
            yield Problem(where, error.what, error.fix or "README.md beside it explains the keys.")
        else:
            if settings is not None:
                yield from _check_reference(reference, settings, where)


def settings_of(root: Path, task: Mapping[str, Any]) -> Settings:
    """The settings of a task's input data.

    Raises:
        SettingsError: they cannot be read.
    """
    return read_settings(root / str(task["input_data"]) / SETTINGS)


def _problem(where: str, error: HiggsMLError) -> Problem:
    return Problem(where, error.what, error.fix or "correct the file.")


def _check_mounts(root: Path, task: Mapping[str, Any]) -> Iterator[Problem]:
    """A command names a folder that is mounted only for a task that has such data."""
    for container, key in (("ingestion", "input_data"), ("scoring", "reference_data")):
        [path] = [mount.path for mount in MOUNTS[container] if mount.holds == key]
        words = program_command(root / str(task[f"{container}_program"]))
        if key not in task and any(word == path or word.startswith(f"{path}/") for word in words):
            what = f"the {container} program reads {path}, and task {task['index']} has no {key}."
            yield Problem(COMPETITION, what, f"name a folder: {key}: {key}")


def _check_settings(settings: Settings, phase: Mapping[str, Any], where: str) -> Iterator[Problem]:
    for name, tells in _fixed_seeds(settings):
        yield Problem(
            where,
            f"{name} is fixed, and participants can read what lies in the bundle: {tells}.",
            f"write {name.rpartition('.')[2]}: fresh (fixed seeds are for dry runs, which have"
            " flags for them).",
        )
    seconds, limit = settings.limits.total_seconds, phase["execution_time_limit"]
    if seconds + MARGIN > limit:
        what = (
            f"limits.total_seconds ({seconds:.0f}) leaves no {MARGIN} s to the platform's {limit}."
        )
        yield Problem(where, what, f"set at most {limit - MARGIN}.")


def _fixed_seeds(settings: Settings) -> list[tuple[str, str]]:
    """The seeds that are no secret, and what whoever knows one can compute."""
    seeds = {
        "data.seed": (settings.data.seed, "it makes all hidden events"),
        "protocol.random_seed": (settings.protocol.random_seed, "it makes every true mu"),
    }
    if settings.data.source != "generator":
        del seeds["data.seed"]
    return [(name, tells) for name, (seed, tells) in seeds.items() if seed != "fresh"]


def _check_events(settings: Settings, folder: Path) -> Iterator[Problem]:
    if settings.data.source != "parquet":
        return
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            pointer = file.read(len(_LFS)) == _LFS
        if pointer:
            what = "is a pointer of Git LFS, not the file itself."
            yield Problem(f"{folder.name}/{path.name}", what, "fetch it: git lfs pull")
            return
    from HiggsML.event_files import open_event_file  # a second that only own events cost

    try:
        open_event_file(folder)
    except DataError as error:
        yield _problem(folder.name, error)


def _check_reference(
    reference: ReferenceSettings, settings: Settings, where: str
) -> Iterator[Problem]:
    for name in ("num_of_sets", "num_pseudo_experiments"):
        wanted, made = getattr(reference, name), getattr(settings.protocol, name)
        if wanted not in (None, made):
            what = f"{name} is {wanted}, but the settings of the task make {made}."
            yield Problem(where, what, f"write {name}: {made}, or leave it out.")
    if reference.settings_digest not in (None, settings.digest()):
        what = "settings_digest is that of other settings."
        yield Problem(where, what, f"write {settings.digest()}, or leave it out.")
