"""Read the folder that the ingestion program wrote, and refuse whatever is not a finished run.

Who could have written a file decides nothing: every file is limited in size before it is parsed,
checked against the digest in the completion marker, and then value by value.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from . import checks
from .errors import IngestionError, ResultsError
from .files import parse_json, read_bytes
from .run_facts import RunFacts, parse_run_facts
from .settings import ReferenceSettings

__all__ = ["Answers", "Results", "read_answers", "read_ingestion_duration", "read_results"]

MARKER = "completed.json"
DURATION = "ingestion_duration.json"
TRUTH = "test_settings.json"
FACTS = "run.json"
PLATFORM = "metadata"

_LARGE, _SMALL = 64 * 1024**2, 1024**2  # bytes
_MOST_SETS = 1000
_FORMAT = 1


@dataclass(frozen=True)
class Answers:
    """What a submission answered: arrays of shape (sets, experiments per set), dimensionless."""

    mu_hat: NDArray[np.float64]
    delta_mu_hat: NDArray[np.float64]
    p16: NDArray[np.float64]
    p84: NDArray[np.float64]


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
        raise ResultsError("There is no such folder.", where=folder)
    _check_platform(folder)
    marker = _read_marker(folder)
    truth = parse_json(_read_marked(folder, TRUTH, marker), TRUTH)
    num_of_sets = checks.count(
        checks.member(truth, "num_of_sets", TRUTH), f"{TRUTH}: num_of_sets", largest=_MOST_SETS
    )
    _check_result_names(folder, num_of_sets)
    names = [_result_name(number) for number in range(num_of_sets)]
    if set(marker["files"]) != {*names, DURATION, TRUTH, FACTS}:
        raise ResultsError("The marker lists other files than a finished run has.", where=MARKER)
    mu, experiments, systematics = _parse_truth(truth, num_of_sets)
    run = parse_run_facts(parse_json(_read_marked(folder, FACTS, marker), FACTS), FACTS)
    _check_settings(reference, num_of_sets, experiments, marker, run)
    duration = parse_json(_read_marked(folder, DURATION, marker), DURATION)
    contents = [parse_json(_read_marked(folder, name, marker), name) for name in names]
    return Results(
        mu=mu,
        answers=_stack(contents, experiments),
        ingestion_duration=_parse_duration(duration),
        systematics=systematics,
        run=run,
    )


def read_answers(folder: Path) -> Answers:
    """Read `result_0.json`, `result_1.json` ... without the other files of a finished run.

    For notebooks, in which nobody writes a completion marker. The set numbers must start at 0 and
    have no gap, and all sets must have as many experiments as the first.

    Raises:
        ResultsError: where there is no result, a gap, or a malformed file.
    """
    folder = Path(folder)
    num_of_sets = len(list(folder.glob("result_*.json")))
    if not 1 <= num_of_sets <= _MOST_SETS:
        raise ResultsError(
            f"There must be 1 to {_MOST_SETS} files result_<i>.json, not {num_of_sets}.",
            where=folder,
        )
    _check_result_names(folder, num_of_sets)
    names = [_result_name(number) for number in range(num_of_sets)]
    contents = [parse_json(read_bytes(folder / name, _LARGE), name) for name in names]
    return _stack(contents, experiments=None)


def read_ingestion_duration(path: Path) -> float:
    """Seconds that ingestion took, from `ingestion_duration.json`.

    Raises:
        ResultsError: where the file is missing or malformed.
    """
    return _parse_duration(parse_json(read_bytes(Path(path), _SMALL), Path(path).name))


def _parse_duration(content: Mapping[str, Any]) -> float:
    where = f"{DURATION}: ingestion_duration"
    return checks.seconds(checks.member(content, "ingestion_duration", DURATION), where)


def _result_name(number: int) -> str:
    return f"result_{number}.json"


def _check_platform(folder: Path) -> None:
    """On the platform a file says how ingestion ended, and nobody but scoring looks at it."""
    path = folder / PLATFORM
    if not path.exists():
        return
    try:
        content = yaml.safe_load(read_bytes(path, _SMALL))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ResultsError("The platform's file is not valid YAML.", where=PLATFORM) from None
    code = content.get("ingestionExitCode") if isinstance(content, dict) else None
    if code != 0 or isinstance(code, bool):
        shown = code if isinstance(code, int) else "none"
        raise IngestionError(
            f"The ingestion program failed (exit code {shown}).",
            where=PLATFORM,
            fix="Look for the reason in the ingestion's log.",
        )


def _read_marker(folder: Path) -> dict[str, Any]:
    if not (folder / MARKER).exists():
        raise IngestionError(
            "The ingestion program did not finish: it left no completion marker.",
            where=MARKER,
            fix="Look for the reason in the ingestion's log.",
        )
    marker = parse_json(read_bytes(folder / MARKER, _SMALL), MARKER)
    if checks.count(checks.member(marker, "format", MARKER), f"{MARKER}: format") != _FORMAT:
        raise ResultsError(
            f"These results are not of format {_FORMAT}.",
            where=f"{MARKER}: format",
            fix="Use the ingestion and the scoring program of one bundle.",
        )
    files = checks.member(marker, "files", MARKER)
    if not isinstance(files, dict):
        raise ResultsError("This must be an object of file names.", where=f"{MARKER}: files")
    for value in files.values():
        checks.digest(value, f"{MARKER}: files")
    checks.digest(checks.member(marker, "settings_digest", MARKER), f"{MARKER}: settings_digest")
    return marker


def _read_marked(folder: Path, name: str, marker: Mapping[str, Any]) -> bytes:
    """Content of a file that must be the one which the marker was written for."""
    content = read_bytes(folder / name, _LARGE if name.startswith("result_") else _SMALL)
    if marker["files"].get(name) != hashlib.sha256(content).hexdigest():
        raise ResultsError("The file is not the one that the run finished with.", where=name)
    return content


def _check_result_names(folder: Path, num_of_sets: int) -> None:
    """Exactly the sets 0 to num_of_sets - 1: a gap would give a set the truth of another."""
    found = {path.name for path in folder.glob("result_*.json")}
    wanted = {_result_name(number) for number in range(num_of_sets)}
    if missing := wanted - found:
        raise ResultsError(f"The results of {len(missing)} sets are missing.", where=min(missing))
    for name in sorted(found - wanted):
        stem = re.fullmatch(r"result_0*(\d{1,6})\.json", name)
        what = "The number of this set is not in the run."
        if stem is not None and int(stem[1]) < num_of_sets:
            what = f"This is a second file for set {int(stem[1])}."
        raise ResultsError(what, where=name[:80])


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
        raise ResultsError("The marker is that of another run.", where=MARKER)
    fix = "Run the ingestion with the settings of this task."
    for name, wanted, found in (
        ("num_of_sets", reference.num_of_sets, num_of_sets),
        ("num_pseudo_experiments", reference.num_pseudo_experiments, experiments),
    ):
        if wanted not in (None, found):
            what = f"The results are of other settings: {name} is {found}, not {wanted}."
            raise ResultsError(what, where=TRUTH, fix=fix)
    if reference.settings_digest not in (None, digest):
        raise ResultsError("The results are of other settings.", where=MARKER, fix=fix)


def _stack(contents: list[dict[str, Any]], experiments: int | None) -> Answers:
    """Check the lists of every set; all have as many entries as the first, or as asked."""
    columns: dict[str, list[list[float]]] = {
        "mu_hats": [],
        "delta_mu_hats": [],
        "p16": [],
        "p84": [],
    }
    for number, content in enumerate(contents):
        for key, rows in columns.items():
            name = _result_name(number)
            old = f"{key}s"  # the spelling of HiggsML 0.1.5
            given = old if key.startswith("p") and key not in content and old in content else key
            rows.append(
                checks.numbers(checks.member(content, given, name), f"{name}: {given}", experiments)
            )
            experiments = len(rows[-1])
    if experiments == 0:
        raise ResultsError("There is no pseudo-experiment.", where=_result_name(0))
    answers = Answers(*(np.asarray(rows) for rows in columns.values()))
    for set_number, experiment in np.argwhere(answers.p16 > answers.p84)[:1]:
        raise ResultsError(
            f"The interval of pseudo-experiment {experiment} is inverted: p16 is above p84.",
            where=_result_name(set_number),
        )
    return answers
