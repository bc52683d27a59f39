"""`higgsml download`: fetch a data set of the challenge and say what it holds."""

import argparse
from pathlib import Path

from HiggsML.datasets import download_dataset
from HiggsML.fetching.public_data import DATASETS
from HiggsML.running.trusted.output_folder import check_output

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml download sample_data                 # a few thousand events
  higgsml download neurips2024_data --output public_events
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "dataset",
        metavar="NAME_OR_URL",
        help=f"{', '.join(DATASETS)}, or the http(s) address of a zip file",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder to unpack into; left alone if it holds the data set already "
        "[one with the name of the data set]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch, open and describe the data set."""
    # A folder that holds a data set is only read.
    if arguments.output is not None and not any(arguments.output.rglob("*.parquet")):
        check_output(arguments.output, {})
    data = download_dataset(arguments.dataset, arguments.output)
    print(f"{data.input_dir}: {data.total_rows} events")
    return 0
