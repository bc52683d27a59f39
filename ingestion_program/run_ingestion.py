"""The ingestion program: fits a submission and has it measure mu in pseudo-experiments.

Writes results to the output folder, or, with a message and exit code 1, none.
"""

import argparse
import dataclasses
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from HiggsML.errors import HiggsMLError
from HiggsML.nuisances import NUISANCES
from HiggsML.run import run_ingestion
from HiggsML.settings import ProtocolSettings, Settings
from HiggsML.settings_reader import find_settings

log = logging.getLogger("ingestion")


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
    try:
        settings = _with_arguments(find_settings(arguments.input), arguments)
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
        )
    except HiggsMLError as error:
        log.error("ERROR (%s) %s", type(error).__name__, error)
        return 1
    log.info("Results are in %s", arguments.output)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folder = parser.add_argument_group("folders (the defaults are the platform's)")
    for name, default, text in (
        ("input", "/app/input_data", "settings.yaml and, if it asks for one, a parquet file"),
        ("output", "/app/output", "where results go; it is emptied first"),
        ("submission", "/app/ingested_program", "the participant's model.py"),
    ):
        folder.add_argument(
            f"--{name}", type=Path, default=Path(default), metavar="DIR", help=f"{text} [{default}]"
        )
    protocol = parser.add_argument_group("protocol (default: what settings.yaml says)")
    protocol.add_argument(
        "--num-of-sets", type=_positive, metavar="N", help="sets, one true mu each"
    )
    protocol.add_argument(
        "--num-pseudo-experiments", type=_positive, metavar="N", help="experiments in each set"
    )
    for name, text in (
        ("--random-seed", "seed of the true mus and of all experiments"),
        ("--data-seed", "seed of the generated events"),
    ):
        protocol.add_argument(
            name, type=_not_negative, metavar="N", help=f"{text}; for tests and reproduction"
        )
    for name in NUISANCES:
        protocol.add_argument(
            f"--systematics-{name.replace('_', '-')}",
            action=argparse.BooleanOptionalAction,
            help=f"vary {name}",
        )
    running = parser.add_argument_group("running")
    running.add_argument(
        "--workers", type=_positive, metavar="N", help="experiments run at once [all cores]"
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
        type=_positive,
        default=0,
        metavar="K",
        help="predict K experiments again in a fresh process, report answers that changed",
    )
    running.add_argument(
        "--require-isolation",
        action="store_true",
        help="refuse to run where this machine cannot lock the submission up",
    )
    running.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="PATH",
        help="let the submission use a device file, as /dev/nvidia0; may be repeated",
    )
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _with_arguments(settings: Settings, arguments: argparse.Namespace) -> Settings:
    """The settings, with what the command line says in place of what the file says."""
    names = (field.name for field in dataclasses.fields(ProtocolSettings))
    given = {n: v for n in names if (v := getattr(arguments, n, None)) is not None}
    systematics = dict(settings.protocol.systematics)
    for name in NUISANCES:
        value = getattr(arguments, f"systematics_{name}")
        if value is not None:
            systematics[name] = value
    protocol = dataclasses.replace(settings.protocol, **given, systematics=systematics)
    seed = settings.data.seed if arguments.data_seed is None else arguments.data_seed
    data = dataclasses.replace(settings.data, seed=seed)
    return dataclasses.replace(settings, data=data, protocol=protocol)


if __name__ == "__main__":
    sys.exit(main())
