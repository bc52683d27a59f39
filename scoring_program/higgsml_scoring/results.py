"""Read the folder that the ingestion program wrote, and refuse whatever is not a finished run.

Who could have written a file decides nothing: every file is limited in size before it is parsed,
checked against the digest in the completion marker, and then value by value.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from . import checks
from .answers import (
    LARGEST_RESULT,
    MOST_SETS,
    Answers,
    check_names,
    parse_answers,
    result_name,
)
from .errors import IngestionError, ResultsError
from .files import parse_json, read_bytes
from .run_facts import RunFacts, parse_run_facts
from .settings import ReferenceSettings

__all__ = ["Results", "read_ingestion_duration", "read_results"]

MARKER = "completed.json"
DURATION = "ingestion_duration.json"
TRUTH = "test_settings.json"
FACTS = "run.json"
PLATFORM = "metadata"

_KILLED = (137, -9, 143, -15)
"""Exit codes of a program that was killed from outside, as containers and as Python count them."""
_WHY_KILLED = (
    "it was killed from outside, and its log does not say why: by the platform's time limit, or for"
    " want of memory. Use less of both, and tell the organisers."
)

_LARGEST_OTHER = 1024**2  # bytes of a file beside the answers
_FORMAT = 1


@dataclass(frozen=True)
class Results:
    """A finished run of the ingestion program.

    Attributes:
        mu: true mu of each set, shape (sets,).
        answers: what the submission answered.
        ingestion_duration: seconds that the run took.
        systematics: which nuisance parameters were varied.
        run: further facts of the run.
    """

    mu: NDArray[np.float64]
    answers: Answers
    ingestion_duration: float
    systematics: Mapping[str, bool]
    run: RunFacts


def read_results(folder: Path, reference: ReferenceSettings) -> Results:
    """Read and check a results folder. Files of other names are ignored.

    Raises:
        IngestionError: where the platform says that ingestion failed, or it left no marker.
        ResultsError: where any file is missing, altered, malformed, or not of these settings.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ResultsError(
            "there is no such folder.",
            where=folder,
            fix="give the folder that the ingestion program wrote.",
        )
    _check_platform(folder)
    marker = _read_marker(folder)
    truth = parse_json(_read_marked(folder, TRUTH, marker), TRUTH)
    num_of_sets = checks.count(
        checks.member(truth, "num_of_sets", TRUTH), f"{TRUTH}: num_of_sets", largest=MOST_SETS
    )
    check_names(folder, num_of_sets)
    names = [result_name(number) for number in range(num_of_sets)]
    if set(marker["files"]) != {*names, DURATION, TRUTH, FACTS}:
        raise ResultsError("lists other files than a finished run has.", where=MARKER)
    mu, experiments, systematics = _parse_truth(truth, num_of_sets)
    run = parse_run_facts(parse_json(_read_marked(folder, FACTS, marker), FACTS), FACTS)
    _check_settings(reference, num_of_sets, experiments, marker, run)
    duration = parse_json(_read_marked(folder, DURATION, marker), DURATION)
    contents = [parse_json(_read_marked(folder, name, marker), name) for name in names]
    return Results(
        mu=mu,
        answers=parse_answers(contents, experiments),
        ingestion_duration=_parse_duration(duration),
        systematics=systematics,
        run=run,
    )


def read_ingestion_duration(path: Path) -> float:
    """Seconds that ingestion took, from `ingestion_duration.json`.

    Raises:
        ResultsError: where the file is missing or malformed.
    """
    return _parse_duration(parse_json(read_bytes(Path(path), _LARGEST_OTHER), Path(path).name))


def _parse_duration(content: Mapping[str, Any]) -> float:
    where = f"{DURATION}: ingestion_duration"
    return checks.seconds(checks.member(content, "ingestion_duration", DURATION), where)


