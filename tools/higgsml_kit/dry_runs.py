"""A dry run: ingestion and scoring on this machine, as on the platform."""

import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from HiggsML.cache_folder import cache_folder
from HiggsML.errors import RunError, SubmissionError
from HiggsML.running.isolation.policy import offered
from HiggsML.running.trusted.capacity import check_settings
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import (
    remove_listed,
    write_manifest,
)
from HiggsML.running.trusted.results import STATE, remove_state
from HiggsML.settings import Settings
from HiggsML.settings_reader import find_settings

from .bundle import Bundle, read_mapping
from .checks.imports import is_there
from .checks.problems import describe
from .checks.submission import check_submission
from .codabench import LARGEST_SCORE
from .containers import lay_out, run_program, write_status
from .earlier_runs import WORK, keep_state, move_state, ours

__all__ = ["COUNTS", "SEEDS", "DryRun", "check_scores", "dry_run"]

SCORES, FAILED = "scores.json", "failed"
COUNTS = ("num_of_sets", "num_pseudo_experiments")
SEEDS = {"random_seed": 31415, "data_seed": 20260601}
"""Of every dry run that is not told others, so that dry runs can be compared."""


@dataclass(frozen=True)
class DryRun:
    """A dry run that ended well.

    Attributes:
        output: the folder with scores.json, detailed_results.html, figures, predictions and logs.
        scores: the content of scores.json.
        seconds: what the ingestion and the scoring program took.
        time_limit: what the platform allows each of them, s.
    """

    output: Path
    scores: Mapping[str, float]
    seconds: Mapping[str, float]
    time_limit: float


def dry_run(
    bundle: Bundle,
    *,
    submission: Path,
    input_data: Path,
    output: Path,
    overrides: Mapping[str, int],
    audit: int | None = None,
    resume: bool = False,
    refit: bool = False,
    effort: float | None = None,
) -> DryRun:
    """Run a submission against a bundle, both programs, and check the scores.

    What `output` holds changes only after a good run; a bad one adds `failed/`, with the logs, and
    `state/`, from which it can go on.

    Args:
        bundle: the bundle.
        submission: folder or zip file with model.py.
        input_data: folder that stands for the bundle's input_data.
        output: where results go.
        overrides: flags of the ingestion program (with underscores) and their values.
        audit: how many experiments are predicted a second time.
        resume: go on with a run that did not end, if `output` holds one.
        refit: fit and measure again, whatever is kept of earlier runs.
        effort: share of its work that `fit` is asked to do; None: all.

    Raises:
        SettingsError: the settings in the input folder cannot be used.
        SubmissionError: the submission could not be uploaded like this.
        SettingsError: the input folder is missing, or its settings cannot be used.
        RunError: the output holds something else, a program failed, or a column of the leaderboard
            has no finite score.
    """
    if problems := check_submission(submission, is_there):
        raise SubmissionError(describe(problems, submission), where=submission)
    settings = find_settings(input_data).with_arguments(overrides)
    read = {"the submission": submission, "the input": input_data}
    read |= {f"the bundle's {name}": folder for name, folder in bundle.folders.items()}
    output = check_output(output, read, ours)
    check_settings(settings, output, overrides.get("workers"), dask=False)
    seeds = _fixed_seeds(settings)
    make_folder(output)
    # Beside the results, so that they are moved there without copying.
    with tempfile.TemporaryDirectory(dir=output, prefix=WORK) as temporary:
        work = Path(temporary)
        folders = lay_out(work, bundle.folders, submission, input_data)
        other_counts = bool(overrides) or not input_data.samefile(bundle.folders["input_data"])
        reference = folders["reference_data"] / "settings.yaml"
        _adapt_reference(reference, overrides if other_counts else None)
        logs = work / "logs"
        logs.mkdir()
        flags = _flags({**overrides, **seeds, "audit": audit, "effort": effort})
        if offered().missing:  # a participant's own code on a participant's own machine
            flags.append("--no-require-isolation")
        kept = cache_folder()
        if kept is not None:
            flags += ["--keep", str(kept), *(["--refit"] if refit else [])]
        if resume:
            move_state(output, folders["predictions"])
            flags.append("--resume")
        try:
            seconds = _run_both(folders, flags, work, logs)
            scores = check_scores(folders["scores"] / SCORES, bundle.columns)
        except RunError as error:
            keep_state(folders["predictions"], output)
            remove_listed(output, FAILED)
            _move(logs, output / FAILED)
            write_manifest(output, [FAILED], keep=True)
            raise RunError(str(error), fix=f"the logs in {output / FAILED} say more.") from error
        except KeyboardInterrupt as error:
            if keep_state(folders["predictions"], output):
                error.args = ("The same command with --resume goes on from here.",)
            raise
        remove_listed(output)
        remove_state(output / STATE)  # of an earlier run, which `ours` knows
        entries = [*folders["scores"].iterdir(), folders["predictions"], logs]
        for entry in entries:
            _move(entry, output / entry.name)
        write_manifest(output, [entry.name for entry in entries])
    return DryRun(output, scores, seconds, bundle.time_limit)


