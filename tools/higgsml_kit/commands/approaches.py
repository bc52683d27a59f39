"""The command `higgsml approaches`: classifiers side by side, as measurements of mu."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from HiggsML.arguments import count
from HiggsML.errors import ApproachError, did_you_mean
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import write_manifest, written_by_command

if TYPE_CHECKING:
    from HiggsML.approaches import Entry

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml approaches                                        all, on 300,000 generated events
  higgsml approaches random_forest network --measure        two, with intervals of mu
  higgsml approaches --data my_2014_rows                    on signal.csv and background.csv
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="approaches [all of them]")
    parser.add_argument(
        "--events",
        type=count(10_000),
        default=300_000,
        metavar="N",
        help="generated events: three tenths train, the others test [3e5]",
    )
    parser.add_argument(
        "--measure",
        action="store_true",
        help="make each approach a measurement, and let it measure 100 small pseudo-experiments",
    )
    parser.add_argument("--seed", type=count(0), default=1, metavar="S", help="of the events [1]")
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="rows of the challenge of 2014, signal.csv and background.csv, instead of events",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        default=Path("results/approaches"),
        help="folder for tables and figures: new, empty or of an earlier run [results/approaches]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare, print the table, write it with its numbers and figures."""
    if arguments.data is not None and arguments.measure:
        raise ApproachError(
            "pseudo-experiments cannot be made of the rows of 2014.",
            where="--measure",
            fix="leave out --measure, or --data.",
        )
    read = {} if arguments.data is None else {"the rows": arguments.data}
    output = check_output(arguments.output, read, written_by_command)
    entries, missing = chosen(arguments.names)
    for name, entry in missing.items():
        print(f"{name} is left out: pip install 'HiggsML[{entry.extra}]'.")
    if not entries:
        raise ApproachError("nothing is left to compare.", fix="install an extra, or name others.")

    # Takes seconds, for which no mistake shall wait.
    from ..comparison.run import on_2014_rows, on_generated_events

    if arguments.data is not None:
        table, write = on_2014_rows(entries, arguments.data, arguments.seed)
    else:
        table, write = on_generated_events(
            entries, arguments.events, arguments.seed, arguments.measure
        )
    print(table)
    make_folder(output)
    write_manifest(output, write(output), keep=True)
    return 0


def chosen(names: list[str]) -> "tuple[dict[str, Entry], dict[str, Entry]]":
    """The approaches of these names (all, if there are none), and those whose extra is missing.

    Raises:
        ApproachError: a name is unknown.
    """
    from HiggsML.approaches import APPROACHES

    for name in names:
        if name not in APPROACHES:
            raise ApproachError(
                "there is no such approach.", value=name, fix=did_you_mean(name, APPROACHES)
            )
    wanted = {name: APPROACHES[name] for name in names or APPROACHES}
    there = {name: entry for name, entry in wanted.items() if entry.is_installed}
    return there, {name: entry for name, entry in wanted.items() if name not in there}