def _check_platform(folder: Path) -> None:
    """On the platform a file says how ingestion ended, and nobody but scoring looks at it."""
    path = folder / PLATFORM
    if not path.exists() and not path.is_symlink():
        return
    try:
        content = yaml.safe_load(read_bytes(path, _LARGEST_OTHER))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ResultsError("the platform's file is not valid YAML.", where=PLATFORM) from None
    told = content if isinstance(content, dict) else {}
    code = told.get("ingestionExitCode")
    if code != 0 or isinstance(code, bool):
        raise IngestionError(
            f"the ingestion program failed (exit code {_exit_code(code)}).",
            where=PLATFORM,
            fix=_WHY_KILLED if code in _KILLED else "look for the reason in the ingestion's log.",
        )
    code = told.get("exitCode")  # of a command that the submission names; null where it names none
    if code is not None:
        raise ResultsError(
            f"the submission ran a command of its own (exit code {_exit_code(code)}).",
            where=PLATFORM,
            fix="leave metadata.yaml and metadata out of the zip: of a submission only its Model"
            " is run.",
        )


def _exit_code(code: object) -> str:
    return str(code) if isinstance(code, int) and abs(code) < 1000 else "none"


def _read_marker(folder: Path) -> dict[str, Any]:
    if not (folder / MARKER).exists():
        raise IngestionError(
            "the ingestion program did not finish: it left no completion marker.",
            where=MARKER,
            fix="look for the reason in the ingestion's log.",
        )
    marker = parse_json(read_bytes(folder / MARKER, _LARGEST_OTHER), MARKER)
    if checks.count(checks.member(marker, "format", MARKER), f"{MARKER}: format") != _FORMAT:
        raise ResultsError(
            f"the results are not of format {_FORMAT}.",
            where=f"{MARKER}: format",
            fix="use the ingestion and the scoring program of one bundle.",
        )
    files = checks.member(marker, "files", MARKER)
    if not isinstance(files, dict):
        raise ResultsError("must be an object of file names.", where=f"{MARKER}: files")
    for value in files.values():
        checks.digest(value, f"{MARKER}: files")
    checks.digest(checks.member(marker, "settings_digest", MARKER), f"{MARKER}: settings_digest")
    return marker


def _read_marked(folder: Path, name: str, marker: Mapping[str, Any]) -> bytes:
    """Content of a file that must be the one which the marker was written for."""
    limit = LARGEST_RESULT if name.startswith("result_") else _LARGEST_OTHER
    content = read_bytes(folder / name, limit)
    if marker["files"].get(name) != hashlib.sha256(content).hexdigest():
        raise ResultsError("the file is not the one that the run finished with.", where=name)
    return content


def _parse_truth(
    truth: Mapping[str, Any], num_of_sets: int
) -> tuple[NDArray[np.float64], int, dict[str, bool]]:
    mus = checks.numbers(
        checks.member(truth, "ground_truth_mus", TRUTH), f"{TRUTH}: ground_truth_mus", num_of_sets
    )
    experiments = checks.count(
        checks.member(truth, "num_pseudo_experiments", TRUTH), f"{TRUTH}: num_pseudo_experiments"
    )
    where = f"{TRUTH}: systematics"
    systematics = checks.flags(checks.member(truth, "systematics", TRUTH), where)
    return np.asarray(mus), experiments, systematics


def _check_settings(
    reference: ReferenceSettings,
    num_of_sets: int,
    experiments: int,
    marker: Mapping[str, Any],
    run: RunFacts,
) -> None:
    digest = marker["settings_digest"]
    if digest != run.settings_digest:
        raise ResultsError("the marker is that of another run.", where=MARKER)
    fix = "run the ingestion with the settings of this task."
    for name, wanted, found in (
        ("num_of_sets", reference.num_of_sets, num_of_sets),
        ("num_pseudo_experiments", reference.num_pseudo_experiments, experiments),
    ):
        if wanted not in (None, found):
            what = f"the results are of other settings: {name} is {found}, not {wanted}."
            raise ResultsError(what, where=TRUTH, fix=fix)
    if reference.settings_digest not in (None, digest):
        raise ResultsError("the results are of other settings.", where=MARKER, fix=fix)
