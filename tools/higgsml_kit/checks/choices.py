"""What an organiser must still choose before an upload: all of it is valid, none of it is ready."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from HiggsML.errors import HiggsMLError
from HiggsML.schema import REFERENCE_LUMINOSITY
from HiggsML.settings import Settings
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.settings import read_reference_settings

from ..bundle import COMPETITION
from ..codabench import QUEUE_SECONDS, TASK_PARTS
from .competition import parse_date
from .parts import MARGIN, settings_of
from .problems import Problem

__all__ = ["MARK", "check_choices", "expected_seconds"]

MARK = "# choose:"
"""Marks a line of competition.yaml whose value is only an example."""

CORES = 2
"""Of a worker, where nothing is known of it."""
EXPERIMENT_SECONDS = 0.35
"""Of one core, to draw and measure an experiment of 10/fb: `make dry-run` takes 10.5 s for 60."""
EVENT_SECONDS = 224 / 24.6e6
"""On two cores, for all before the first prediction, for each generated event, by the table that
`make dry-run` ends with."""

_SECRETS = (r"\.env(\..*)?", r".*\.(pem|key|p12)", r"id_(rsa|ed25519|ecdsa)", r"\.?netrc")
_OF_A_RUN = ("completed.json", "test_settings.json", "run.json")
"""What a run writes: its true mu and its seeds stand there."""


def check_choices(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    """What is still to be chosen in a bundle that is valid."""
    yield from _marked(root / COMPETITION)
    if "your-organisation" in str(competition["docker_image"]):
        what = f"docker_image '{competition['docker_image']}' is a placeholder."
        fix = "build and push the image (make image), and name it by its tag or digest."
        yield Problem(COMPETITION, what, fix)
    if not competition.get("contact_email"):
        what = "participants find no address: contact_email is missing."
        yield Problem(COMPETITION, what, "write contact_email: organisers@example.org")
    yield from _check_dates(competition)
    yield from _check_what_is_shown(root, competition)
    tasks = {task["index"]: task for task in competition["tasks"]}
    for phase in competition["phases"]:
        if not phase.get("starting_kit"):
            what = "participants are offered no starting kit."
            yield Problem(_name(phase), what, "write: starting_kit: starting_kit")
        for task in (tasks[index] for index in phase["tasks"]):
            yield from _check_time(root, competition, phase, task)
            yield from _check_truth(root, phase, task)


def _name(phase: Mapping[str, Any]) -> str:
    return f"{COMPETITION}: {phase['name']}"


def _marked(path: Path) -> Iterator[Problem]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if MARK in line:
            value, _, fix = line.partition(MARK)
            what = f"{value.strip() or 'this'} is an example."
            fix = f"{fix.strip()} Then remove the comment."
            yield Problem(f"{COMPETITION}, line {number}", what, fix)


def _check_dates(competition: Mapping[str, Any]) -> Iterator[Problem]:
    now = datetime.now(UTC).replace(tzinfo=None)
    for phase in competition["phases"]:
        end = parse_date(phase.get("end"))
        if end is not None and end <= now:
            what = f"is over since {end}: submissions are refused."
            yield Problem(_name(phase), what, "move 'start' and 'end'.")


def expected_seconds(settings: Settings) -> float:
    """How long the sample submission takes on two free cores, s; a lower bound for a parquet file.

    Args:
        settings: what makes events and experiments.
    """
    events = sum(settings.data.train_events.values()) + sum(settings.data.test_events.values())
    experiments = settings.protocol.num_of_sets * settings.protocol.num_pseudo_experiments
    size = settings.data.luminosity / REFERENCE_LUMINOSITY
    return events * EVENT_SECONDS + experiments * EXPERIMENT_SECONDS * size / CORES


def _check_time(
    root: Path, competition: Mapping[str, Any], phase: Mapping[str, Any], task: Mapping[str, Any]
) -> Iterator[Problem]:
    if "input_data" not in task:
        return
    settings = settings_of(root, task)
    where = f"{task['input_data']}/settings.yaml"
    allowed, needed = settings.limits.total_seconds, expected_seconds(settings)
    takes = f"the sample submission takes about {needed:.0f} s on {CORES} free cores"
    if not competition.get("queue") and allowed + MARGIN > QUEUE_SECONDS:
        what = (
            f"the default queue ends a program after {QUEUE_SECONDS} s (1200 s on the public"
            f" server), without a word in its log; {_name(phase)} lets it run for {allowed:.0f} s,"
            f" and {takes}."
        )
        fix = "name a queue of your own (queue: its UUID)"
        if needed < QUEUE_SECONDS - MARGIN:
            fix += f", or set limits.total_seconds: {QUEUE_SECONDS - MARGIN}"
        yield Problem(where, what, f"{fix}.")
    if needed > allowed:
        what = f"{takes}, and limits.total_seconds is {allowed:.0f}."
        yield Problem(where, what, "allow more time, or make fewer experiments or events.")


def _check_truth(
    root: Path, phase: Mapping[str, Any], task: Mapping[str, Any]
) -> Iterator[Problem]:
    if "reference_data" not in task:
        return
    try:
        shown = read_reference_settings(root / str(task["reference_data"])).show_truth
    except (ScoringError, HiggsMLError):
        return  # told by the check of the parts
    if shown:
        what = f"the score sheets of {_name(phase)} show the true mu to everybody."
        yield Problem(f"{task['reference_data']}/settings.yaml", what, "write show_truth: false")


def _check_what_is_shown(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    """Files that tell something and lie where participants can read them."""
    named = {str(task[key]) for task in competition["tasks"] for key in TASK_PARTS if key in task}
    offered = {
        str(phase[key])
        for phase in competition["phases"]
        for key in ("public_data", "starting_kit")
        if phase.get(key)
    }
    solutions = {str(each["path"]) for each in competition.get("solutions") or () if "path" in each}
    for folder in sorted(named | offered | solutions):
        for path in sorted((root / folder).rglob("*")):
            where = path.relative_to(root).as_posix()
            if any(re.fullmatch(pattern, path.name) for pattern in _SECRETS):
                what = "looks like a secret: pack leaves it out, a zip made by hand does not."
                yield Problem(where, what, "move it out of the bundle.")
            elif path.name in _OF_A_RUN:
                what = "a run wrote it: its true mu and its seeds can be read."
                yield Problem(where, what, "move it out of the bundle.")
    hidden = {
        path.stat().st_size: path
        for folder in named
        for path in (root / folder).rglob("*.parquet")
        if path.is_file()
    }
    for folder in sorted(offered):
        for path in sorted((root / folder).rglob("*.parquet")):
            twin = hidden.get(path.stat().st_size)
            if twin is not None and path.read_bytes() == twin.read_bytes():
                what = f"publishes the hidden events: it is {twin.relative_to(root)}."
                yield Problem(path.relative_to(root).as_posix(), what, "publish other events.")
