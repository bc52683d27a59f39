"""The command `higgsml check`: is a bundle or a submission valid, and is it ready to upload?

Valid: the platform refuses, misreads or ignores nothing of it, and its parts fit together. Ready:
an organiser has chosen what no template can know.
"""

import argparse
import logging
import sys
from pathlib import Path

from HiggsML.errors import SettingsError, SubmissionError
from HiggsML.settings_reader import find_settings

from ..bundle import COMPETITION, find_bundle, read_bundle, read_competition
from ..checks.competition import check_competition
from ..checks.imports import is_installed
from ..checks.problems import Problem, describe
from ..checks.program import check_program
from ..checks.submission import check_submission
from ..logs import at_least
from ..subjects import kind_of, unpacked

__all__ = ["EXAMPLES", "add_arguments", "check_bundle", "check_readiness", "run"]

EXAMPLES = """\
  higgsml check my_submission                  # a folder or a zip file; fitted and measured, small
  higgsml check my_submission --static         # ... looked at only: nothing of it is run
  higgsml check                                # the bundle in this folder
  higgsml check dist/bundle.zip --ready        # what will be uploaded, with nothing left to choose
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `higgsml check`."""
    parser.add_argument(
        "path",
        type=Path,
        nargs="?",
        metavar="PATH",
        help="a bundle or a submission, folder or zip file [the bundle in this folder]",
    )
    parser.add_argument(
        "--submission",
        type=Path,
        metavar="PATH",
        help="the same for a submission, as the other commands have it",
    )
    parser.add_argument(
        "--ready",
        action="store_true",
        help="what is still to be chosen in a bundle is an error, too",
    )
    parser.add_argument(
        "--run",
        action="store_true",
        dest="try_out",
        help="run both programs on a few events: the bundle's sample, or the submission",
    )
    parser.add_argument(
        "--static",
        action="store_true",
        help="of a submission: look at it only, run nothing of it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, list the problems."""
    path = arguments.submission or arguments.path or Path()
    subject = str(path) if path != Path() else "the bundle"
    if arguments.submission is None and (path == Path() or kind_of(path) == "bundle"):
        with unpacked(path) as root:
            invalid, choices = check_bundle(root), []
            if not invalid:
                choices = check_readiness(root)
                if arguments.try_out:
                    _try_out(root, None)
    else:
        invalid, choices = check_submission(path), []
        if arguments.try_out and not invalid:
            _try_out(find_bundle(None), path)
        elif not invalid and not arguments.static:
            _rehearse(path)
    return _report(subject, invalid, choices, arguments.ready)


def _try_out(root: Path, submission: Path | None) -> None:
    from ..tiny_run import sample_of, try_out

    submission = submission or sample_of(root)
    if submission is None:
        fix = "name one: solutions: [{index: 0, path: sample_submission, tasks: [0]}]"
        raise SettingsError("has no solution that could be run.", where=COMPETITION, fix=fix)
    print(f"It runs, and is scored: {try_out(root, submission):.0f} s.")


def _rehearse(path: Path) -> None:
    """Run a submission on a few events, and show what it took against the limits."""
    bundle = read_bundle(find_bundle(None))
    settings = find_settings(bundle.folders["input_data"])
    missing = check_submission(path, is_installed)
    if missing:
        raise SubmissionError(describe(missing, path), where=path)
    from ..rehearsal import describe_rehearsal, rehearse

    # What it prints is not asked for.
    with unpacked(path) as folder, at_least("submission", logging.WARNING):
        print(describe_rehearsal(rehearse(folder, settings), settings, bundle.time_limit))


def _report(subject: str, invalid: list[Problem], choices: list[Problem], ready: bool) -> int:
    for problem in invalid:
        print(problem, file=sys.stderr)
    for choice in choices:
        print(f"to choose: {choice}", file=sys.stderr)
    count = {0: "no problem", 1: "1 problem"}.get(len(invalid), f"{len(invalid)} problems")
    print(f"{subject}: {count} found.")
    if choices:
        things = "1 thing is" if len(choices) == 1 else f"{len(choices)} things are"
        print(f"It is valid, but not ready to upload: {things} to be chosen.")
    return 1 if invalid or (choices and ready) else 0


def check_bundle(root: Path) -> list[Problem]:
    """Everything that is not valid in a bundle: competition.yaml, programs, how parts fit.

    Raises:
        SettingsError: competition.yaml cannot be read.
    """
    competition = read_competition(root)
    problems = check_competition(root, competition)
    if problems:
        return problems
    tasks = {task["index"]: task for task in competition["tasks"]}
    programs = {
        container: sorted({root / task[f"{container}_program"] for task in tasks.values()})
        for container in ("ingestion", "scoring")
    }
    for container, folders in programs.items():
        for folder in folders:
            problems += check_program(folder, container)
    if problems:
        return problems
    # Takes half a second, for which no mistake in the names shall wait.
    from ..checks.parts import check_task
    from ..checks.starting import check_starts

    problems += check_starts([folder for folders in programs.values() for folder in folders])
    for phase in competition["phases"]:
        for index in phase["tasks"]:
            problems += check_task(root, phase, tasks[index])
    return list(dict.fromkeys(problems))  # phases can share a task


def check_readiness(root: Path) -> list[Problem]:
    """What is still to be chosen in a bundle that is valid."""
    from ..checks.choices import check_choices

    return list(dict.fromkeys(check_choices(root, read_competition(root))))
