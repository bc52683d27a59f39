"""What the platform (Codabench v1.25) does with a bundle: the one place that knows.

The dry run, the checks, the packing and the pages take it from here.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from types import MappingProxyType
from typing import Literal, NamedTuple

__all__ = [
    "IMAGE_ENVIRONMENT",
    "IMAGE_MODULES",
    "JUNK",
    "LARGEST_SCORE",
    "LOGO_FORMATS",
    "MOUNTS",
    "PLATFORM_ENVIRONMENT",
    "PROCESSOR",
    "PROGRAM",
    "QUEUE_SECONDS",
    "READERS",
    "SECTIONS",
    "SUBMISSION_RULES",
    "TASK_PARTS",
    "VALUES",
    "Mount",
    "Section",
    "Value",
    "is_junk",
    "mount_table",
]

PROGRAM = "/app/program"
"""Where the running program is mounted; its working directory."""


class Mount(NamedTuple):
    """A folder of a container: its path, and what the platform mounts there."""

    path: str
    holds: str


MOUNTS: Mapping[str, tuple[Mount, ...]] = MappingProxyType(
    {
        "ingestion": (
            Mount(PROGRAM, "ingestion_program"),
            Mount("/app/ingested_program", "submission"),
            Mount("/app/input_data", "input_data"),
            Mount("/app/output", "predictions"),
        ),
        "scoring": (
            Mount(PROGRAM, "scoring_program"),
            Mount("/app/input/ref", "reference_data"),
            Mount("/app/input/res", "predictions"),
            Mount("/app/output", "scores"),
        ),
    }
)
"""What each of the two containers sees.

