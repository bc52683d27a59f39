"""The command `higgsml check`: find what the platform would refuse, misread or silently ignore."""

import argparse
import sys
from pathlib import Path
from typing import Any

from HiggsML.errors import SettingsError
from HiggsML.settings import Settings
from HiggsML.settings_reader import read_settings

from ..bundle import read_competition
from ..checks.competition import check_competition
from ..checks.problems import Problem
from ..checks.program import check_program
from ..checks.submission import check_submission

__all__ = ["EXAMPLES", "add_arguments", "check_bundle", "run"]

EXAMPLES = """\
  higgsml check --submission my_submission     # a folder or a zip file; nothing of it is run
  higgsml check                                # the bundle in this folder
"""

MARGIN = 60
"""Seconds between the ingestion program's own limit and the platform's, to end in good order."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml check`."""
    parser.add_argument(
        "--submission",
        type=Path,
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="check this submission (folder or zip) instead of the bundle in this folder",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, list the problems."""
    if "submission" in arguments:
        subject, problems = str(arguments.submission), check_submission(arguments.submission)
    else:
        subject, problems = "the bundle", check_bundle(Path())
    for problem in problems:
        print(problem, file=sys.stderr)
    count = {0: "no problem", 1: "1 problem"}.get(len(problems), f"{len(problems)} problems")
    print(f"{subject}: {count} found.")
    return 1 if problems else 0


def check_bundle(root: Path) -> list[Problem]:
    """Everything wrong with a bundle: competition.yaml, then programs and settings.

    Raises:
        SettingsError: competition.yaml cannot be read.
    """
    competition = read_competition(root)
    problems = check_competition(root, competition)
    if problems:
        return problems
    tasks = {task["index"]: task for task in competition["tasks"]}
    for container in ("ingestion", "scoring"):
        for folder in sorted({task[f"{container}_program"] for task in tasks.values()}):
            problems += check_program(root / folder, container)
    for phase in competition["phases"]:
        for index in phase["tasks"]:
            problems += _check_settings(root, phase, tasks[index])
    return list(dict.fromkeys(problems))  # phases can share a task


def _check_settings(root: Path, phase: dict[str, Any], task: dict[str, Any]) -> list[Problem]:
    """The settings of a task can be read, hold no secret, end the run before the platform does."""
    if "input_data" not in task:
        return []
    path = root / task["input_data"] / "settings.yaml"
    try:
        settings = read_settings(path)
    except SettingsError as error:
        where = f"{task['input_data']}: {error.where}"
        return [Problem(where, error.what, error.fix or "correct the file.")]
    where = str(path.relative_to(root))
    problems = [
        Problem(
            where,
            f"{name} is fixed, and participants can read what lies in the bundle: {tells}.",
            f"write {name.rpartition('.')[2]}: fresh (fixed seeds are for dry runs, which have"
            " flags for them).",
        )
        for name, tells in _fixed_seeds(settings)
    ]
    seconds, limit = settings.limits.total_seconds, phase["execution_time_limit"]
    if seconds + MARGIN > limit:
        what = (
            f"limits.total_seconds ({seconds:.0f}) leaves no {MARGIN} s to the platform's {limit}."
        )
        problems.append(Problem(where, what, f"set at most {limit - MARGIN}."))
    return problems


def _fixed_seeds(settings: Settings) -> list[tuple[str, str]]:
    """The seeds that are no secret, and what whoever knows one can compute."""
    seeds = {
        "data.seed": (settings.data.seed, "it makes all hidden events"),
        "protocol.random_seed": (settings.protocol.random_seed, "it makes every true mu"),
    }
    if settings.data.source != "generator":
        del seeds["data.seed"]
    return [(name, tells) for name, (seed, tells) in seeds.items() if seed != "fresh"]
