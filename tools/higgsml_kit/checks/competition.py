"""What competition.yaml must look like; the platform reports little of it, and that unclearly."""

import itertools
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from ..bundle import COMPETITION
from ..codabench import SECTIONS, TASK_PARTS
from .documents import check_logo, check_page
from .problems import Problem, unknown_name
from .values import check_fact_sheet, check_values, is_key

__all__ = ["SCORE_KEYS", "check_competition", "parse_date"]

SCORE_KEYS = {
    "quantiles_score": "desc",
    "interval": "asc",
    "coverage": None,  # neither: the best value lies in between
    "rmse": "asc",
    "mae": "asc",
    "ingestion_duration": "asc",
}
"""What the scoring program writes, and the sorting that puts the best result on top."""

DATE_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
DATE_FIX = 'write it as "2027-01-31 12:00:00", in quotes, meant as UTC.'

RENAMED = {
    "max_submissions_per_person": "max_submissions",
    "execution_time_limit_ms": "execution_time_limit",
    "programs": "ingestion_program and scoring_program",
}
"""What the platform calls some keys elsewhere (its editor, its older formats), and here."""

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
IMAGE_NAME = re.compile(
    r"(?:(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::\d+)?/)?"
    rf"{_PART}(?:/{_PART})*(?P<tag>:[A-Za-z0-9_][\w.-]{{0,127}})?(?P<digest>@sha256:[0-9a-f]{{64}})?"
)
"""A name that an image can have: registry, path in small letters, tag, digest."""


def check_competition(root: Path, competition: Mapping[str, Any]) -> list[Problem]:
    """Everything wrong with a competition.yaml, and with the files that it names.

    Args:
        root: folder of the bundle.
        competition: the content of its competition.yaml.
    """
    problems = [*_check_keys(COMPETITION, competition, "competition")]
    for name in ("pages", "tasks", "phases", "leaderboards", "solutions"):
        for where, section in _sections(competition, name):
            problems += _check_keys(where, section, name)
    problems += _check_paths(competition) if not problems else []
    if problems:  # the rest would stumble over the same mistakes
        return problems
    return [
        *_check_head(root, competition),
        *_check_tasks(root, competition),
        *_check_phases(competition),
        *_check_solutions(root, competition),
        *itertools.chain.from_iterable(
            _check_leaderboard(where, board)
            for where, board in _sections(competition, "leaderboards")
        ),
    ]