`/app/data` (the data folder of the worker's host) and `/app/shared` are mounted too; they hold
nothing of a bundle, and programs must not use them.
"""

PLATFORM_ENVIRONMENT: Mapping[str, str] = MappingProxyType(
    {"PYTHONUNBUFFERED": "1", "http_proxy": "", "https_proxy": ""}
)
"""Variables that the platform sets. Nothing tells a program its task, phase or submission."""

IMAGE_ENVIRONMENT = ("NUMBA_CACHE_DIR", "MPLCONFIGDIR")
"""Variables that the image sets, to folders that can be written while the programs run."""

PROCESSOR = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")
"""Variables that the image sets, to the processors that its kernels are compiled for."""

_NAMES = """
    HiggsML PIL certifi charset_normalizer cloudpickle contourpy cycler dateutil fontTools idna
    iminuit jinja2 joblib kiwisolver llvmlite markupsafe matplotlib mpl_toolkits narwhals numba
    numpy packaging pandas pyarrow pylab pyparsing requests scipy sklearn threadpoolctl tqdm tzdata
    urllib3 xgboost yaml
"""
IMAGE_MODULES = frozenset(_NAMES.split())
"""Modules that a submission can import beside those of Python: HiggsML and requirements.txt."""

LOGO_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
"""The images that the platform takes."""

QUEUE_SECONDS = 600
"""After this time the default queue ends a program, whatever the phase allows (the public server:
1200 s). A queue of one's own grants what the phase says."""

TASK_PARTS = ("ingestion_program", "scoring_program", "input_data", "reference_data")
"""The parts of a task that lie in the bundle, each a data set of its own on the platform."""

SUBMISSION_RULES = (
    "Add",
    "Add_And_Delete",
    "Add_And_Delete_Multiple",
    "Force_Last",
    "Force_Latest_Multiple",
    "Force_Best",
)


READERS: Mapping[str, str] = MappingProxyType(
    {
        "page": "the competition's pages: everybody",
        "ingestion_program": "the ingestion container, and participants",
        "scoring_program": "the scoring container, and participants",
        "input_data": "the ingestion container; participants who know how can read it",
        "reference_data": "the scoring container; participants who know how can read it",
        "public_data": "the tab Files: participants",
        "starting_kit": "the tab Files: participants",
        "solution": "the tab Files: participants",
    }
)
"""Where the platform puts what a bundle names, and who can read it there."""


class Section(NamedTuple):
    """The keys of a section of competition.yaml: those it must have, and those it may have.

    Must, because the platform refuses a section without them, or because its default surprises.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]


def _section(required: str, optional: str) -> Section:
    return Section(tuple(required.split()), tuple(optional.split()))


SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        "competition": _section(
            "version title image terms pages docker_image tasks phases leaderboards",
            "description queue registration_auto_approve enable_detailed_results"
            " show_detailed_results_in_submission_panel show_detailed_results_in_leaderboard"
            " auto_run_submissions can_participants_make_submissions_public forum_enabled"
            " make_programs_available make_input_data_available competition_type reward"
            " contact_email fact_sheet solutions",
        ),
        "pages": _section("title file", ""),
        "tasks": _section(
            "index name scoring_program ingestion_program",
            "description input_data reference_data ingestion_only_during_scoring key",
        ),
        "phases": _section(
            "index name start tasks execution_time_limit",
            "description end max_submissions_per_day max_submissions auto_migrate_to_this_phase"
            " hide_output hide_prediction_output hide_score_output public_data starting_kit",
        ),
        "leaderboards": _section("title key submission_rule columns", "index primary_index hidden"),
        "columns": _section(
            "index title key sorting precision", "hidden computation computation_indexes"
        ),
        "solutions": _section("index tasks", "path key name description"),
    }
)


class Value(NamedTuple):
    """What the platform takes as the value of a key; an empty one counts as left out."""

    kind: Literal["text", "flag", "whole", "integer", "key", "e-mail", "choice"]
    longest: int = 0
    """Characters of a text; 0: any number."""
    choices: tuple[str, ...] = ()


_TEXT, _FLAG, _WHOLE, _KEY = Value("text"), Value("flag"), Value("whole"), Value("key")
_NAME = Value("text", 256)

VALUES: Mapping[str, Mapping[str, Value]] = MappingProxyType(
    {
        "competition": {
            "title": _NAME,
            "image": _TEXT,
            "terms": _TEXT,
            "docker_image": Value("text", 128),
            "description": _TEXT,
            "queue": _KEY,
            "registration_auto_approve": _FLAG,
            "enable_detailed_results": _FLAG,
            "show_detailed_results_in_submission_panel": _FLAG,
            "show_detailed_results_in_leaderboard": _FLAG,
            "auto_run_submissions": _FLAG,
            "can_participants_make_submissions_public": _FLAG,
            "forum_enabled": _FLAG,
            "make_programs_available": _FLAG,
            "make_input_data_available": _FLAG,
            "competition_type": Value("choice", choices=("competition", "benchmark")),
            "reward": _NAME,
            "contact_email": Value("e-mail", 254),
        },
        "pages": {"title": Value("text", 255), "file": _TEXT},
        "tasks": {
            "index": _WHOLE,
            "name": _NAME,
            "description": _TEXT,
            "ingestion_only_during_scoring": _FLAG,
            "key": _KEY,
            **dict.fromkeys(TASK_PARTS, _TEXT),
        },
        "phases": {
            "index": _WHOLE,
            "name": _NAME,
            "description": _TEXT,
            "max_submissions_per_day": _WHOLE,
            "max_submissions": _WHOLE,
            "execution_time_limit": _WHOLE,
            "auto_migrate_to_this_phase": _FLAG,
            "hide_output": _FLAG,
            "hide_prediction_output": _FLAG,
            "hide_score_output": _FLAG,
            "public_data": _TEXT,
            "starting_kit": _TEXT,
        },
        "leaderboards": {
            "index": _WHOLE,
            "title": Value("text", 64),
            "key": Value("text", 36),
            "submission_rule": Value("choice", choices=SUBMISSION_RULES),
            "primary_index": _WHOLE,
            "hidden": _FLAG,
        },
        "columns": {
            "index": _WHOLE,
            "title": Value("text", 36),
            "key": Value("text", 36),
            "sorting": Value("choice", choices=("asc", "desc")),
            "precision": Value("integer"),
            "hidden": _FLAG,
            "computation": Value("choice", choices=("avg", "sum", "min", "max")),
        },
        "solutions": {"index": _WHOLE, "path": _TEXT, "key": _KEY, "name": _TEXT},
    }
)
"""The values of competition.yaml, by section and key, as the platform's serializers take them."""

LARGEST_SCORE = 1e10
"""A score of this size does not fit the platform's numeric(20, 10)."""

JUNK = ("__pycache__", "__MACOSX", ".DS_Store", "._*", "*.pyc", ".git", ".ipynb_checkpoints")
"""Names (patterns) that are never packed and that a submission must not bring."""


def is_junk(relative: PurePath) -> bool:
    """Whether a part of the path is a file or folder that no bundle needs.

    >>> is_junk(PurePath("HiggsML/__pycache__/schema.cpython-311.pyc"))
    True
    """
    return any(fnmatchcase(part, pattern) for part in relative.parts for pattern in JUNK)


def mount_table(program: str) -> str:
    """The mounts of the ingestion or the scoring container as a table in Markdown."""
    rows = [f"| `{mount.path}` | {mount.holds} |" for mount in MOUNTS[program]]
    return "\n".join(["| path | holds |", "|---|---|", *rows])
