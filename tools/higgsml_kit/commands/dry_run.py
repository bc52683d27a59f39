"""The command `higgsml dry-run`: ingestion and scoring on this machine, as on the platform."""

import argparse
import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from HiggsML.arguments import count
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

from ..bundle import Bundle, find_bundle, read_bundle, read_mapping
from ..checks.imports import is_there
from ..checks.problems import describe
from ..checks.submission import check_submission
from ..codabench import LARGEST_SCORE
from ..containers import lay_out, run_program, write_status
from ..earlier_runs import WORK, keep_state, move_state, ours

__all__ = ["EXAMPLES", "DryRun", "add_arguments", "check_scores", "dry_run", "run"]

EXAMPLES = """\
  higgsml dry-run --submission my_submission --num-of-sets 2 --num-pseudo-experiments 20
  higgsml dry-run --submission my_submission --resume      # after Ctrl-C or a kill
  higgsml dry-run --phase 1 --num-pseudo-experiments 20    # the final phase, in small
  higgsml dry-run --input my_events --output my_results    # other events, another folder
"""

SCORES, PAGE, FAILED = "scores.json", "detailed_results.html", "failed"
COUNTS = ("num_of_sets", "num_pseudo_experiments")
FLAGS = (*COUNTS, "random_seed", "data_seed", "workers")
SEEDS = {"random_seed": 31415, "data_seed": 20260601}
"""Of every dry run that is not told others, so that dry runs can be compared."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml dry-run`."""
    for name, what in (
        ("submission", "folder (or zip) with model.py [the bundle's sample_submission]"),
        ("input", "events: a folder with settings.yaml, or a parquet file [the bundle's]"),
        ("bundle", "folder with competition.yaml [where you are, or above, or where this is from]"),
    ):
        parser.add_argument(f"--{name}", type=Path, metavar="PATH", help=what)
    parser.add_argument(
        "--phase",
        type=count(0),
        metavar="N",
        help="index of the phase in competition.yaml: its events, counts and limits [the first]",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("results"),
        metavar="DIR",
        help="folder for the results: new, empty or of an earlier dry run [results]",
    )
    for name, least, what in (
        ("num-of-sets", 1, "sets, each of one true mu [as in the settings]"),
        ("num-pseudo-experiments", 1, "pseudo-experiments a set [as in the settings]"),
        ("random-seed", 0, f"seed of the pseudo-experiments [{SEEDS['random_seed']}]"),
        ("data-seed", 0, f"seed of the generated events [{SEEDS['data_seed']}]"),
        ("workers", 1, "processes that measure [one a core]"),
    ):
        parser.add_argument(f"--{name}", type=count(least), metavar="N", help=what)
    parser.add_argument(
        "--audit",
        type=count(),
        metavar="K",
        help="predict K experiments again in a fresh process, report answers that changed",
    )
    parser.add_argument(
        "--refit",
        action="store_true",
        help="fit and measure again what an earlier dry run has kept (higgsml cache)",
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with a dry run that was interrupted or killed, from its output folder",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run, show the scores."""
    root = find_bundle(arguments.bundle)
    bundle = read_bundle(root, arguments.phase)
    given = {name: getattr(arguments, name) for name in FLAGS}
    result = dry_run(
        bundle,
        submission=arguments.submission or root / "sample_submission",
        input_data=arguments.input or bundle.folders["input_data"],
        output=arguments.output,
        overrides={name: value for name, value in given.items() if value is not None},
        audit=arguments.audit,
        resume=arguments.resume,
        refit=arguments.refit,
    )
    width = max(map(len, result.scores))
    rows = [f"  {name:{width}}  {value:12.4f}" for name, value in result.scores.items()]
    ingestion, scoring = result.seconds["ingestion"], result.seconds["scoring"]
    print("", *rows, "", sep="\n")
    print(
        f"Ingestion took {ingestion:.0f} s and scoring {scoring:.0f} s;"
        f" the platform allows {result.time_limit:.0f} s for each."
    )
    print(f"Report: {arguments.output / PAGE}")
    return 0


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
        flags = _flags({**overrides, **seeds, "audit": audit})
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


def _flags(given: Mapping[str, int | None]) -> list[str]:
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
