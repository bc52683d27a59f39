"""`higgsml generate`: write a simulated data set in the format of the public one."""

import argparse
from pathlib import Path

from HiggsML.arguments import count, number
from HiggsML.running.trusted.capacity import check_data_set
from HiggsML.running.trusted.output_folder import check_output
from HiggsML.schema import REFERENCE_LUMINOSITY

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml generate --output my_events --events 1e6 --seed 5
  higgsml dry-run --input my_events        # a run on these events
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the parquet file and its metadata: a new or an empty one",
    )
    parser.add_argument(
        "--events",
        type=count(),
        default=1_000_000,
        metavar="N",
        help="events in all, shared among the processes in the default mix [1e6]",
    )
    parser.add_argument(
        "--seed", type=count(0), default=0, metavar="S", help="the events are a function of it [0]"
    )
    parser.add_argument(
        "--luminosity",
        type=number,
        default=REFERENCE_LUMINOSITY,
        metavar="L",
        help=f"1/fb; the weights add up to the events expected at it [{REFERENCE_LUMINOSITY:g}]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Generate, with a progress bar, and say where the file is."""
    folder = check_output(arguments.output, {})
    check_data_set(arguments.events, folder)

    # Takes half a second, for which no mistake shall wait.
    from HiggsML.generation import default_counts, write_dataset
    from HiggsML.numerics.compiled import announced_compilation
    from HiggsML.progress import progress_bar

    counts = default_counts(arguments.events)
    with (
        progress_bar(total=arguments.events, unit=" events", unit_scale=True) as bar,
        announced_compilation("the kernels that make events"),
    ):
        path = write_dataset(
            folder,
            counts,
            arguments.seed,
            luminosity=arguments.luminosity,
            progress=bar.update,
        )
    print(f"{path}: {arguments.events:,} events")
    return 0
