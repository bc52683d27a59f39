"""Reading a bundle: competition.yaml and the commands of its programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from HiggsML.errors import SettingsError

from .codabench import QUEUE_SECONDS

__all__ = [
    "COMPETITION",
    "METADATA",
    "Bundle",
    "find_bundle",
    "program_command",
    "read_bundle",
    "read_competition",
    "read_mapping",
]

COMPETITION = "competition.yaml"
METADATA = "metadata.yaml"
PACKAGED = "packaged"
"""The folder of the bundle in an installed wheel (pyproject.toml)."""


@dataclass(frozen=True)
class Bundle:
    """The parts of a bundle that one submission to a phase meets.

    Attributes:
        folders: ingestion_program, scoring_program, input_data and reference_data, by these names.
        columns: keys of the leaderboard's columns.
        time_limit: time that the platform gives each program, s: the phase's limit on a queue of
            one's own, cut to that of the default queue elsewhere.
    """

    folders: Mapping[str, Path]
    columns: tuple[str, ...]
    time_limit: float


def find_bundle(given: Path | None) -> Path:
    """The folder of the bundle: as given, or where we are or above, or the one we came with.

    The command comes with a repository, with a starting kit, or in a wheel, which has the bundle as
    data.

    Raises:
        SettingsError: there is none.
    """
    module, here = Path(__file__).resolve(), Path.cwd()
    own = module.parents[2], module.parent / PACKAGED
    places = [here, *here.parents, *own] if given is None else [given]
    found = next((place for place in places if (place / COMPETITION).is_file()), None)
    if found is not None:
        return found
    raise SettingsError(
        f"there is no bundle: no {COMPETITION} is there.",
        where=here if given is None else given,
        value=str(here if given is None else given),
        fix="give the folder that holds it (--bundle), or run this in that folder.",
    )


def read_mapping(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file.

    Raises:
        SettingsError: the file is missing, is not UTF-8 or YAML, or holds anything else.
    """
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}.", where=path) from error
    except UnicodeDecodeError as error:
        raise SettingsError("is not UTF-8 text.", where=path) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = path if mark is None else f"{path}, line {mark.line + 1}"
        problem = getattr(error, "problem", None) or "cannot be parsed"
        raise SettingsError(f"is not valid YAML: {problem}.", where=where) from error
    if not isinstance(content, dict):
        raise SettingsError("must hold keys and values.", where=path)
    return content


def read_competition(root: Path) -> dict[str, Any]:
    """The content of the competition.yaml of a folder.

    Raises:
        SettingsError: it is missing or cannot be read.
    """
    path = root / COMPETITION
    if not path.is_file():
        raise SettingsError(
            "the file is missing.", where=path, fix="run this in the folder of the bundle."
        )
    return read_mapping(path)


def read_bundle(root: Path, phase_index: int | None = None) -> Bundle:
    """Read what a dry run needs from the competition.yaml of a folder.

    Args:
        root: the folder.
        phase_index: index of the phase; None: the first one.

    Raises:
        SettingsError: the file cannot be read, or lacks the parts or the phase.
    """
    competition = read_competition(root)
    try:
        phases = {phase["index"]: phase for phase in competition["phases"]}
        wanted = min(phases) if phase_index is None else phase_index
        if wanted not in phases:
            known = ", ".join(f"{i} ({phases[i]['name']})" for i in sorted(phases))
            what, fix = "there is no such phase.", f"known are {known}."
            raise SettingsError(what, where=COMPETITION, value=wanted, fix=fix)
        phase = phases[wanted]
        tasks = {task["index"]: task for task in competition["tasks"]}
        task = tasks[phase["tasks"][0]]
        names = ("ingestion_program", "scoring_program", "input_data", "reference_data")
        return Bundle(
            folders={name: root / task[name] for name in names},
            columns=tuple(column["key"] for column in competition["leaderboards"][0]["columns"]),
            time_limit=float(
                phase["execution_time_limit"]
                if competition.get("queue")
                else min(phase["execution_time_limit"], QUEUE_SECONDS)
            ),
        )
    except SettingsError:
        raise
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise SettingsError(
            f"lacks what a dry run needs: {error!r}.", where=COMPETITION, fix="run: higgsml check"
        ) from error


def program_command(folder: Path) -> list[str]:
    """The words of a program's command, split as the platform does.

    Raises:
        SettingsError: metadata.yaml is missing at the folder's root or names no command.
    """
    command = read_mapping(folder / METADATA).get("command")
    if not isinstance(command, str) or not command.split():
        raise SettingsError(
            "names no command.",
            where=folder / METADATA,
            value=command,
            fix="write: command: python3 run_ingestion.py ...",
        )
    return command.split()
