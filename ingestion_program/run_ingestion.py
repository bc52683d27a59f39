"""The ingestion program: fits a submission and has it measure mu in pseudo-experiments.

Writes results to the output folder, or, with a message and an exit code other than 0, none. What
can be said of the arguments is said before anything is made, deleted or even imported.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from HiggsML.arguments import Parser, count, interruptible, number
from HiggsML.errors import HiggsMLError

log = logging.getLogger("ingestion")

EXAMPLES = """\
examples, in the folder of the bundle:
  python3 ingestion_program/run_ingestion.py --input input_data \\
      --submission sample_submission --output my_run --num-of-sets 2 --num-pseudo-experiments 10
  ... the same command with --resume goes on after a kill
  higgsml dry-run --submission sample_submission    # ingestion and scoring, as on the platform
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the arguments, run, report; returns the exit code."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stdout,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
    )
    logging.getLogger("distributed").setLevel(logging.WARNING)

    def interrupted(_: str) -> None:
        kept = (arguments.output / "state").is_dir()
        hint = "The same command with --resume goes on from here." if kept else "Nothing is kept."
        log.error("Interrupted. %s", hint)

    return interruptible(lambda: _run(arguments), interrupted)


def _run(arguments: argparse.Namespace) -> int:
    try:
        from HiggsML.running.trusted.beforehand import check_run
        from HiggsML.settings_reader import find_settings

        settings = find_settings(arguments.input).with_arguments(vars(arguments))
        check_run(
            settings,
            arguments.input,
            arguments.submission,
            arguments.output,
            workers=arguments.workers,
            dask=arguments.dask is not None,
            devices=arguments.device,
        )
        # Takes a second, for which no mistake shall wait.
        from HiggsML.run import run_ingestion

        run_ingestion(
            settings,
            arguments.input,
            arguments.submission,
            arguments.output,
            workers=arguments.workers,
            dask=arguments.dask,
            resume=arguments.resume,
            audit=arguments.audit,
            require_isolation=arguments.require_isolation,
            devices=arguments.device,
            keep=arguments.keep,
            refit=arguments.refit,
            effort=arguments.effort,
        )
    except HiggsMLError as error:
        log.error("ERROR (%s) %s", type(error).__name__, error)
        return 1
    log.info("Results are in %s", arguments.output)
    return 0


def _parser() -> Parser:
    from HiggsML.nuisances import NUISANCES

    parser = Parser(description=__doc__, epilog=EXAMPLES)
    folder = parser.add_argument_group("folders (the defaults are the platform's)")
    for name, default, text in (
        ("input", "/app/input_data", "settings.yaml and, if it asks for one, a parquet file"),
        ("output", "/app/output", "where results go: a folder that is new, empty or of a run"),
        ("submission", "/app/ingested_program", "the participant's model.py"),
    ):
        folder.add_argument(
            f"--{name}", type=Path, default=Path(default), metavar="DIR", help=f"{text} [{default}]"
        )
    protocol = parser.add_argument_group("protocol (default: what settings.yaml says)")
    protocol.add_argument("--num-of-sets", type=count(), metavar="N", help="sets, one true mu each")
    protocol.add_argument(
        "--num-pseudo-experiments", type=count(), metavar="N", help="experiments in each set"
    )
    for name, text in (
        ("--random-seed", "seed of the true mus and of all experiments"),
        ("--data-seed", "seed of the generated events"),
    ):
        protocol.add_argument(
            name, type=count(0), metavar="N", help=f"{text}; for tests and reproduction"
        )
    for name in NUISANCES:
        protocol.add_argument(
            f"--systematics-{name.replace('_', '-')}",
            action=argparse.BooleanOptionalAction,
            help=f"vary {name}",
        )
    running = parser.add_argument_group("running")
    running.add_argument(
        "--workers", type=count(), metavar="N", help="experiments run at once [all cores]"
    )
    running.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="run experiments on the Dask cluster with this scheduler, or on a local one ('local')",
    )
    running.add_argument(
        "--resume", action="store_true", help="go on with a killed run, from its output folder"
    )
    running.add_argument(
        "--audit",
        type=count(),
        default=0,
        metavar="K",
        help="predict K experiments again in a fresh process, report answers that changed",
    )
    running.add_argument(
        "--require-isolation",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="refuse to run where this machine cannot lock the submission up",
    )
    running.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="PATH",
        help="let the submission use a device file, as /dev/nvidia0; may be repeated",
    )
    running.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keep pool, training events, fitted model and answers there for later runs with the"
        " same seeds; not for the platform",
    )
    running.add_argument(
        "--refit", action="store_true", help="fit and measure again, whatever --keep has kept"
    )
    running.add_argument(
        "--effort",
        type=number,
        default=1.0,
        metavar="SHARE",
        help="ask the model for a share of its usual work in fit: get_train_set.effort [1]",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
