"""`higgsml download`: fetch a data set of the challenge and say what it holds."""

import argparse
from pathlib import Path

from HiggsML.datasets import download_dataset
from HiggsML.fetching.public_data import DATASETS

__all__ = ["add_arguments", "run"]


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
        "(by default, one with the name of the data set)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch, open and describe the data set."""
    data = download_dataset(arguments.dataset, arguments.output)
    print(f"{data.input_dir}: {data.total_rows} events")
    return 0
