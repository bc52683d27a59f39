"""What the platform (Codabench v1.25) does with a bundle: the one place that knows.

The dry run, the checks, the packing and the pages take it from here.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath
from types import MappingProxyType
from typing import NamedTuple

__all__ = [
    "IMAGE_ENVIRONMENT",
    "IMAGE_MODULES",
    "JUNK",
    "LARGEST_SCORE",
    "MOUNTS",
    "PLATFORM_ENVIRONMENT",
    "PROGRAM",
    "RASTER_SIGNATURES",
    "SECTIONS",
    "SUBMISSION_RULES",
    "Mount",
    "Section",
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

_NAMES = """
    HiggsML PIL certifi charset_normalizer cloudpickle contourpy cycler dateutil fontTools idna
    iminuit jinja2 joblib kiwisolver llvmlite markupsafe matplotlib mpl_toolkits narwhals numba
    numpy packaging pandas pyarrow pylab pyparsing requests scipy sklearn threadpoolctl tqdm tzdata
    urllib3 xgboost yaml
"""
IMAGE_MODULES = frozenset(_NAMES.split())
"""Modules that a submission can import beside those of Python: HiggsML and requirements.txt."""

RASTER_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
"""First bytes of the images that the platform takes: PNG, JPEG, GIF."""

SUBMISSION_RULES = (
    "Add",
    "Add_And_Delete",
    "Add_And_Delete_Multiple",
    "Force_Last",
    "Force_Latest_Multiple",
    "Force_Best",
)


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
        "solutions": _section("index tasks", "path key"),
    }
)

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
