"""The command `higgsml score`: score a saved run again, with the scoring program itself."""

import argparse
from pathlib import Path

from HiggsML.errors import DataError
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.page import PAGE
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import ReferenceSettings, read_reference_settings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("results", type=Path, help="folder that the ingestion program wrote")
    parser.add_argument(
        "-r", "--reference", type=Path, help="folder with settings.yaml; None shows everything"
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("score_sheet"), help="folder for the scores"
    )


def run(arguments: argparse.Namespace) -> int:
    """Score the folder; write scores.json, detailed_results.html and figures/."""
    reference = ReferenceSettings(show_truth=True)
    try:
        if arguments.reference is not None:
            reference = read_reference_settings(arguments.reference)
        score_folder(arguments.results, reference, arguments.output)
    except ScoringError as error:
        raise DataError(str(error)) from error
    print(f"Score sheet: {arguments.output / PAGE}")
    return 0
