"""The command `higgsml dry-run`: ingestion and scoring on this machine, as on the platform."""

import argparse
import math
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from HiggsML.arguments import count

from ..bundle import find_bundle, read_bundle
from ..dry_runs import COUNTS, SEEDS, DryRun, dry_run
from ..smaller_input import with_fewer_events

__all__ = [
    "EXAMPLES",
    "TRIAL_COUNTS",
    "TRIAL_EFFORT",
    "add_arguments",
    "run",
    "trial_input",
]

EXAMPLES = """\
  higgsml dry-run --submission my_submission --trial --compare-with LAST
  higgsml dry-run --submission my_submission --num-of-sets 2 --num-pseudo-experiments 20
  higgsml dry-run --submission my_submission --resume      # after Ctrl-C or a kill
  higgsml dry-run --phase 1 --num-pseudo-experiments 20    # the final phase, in small
  higgsml dry-run --input my_events --output my_results    # other events, another folder
"""

PAGE = "detailed_results.html"
FLAGS = (*COUNTS, "random_seed", "data_seed", "workers")

TRIAL_COUNTS = {"num_of_sets": 10, "num_pseudo_experiments": 4}
TRIAL_EVENTS = 4_300_000
"""Most training events of a trial, in all: of each process the share that it has in the settings.
The test pool stays that of the full run, and so do the experiments."""
TRIAL_EFFORT = 0.1
"""Share of its work that `fit` is asked for in a trial (`get_train_set.effort`)."""
TRIAL_AUDIT = 1


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
        "--trial",
        action="store_true",
        help="a score in tens of seconds: few of the experiments, a part of the training",
    )
    parser.add_argument(
        "--compare-with",
        metavar="NAME",
        help="the difference to LAST (the run before), to a folder of results or to a submission"
        " (sample_submission), with its significance",
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
    overrides = dict(TRIAL_COUNTS) if arguments.trial else {}
    overrides |= {name: value for name, value in given.items() if value is not None}

    def measure(submission: Path, output: Path, *, resume: bool = False) -> DryRun:
        return dry_run(
            bundle,
            submission=submission,
            input_data=input_data,
            output=output,
            overrides=overrides,
            audit=arguments.audit or (TRIAL_AUDIT if arguments.trial else None),
            resume=resume,
            refit=arguments.refit,
            effort=TRIAL_EFFORT if arguments.trial else None,
        )

    with ExitStack() as stack:
        other = None
        input_data = arguments.input or bundle.folders["input_data"]
        if arguments.trial:
            folder = stack.enter_context(TemporaryDirectory(prefix="higgsml-"))
            input_data = trial_input(input_data, Path(folder) / "input_data")
        if arguments.compare_with is not None:
            from ..comparing import describe_difference, other_results

            named = other_results(arguments.compare_with, arguments.output, root, measure)
            other = stack.enter_context(named)
        submission = arguments.submission or root / "sample_submission"
        result = measure(submission, arguments.output, resume=arguments.resume)
        _show(result, arguments.output)
        if other is not None:
            print("", describe_difference(other, arguments.output / "predictions"), sep="\n")
    return 0


def trial_input(input_data: Path, folder: Path) -> Path:
    """The input of a trial: of generated training events a part."""

    def fewer(events: Mapping[str, int]) -> dict[str, int]:
        share = min(1.0, TRIAL_EVENTS / max(sum(events.values()), 1))
        return {name: math.ceil(share * number) for name, number in events.items()}

    return with_fewer_events(input_data, folder, fewer, ("train_events",))


def _show(result: DryRun, output: Path) -> None:
    width = max(map(len, result.scores))
    rows = [f"  {name:{width}}  {value:12.4f}" for name, value in result.scores.items()]
    ingestion, scoring = result.seconds["ingestion"], result.seconds["scoring"]
    print("", *rows, "", sep="\n")
    print(
        f"Ingestion took {ingestion:.0f} s and scoring {scoring:.0f} s;"
        f" the platform allows {result.time_limit:.0f} s for each."
    )
    print(f"Report: {output / PAGE}")
