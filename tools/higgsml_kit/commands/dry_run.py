"""The command `higgsml dry-run`: ingestion and scoring on this machine, as on the platform."""

import argparse
import json
import math
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from HiggsML.errors import DataError, RunError, SubmissionError
from HiggsML.settings_reader import find_settings

from ..bundle import Bundle, read_bundle, read_mapping
from ..checks.submission import check_submission
from ..codabench import LARGEST_SCORE
from ..containers import lay_out, run_program, write_status

__all__ = ["DryRun", "add_arguments", "check_scores", "dry_run", "run"]

SCORES, PAGE, FAILED = "scores.json", "detailed_results.html", "failed"
COUNTS = ("num_of_sets", "num_pseudo_experiments")
FLAGS = (*COUNTS, "random_seed", "data_seed", "workers")

SEEDS = {"random_seed": 31415, "data_seed": 20260601}
"""Of every dry run that is not told others, so that dry runs can be compared."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml dry-run`."""
    for name, default, what in (
        ("input", "input_data", "events: a folder with settings.yaml, or with only a parquet file"),
        ("submission", "sample_submission", "folder (or zip) with model.py"),
        ("output", "results", "folder for the results"),
    ):
        parser.add_argument(
            f"--{name}", type=Path, default=Path(default), metavar="PATH", help=what
        )
    for name, what in (
        ("num-of-sets", "sets, each of one true mu (default: as in the settings)"),
        ("num-pseudo-experiments", "pseudo-experiments a set (default: as in the settings)"),
        ("random-seed", f"seed of the pseudo-experiments (default: {SEEDS['random_seed']})"),
        ("data-seed", f"seed of the generated events (default: {SEEDS['data_seed']})"),
        ("workers", "processes that measure (default: one a core)"),
    ):
        parser.add_argument(
            f"--{name}", type=int, default=argparse.SUPPRESS, metavar="N", help=what
        )


def run(arguments: argparse.Namespace) -> int:
    """Run, show the scores."""
    with _ending_in_order():
        result = dry_run(
            read_bundle(Path()),
            submission=arguments.submission,
            input_data=arguments.input,
            output=arguments.output,
            overrides={name: getattr(arguments, name) for name in FLAGS if name in arguments},
        )
    width = max(map(len, result.scores))
    rows = [f"  {name:{width}}  {value:12.4f}" for name, value in result.scores.items()]
    ingestion, scoring = result.seconds["ingestion"], result.seconds["scoring"]
    print("", *rows, "", sep="\n")
    print(
        f"Ingestion took {ingestion:.0f} s and scoring {scoring:.0f} s;"
        f" the platform allows {result.time_limit:.0f} s for each."
    )
    print(f"Report: {result.output / PAGE}")
    return 0


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Have SIGTERM raise, so that the program is stopped and the work folder removed."""
    previous = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


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
) -> DryRun:
    """Run a submission against a bundle, both programs, and check the scores.

    What `output` holds changes only after a good run; a bad one adds `failed/`, with the logs.

    Args:
        bundle: the bundle.
        submission: folder or zip file with model.py.
        input_data: folder that stands for the bundle's input_data.
        output: where results go.
        overrides: flags of the ingestion program (with underscores) and their values.

    Raises:
        SettingsError: the settings in the input folder cannot be used.
        SubmissionError: the submission could not be uploaded like this.
        DataError: the input folder is missing.
        RunError: a program failed, or a column of the leaderboard has no finite score.
    """
    if problems := check_submission(submission):
        raise SubmissionError(" ".join(map(str, problems)), where=submission)
    if not input_data.is_dir():
        raise DataError("there is no such folder.", where=input_data, fix="check --input.")
    seeds = _fixed_seeds(input_data, overrides)
    output.mkdir(parents=True, exist_ok=True)
    # Beside the results, so that they are moved there without copying.
    with tempfile.TemporaryDirectory(dir=output, prefix=".running-") as temporary:
        work = Path(temporary).resolve()
        folders = lay_out(work, bundle.folders, submission, input_data)
        other_counts = bool(overrides) or not input_data.samefile(bundle.folders["input_data"])
        reference = folders["reference_data"] / "settings.yaml"
        _adapt_reference(reference, overrides if other_counts else None)
        logs = work / "logs"
        logs.mkdir()
        try:
            seconds = _run_both(folders, {**overrides, **seeds}, work, logs)
            scores = check_scores(folders["scores"] / SCORES, bundle.columns)
        except RunError as error:
            _replace(logs, output / FAILED)
            raise RunError(str(error), fix=f"the logs in {output / FAILED} say more.") from error
        for entry in (*folders["scores"].iterdir(), folders["predictions"], logs):
            _replace(entry, output / entry.name)
        shutil.rmtree(output / FAILED, ignore_errors=True)  # of an earlier run
    return DryRun(output, scores, seconds, bundle.time_limit)


def _fixed_seeds(input_data: Path, overrides: Mapping[str, int]) -> dict[str, int]:
    """The seeds that this dry run fixes: those that neither flags nor settings do; says so."""
    settings = find_settings(input_data)
    chosen = {"random_seed": settings.protocol.random_seed, "data_seed": settings.data.seed}
    fixed = {
        name: SEEDS[name] for name in SEEDS if chosen[name] == "fresh" and name not in overrides
    }
    if fixed:
        said = ", ".join(f"--{name.replace('_', '-')} {seed}" for name, seed in fixed.items())
        print(
            f"Seeds are fixed, so that dry runs can be compared ({said});"
            " the platform draws fresh ones.",
            flush=True,
        )
    return fixed


def _run_both(
    folders: Mapping[str, Path], overrides: Mapping[str, int], work: Path, logs: Path
) -> dict[str, float]:
    pairs = [(f"--{name.replace('_', '-')}", str(value)) for name, value in overrides.items()]
    flags = [word for pair in pairs for word in pair]
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


def _replace(source: Path, target: Path) -> None:
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
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