def _flags(given: Mapping[str, float | None]) -> list[str]:
    pairs = [(f"--{k.replace('_', '-')}", str(v)) for k, v in given.items() if v is not None]
    return [word for pair in pairs for word in pair]


def _fixed_seeds(settings: Settings) -> dict[str, int]:
    """The seeds that this dry run fixes, since neither flags nor settings do; says so."""
    chosen = {"random_seed": settings.protocol.random_seed, "data_seed": settings.data.seed}
    fixed = {name: SEEDS[name] for name in SEEDS if chosen[name] == "fresh"}
    if fixed:
        said = ", ".join(f"--{name.replace('_', '-')} {seed}" for name, seed in fixed.items())
        print(
            f"Seeds are fixed, so that dry runs can be compared ({said});"
            " the platform draws fresh ones.",
            flush=True,
        )
    return fixed


def _run_both(
    folders: Mapping[str, Path], flags: Sequence[str], work: Path, logs: Path
) -> dict[str, float]:
    ingestion = run_program("ingestion", folders, flags, work, logs / "ingestion.log")
    write_status(folders["predictions"], ingestion)
    scoring = run_program("scoring", folders, [], work, logs / "scoring.log")
    return {"ingestion": ingestion, "scoring": scoring}


def _adapt_reference(path: Path, overrides: Mapping[str, int] | None) -> None:
    """Have the scoring program show the truth, which is nobody's secret here.

    If the run has other counts than the competition (`overrides` says which), expect these.
    """
    settings = read_mapping(path) | {"show_truth": True}
    settings.pop("settings_digest", None)  # the seeds are others
    if overrides is not None:
        for name in COUNTS:
            settings.pop(name, None)
        settings |= {name: overrides[name] for name in COUNTS if name in overrides}
    path.write_text(yaml.safe_dump(settings), "utf-8")


def _move(source: Path, target: Path) -> None:
    """Move a file or a folder; what else stands in a folder of this name stays there."""
    if source.is_dir() and target.is_dir():
        for entry in source.iterdir():
            _move(entry, target / entry.name)
    else:
        source.rename(target)


def check_scores(path: Path, columns: Sequence[str]) -> dict[str, float]:
    """Read scores.json, and demand what the platform needs to show it.

    Raises:
        RunError: the file is missing or is not JSON, a column of the leaderboard is missing, or a
            value is not a finite number that the platform can store.
    """
    try:
        scores = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RunError("the scoring program wrote no scores.", where=path.name) from error
    except ValueError as error:
        raise RunError(f"is not valid JSON: {error}.", where=path.name) from error
    if not isinstance(scores, dict):
        raise RunError("must hold one JSON object.", where=path.name, value=scores)
    if missing := [key for key in columns if key not in scores]:
        what = "columns of the leaderboard have no score."
        raise RunError(what, where=path.name, value=missing, fix="run: higgsml check")
    for key, value in scores.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or abs(value) >= LARGEST_SCORE:
            what = "is not a number that the platform can show."
            raise RunError(what, where=f"{path.name}: {key}", value=value)
    return {key: float(value) for key, value in scores.items()}
