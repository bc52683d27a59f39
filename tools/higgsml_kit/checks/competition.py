"""What competition.yaml must look like; the platform reports little of it, and that unclearly."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ..bundle import COMPETITION
from ..codabench import RASTER_SIGNATURES, SECTIONS, SUBMISSION_RULES
from .problems import Problem, unknown_name

__all__ = ["SCORE_KEYS", "check_competition"]

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
    if problems:  # the rest would stumble over the same mistakes
        return problems
    return [
        *_check_head(root, competition),
        *_check_tasks(root, competition),
        *_check_phases(competition),
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
            yield unknown_name(where, key, required + optional, what)
    for key in required:
        if section.get(key) in (None, "", []):
            yield Problem(where, f"the key '{key}' is missing or empty.", "add it.")
        elif key in SECTIONS and not isinstance(section[key], list):
            yield Problem(where, f"'{key}' must be a list.", "start each entry with '- '.")
    columns = section.get("columns")
    if kind == "leaderboards" and isinstance(columns, list):
        for i, column in enumerate(columns):
            yield from _check_keys(f"{where}.columns[{i}]", column, "columns")


def _check_head(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    if str(competition["version"]) != "2":
        yield Problem(COMPETITION, "version must be 2, not 2.0.", "write: version: 2")
    if len(str(competition["title"])) > 256:
        yield Problem(COMPETITION, "the title is longer than 256 characters.", "shorten it.")
    image = str(competition["docker_image"])
    tag = image.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest") or len(image) > 128:
        what = "docker_image needs a fixed tag, and at most 128 characters."
        yield Problem(COMPETITION, what, "write: docker_image: name:1.0.0")
    if competition.get("make_input_data_available"):
        what = "make_input_data_available publishes the input data, and so the hidden events."
        yield Problem(COMPETITION, what, "remove it.")
    logo = root / str(competition["image"])
    if not logo.is_file() or not logo.read_bytes().startswith(RASTER_SIGNATURES):
        what = "is not a PNG, JPEG or GIF file; the platform takes no other image."
        yield Problem(str(competition["image"]), what, "name a PNG file in 'image'.")
    for name in [page["file"] for page in competition["pages"]] + [competition["terms"]]:
        try:
            text = (root / str(name)).read_text("utf-8")
        except OSError:
            yield Problem(f"{COMPETITION}: {name}", "there is no such page.", "check the path.")
        except UnicodeDecodeError:
            yield Problem(str(name), "is not UTF-8 text.", "save it as UTF-8.")
        else:
            if not text.strip():
                yield Problem(str(name), "is empty, which the platform refuses.", "write it.")


def _check_tasks(root: Path, competition: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _check_indexes(competition, "tasks")
    known = [task["index"] for task in competition["tasks"]]
    for name in ("phases", "solutions"):
        for where, section in _sections(competition, name):
            for index in section["tasks"]:
                if index not in known:
                    yield Problem(where, f"there is no task {index}.", f"known are {known}.")
    folders = ("scoring_program", "ingestion_program", "input_data", "reference_data")
    for where, task in _sections(competition, "tasks"):
        for key in (key for key in folders if key in task):
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


def _check_indexes(parent: Mapping[str, Any], name: str) -> Iterator[Problem]:
    indexes = [section["index"] for section in parent[name]]
    if not all(type(index) is int for index in indexes) or len(set(indexes)) < len(indexes):
        what = f"the index of each of {name} must be a whole number of its own."
        yield Problem(COMPETITION, what, f"found {indexes}: number them from 0.")


def _check_phases(competition: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _check_indexes(competition, "phases")
    previous_end: datetime | None = None
    sections = _sections(competition, "phases")
    for position, (where, phase) in enumerate(sections):
        if type(phase["execution_time_limit"]) is not int:
            yield Problem(where, "execution_time_limit must be whole seconds.", "for example 7500.")
        if not phase.get("hide_prediction_output"):
            what = "participants could download the predictions, and with them the true mu."
            yield Problem(where, what, "write: hide_prediction_output: true")
        if phase.get("auto_migrate_to_this_phase") and position == 0:
            yield Problem(where, "nothing can migrate to the first phase.", "remove the key.")
        if "end" not in phase and position < len(sections) - 1:
            yield Problem(where, "only the last phase may be without an end.", "add 'end'.")
        dates = {key: _date(phase[key]) for key in ("start", "end") if key in phase}
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


def _date(value: object) -> datetime | None:
    for form in DATE_FORMATS if isinstance(value, str) else ():
        try:
            return datetime.strptime(str(value), form)
        except ValueError:
            continue
    return None


def _check_leaderboard(where: str, board: Mapping[str, Any]) -> Iterator[Problem]:
    yield from _check_indexes(board, "columns")
    if board["submission_rule"] not in SUBMISSION_RULES:
        what = f"submission_rule '{board['submission_rule']}' is not one that the platform knows."
        yield unknown_name(where, board["submission_rule"], SUBMISSION_RULES, what)
    if len(str(board["title"])) > 64 or len(str(board["key"])) > 36:
        yield Problem(where, "title (64 characters) or key (36) is too long.", "shorten it.")
    if board.get("primary_index", 0) not in [column["index"] for column in board["columns"]]:
        what = "primary_index is no column; the leaderboard's page would fail."
        yield Problem(where, what, "give the index of the column that decides.")
    keys = [column["key"] for column in board["columns"]]
    for i, column in enumerate(board["columns"]):
        yield from _check_column(f"{where}.columns[{i}]", column)
        if column["key"] in keys[:i]:
            yield Problem(where, f"the column '{column['key']}' is there twice.", "remove one.")


def _check_column(where: str, column: Mapping[str, Any]) -> Iterator[Problem]:
    key, sorting = column["key"], column["sorting"]
    if key not in SCORE_KEYS:
        what = f"the scoring program writes no '{key}'."
        yield unknown_name(where, key, SCORE_KEYS, what)
    elif sorting not in ("asc", "desc") or SCORE_KEYS[key] not in (None, sorting):
        best = SCORE_KEYS[key] or "asc or desc"
        yield Problem(where, f"sorting '{sorting}' is wrong for {key}.", f"write: sorting: {best}")
    if type(column["precision"]) is not int or len(str(column["title"])) > 36:
        what = "precision must be a whole number, the title at most 36 characters."
        yield Problem(where, what, "for example precision: 3.")
    if "computation" in column and not isinstance(column.get("computation_indexes"), list):
        what = "computation needs computation_indexes, as a list."
        yield Problem(where, what, "write: computation_indexes: [0, 1]")
