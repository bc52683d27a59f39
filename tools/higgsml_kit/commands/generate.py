"""`higgsml generate`: write a simulated data set in the format of the public one."""

import argparse
from pathlib import Path

from HiggsML.generation import default_counts, write_dataset
from HiggsML.progress import progress_bar
from HiggsML.schema import REFERENCE_LUMINOSITY

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the parquet file and its metadata; created where it is missing",
    )
    parser.add_argument(
        "--events",
        type=int,
        default=1_000_000,
        metavar="N",
        help="events in all, shared among the processes in the default mix",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="the events are a function of it"
    )
    parser.add_argument(
        "--luminosity",
        type=float,
        default=REFERENCE_LUMINOSITY,
        metavar="L",
        help="1/fb; the weights add up to the events expected at it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Generate, with a progress bar, and say where the file is."""
    counts = default_counts(arguments.events)
    with progress_bar(total=arguments.events, unit=" events", unit_scale=True) as bar:
        path = write_dataset(
            arguments.output,
            counts,
            arguments.seed,
            luminosity=arguments.luminosity,
            progress=bar.update,
        )
    print(f"{path}: {arguments.events} events")
    return 0