def _sections(parent: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    value = parent.get(name)
    listed = value if isinstance(value, list) else [value] if value is not None else []
    return [(f"{COMPETITION}: {name}[{i}]", each) for i, each in enumerate(listed)]


def _check_keys(where: str, section: Any, kind: str) -> Iterator[Problem]:
    if not isinstance(section, dict):
        yield Problem(where, "must hold keys and values.", "start its lines with 'key:'.")
        return
    required, optional = SECTIONS[kind]
    for key in section:
        if key not in required + optional:
            what = f"unknown key '{key}', which the platform ignores."
            if key in RENAMED:
                yield Problem(where, what, f"did you mean '{RENAMED[key]}'?")
            else:
                yield unknown_name(where, key, required + optional, what)
    for key in required:
        if section.get(key) in (None, "", []):
            yield Problem(where, f"the key '{key}' is missing or empty.", "add it.")
        elif key in SECTIONS and not isinstance(section[key], list):
            yield Problem(where, f"'{key}' must be a list.", "start each entry with '- '.")
    yield from check_values(where, section, kind)
    for key in ("tasks",) if kind in ("phases", "solutions") else ():
        if section.get(key) and not isinstance(section[key], list):
            yield Problem(where, f"'{key}' must be a list.", f"write {key}: [0]")
    columns = section.get("columns")
    if kind == "leaderboards" and isinstance(columns, list):
        for i, column in enumerate(columns):
            yield from _check_keys(f"{where}.columns[{i}]", column, "columns")


def _check_paths(competition: Mapping[str, Any]) -> Iterator[Problem]:
    """Paths that lead out of the bundle, which the platform follows on its own disk."""
    keys = {
        "pages": ("file",),
        "tasks": TASK_PARTS,
        "phases": ("public_data", "starting_kit"),
        "solutions": ("path",),
    }
    named = [(COMPETITION, competition["image"]), (COMPETITION, competition["terms"])]
    for kind, names in keys.items():
        for where, section in _sections(competition, kind):
            named += [(where, section[name]) for name in names if section.get(name)]
    for where, name in named:
        path = PurePosixPath(str(name))
        if path.is_absolute() or ".." in path.parts or path == PurePosixPath() or "\0" in str(name):
            what = f"{str(name)!r} is not a path in the bundle."
            yield Problem(where, what, "name a file or a folder below competition.yaml.")


def _check_head(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    if str(competition["version"]) != "2":
        yield Problem(COMPETITION, "version must be 2, not 2.0.", "write: version: 2")
    name = IMAGE_NAME.fullmatch(str(competition["docker_image"]))
    if name is None:
        what = f"docker_image '{competition['docker_image']}' cannot be the name of an image."
        yield Problem(COMPETITION, what, "write: docker_image: registry/owner/name:1.0.0")
    elif name["digest"] is None and name["tag"] in (None, ":latest"):
        what = "docker_image needs a fixed tag or a digest."
        yield Problem(COMPETITION, what, "write: docker_image: name:1.0.0")
    if competition.get("make_input_data_available"):
        what = "make_input_data_available publishes the input data, and so the hidden events."
        yield Problem(COMPETITION, what, "remove it.")
    yield from check_fact_sheet(COMPETITION, competition.get("fact_sheet"))
    yield from check_logo(root, str(competition["image"]))
    for file in [page["file"] for page in competition["pages"]] + [competition["terms"]]:
        yield from check_page(root, str(file))


def _check_tasks(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _check_indexes(competition, "tasks")
    known = [task["index"] for task in competition["tasks"]]
    for name in ("phases", "solutions"):
        for where, section in _sections(competition, name):
            for index in section["tasks"]:
                if index not in known:
                    yield Problem(where, f"there is no task {index}.", f"known are {known}.")
    for where, task in _sections(competition, "tasks"):
        for key in (key for key in TASK_PARTS if task.get(key)):
            folder = root / str(task[key])
            if folder.is_symlink() or not folder.is_dir():
                what = f"{key}: '{task[key]}' is not a folder."
                yield Problem(where, what, "name a folder of the bundle, not a link to one.")
            elif not any(path.is_file() for path in folder.rglob("*")):
                what = f"{key}: '{task[key]}' holds no file, so git will not keep it."
                yield Problem(where, what, "put a README.md there.")
        if task.get("ingestion_only_during_scoring"):
            what = "ingestion_only_during_scoring lets submissions read the reference data."
            yield Problem(where, what, "remove it.")


def _check_solutions(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    """What else the platform looks for in the bundle, or among its data sets."""
    if competition.get("solutions"):
        yield from _check_indexes(competition, "solutions")
    for where, solution in _sections(competition, "solutions"):
        if not solution.get("path") and not solution.get("key"):
            yield Problem(where, "has neither path nor key.", "write path: sample_submission")
    named = [
        (where, key, str(section[key]))
        for kind, keys in (("solutions", ["path"]), ("phases", ["public_data", "starting_kit"]))
        for where, section in _sections(competition, kind)
        for key in keys
        if section.get(key)
    ]
    for where, key, name in named:
        if not (root / name).exists() and not is_key(name):
            what = f"{key}: there is no '{name}' in the bundle."
            yield Problem(where, what, "name a folder of the bundle, or remove the key.")


def _check_indexes(parent: Mapping[str, Any], name: str) -> Iterator[Problem]:
    indexes = [section["index"] for section in parent[name]]
    if not all(type(index) is int for index in indexes) or len(set(indexes)) < len(indexes):
        what = f"the index of each of {name} must be a whole number of its own."
        yield Problem(COMPETITION, what, f"found {indexes}: number them from 0.")


def _check_phases(competition: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _check_indexes(competition, "phases")
    previous_end: datetime | None = None
    sections = sorted(_sections(competition, "phases"), key=lambda each: each[1]["index"])
    for position, (where, phase) in enumerate(sections):
        if phase["execution_time_limit"] == 0:
            what = "execution_time_limit 0 counts as 600 s."
            yield Problem(where, what, "write the seconds that you mean.")
        if not phase.get("hide_prediction_output"):
            what = "participants could download the predictions, and with them the true mu."
            yield Problem(where, what, "write: hide_prediction_output: true")
        if phase.get("auto_migrate_to_this_phase") and position == 0:
            yield Problem(where, "nothing can migrate to the first phase.", "remove the key.")
        if not phase.get("end") and position < len(sections) - 1:
            yield Problem(where, "only the last phase may be without an end.", "add 'end'.")
        dates = {key: parse_date(phase[key]) for key in ("start", "end") if phase.get(key)}
        for key in (key for key, date in dates.items() if date is None):
            what = f"{key} is not a quoted date and time (unquoted ones are cut to midnight)."
            yield Problem(where, what, DATE_FIX)
        start, end = dates.get("start"), dates.get("end")
        if start and end and end <= start:
            yield Problem(where, "ends before it starts.", "swap 'start' and 'end'.")
        if start and previous_end and start <= previous_end:
            what = "starts before, or just when, the phase before it ends."
            yield Problem(where, what, "put phases in order, with a gap between them.")
        previous_end = end


def parse_date(value: object) -> datetime | None:
    """A date and time (UTC) in the one form that cannot be misread, else None."""
    for form in DATE_FORMATS if isinstance(value, str) else ():
        try:
            return datetime.strptime(str(value), form)
        except ValueError:
            continue
    return None


def _check_leaderboard(where: str, board: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _check_indexes(board, "columns")
    if board.get("primary_index", 0) not in [column["index"] for column in board["columns"]]:
        what = "primary_index is no column; the leaderboard's page would fail."
        yield Problem(where, what, "give the index of the column that decides.")
    keys = [column["key"] for column in board["columns"]]
    for i, column in enumerate(board["columns"]):
        known = [other["index"] for other in board["columns"]]
        yield from _check_column(f"{where}.columns[{i}]", column, known)
        if column["key"] in keys[:i]:
            yield Problem(where, f"the column '{column['key']}' is there twice.", "remove one.")


def _check_column(where: str, column: Mapping[str, Any], known: list[int]) -> Iterator[Problem]:
    key, sorting = column["key"], column["sorting"]
    computed = column.get("computation") is not None
    if key not in SCORE_KEYS and not computed:
        what = f"the scoring program writes no '{key}'."
        yield unknown_name(where, key, SCORE_KEYS, what)
    elif SCORE_KEYS.get(key) not in (None, sorting):
        fix = f"write: sorting: {SCORE_KEYS[key]}"
        yield Problem(where, f"sorting '{sorting}' is wrong for {key}.", fix)
    indexes = column.get("computation_indexes")
    if computed and not isinstance(indexes, list):
        what = "computation needs computation_indexes, as a list."
        yield Problem(where, what, "write: computation_indexes: [0, 1]")
    elif computed and not set(map(str, indexes or [])) <= set(map(str, known)):
        what = f"computation_indexes {indexes} name columns that are not there."
        yield Problem(where, what, f"known are {known}.")
