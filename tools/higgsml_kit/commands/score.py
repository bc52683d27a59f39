"""The command `higgsml score`: score a saved run again, with the scoring program itself."""

import argparse
from pathlib import Path

from HiggsML.errors import DataError
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import remove_listed, write_manifest, written_by_command
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.page import FIGURES, PAGE, SCORES
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import ReferenceSettings, read_reference_settings

from ..saved_runs import results_in

__all__ = ["EXAMPLES", "add_arguments", "run"]

EXAMPLES = """\
  higgsml score results                        # what a dry run left, into score_sheet/
  higgsml score my_run --reference reference_data --output my_scores
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "results", type=Path, help="folder that a dry run or the ingestion program wrote"
    )
    parser.add_argument(
        "-r",
        "--reference",
        type=Path,
        metavar="DIR",
        help="folder with the organiser's settings.yaml [none: everything is shown]",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        default=Path("score_sheet"),
        help="folder for the scores: new, empty or of an earlier scoring [score_sheet]",
    )


def run(arguments: argparse.Namespace) -> int:
    """Score the folder; write scores.json, detailed_results.html and figures/."""
    results = results_in(arguments.results)
    output = check_output(arguments.output, {"the results": results}, written_by_command)
    reference = ReferenceSettings(show_truth=True)
    try:
        if arguments.reference is not None:
            reference = read_reference_settings(arguments.reference)
        make_folder(output)
        remove_listed(output)
        score_folder(results, reference, output)
    except ScoringError as error:
        raise DataError(str(error)) from error
    write_manifest(output, [SCORES, PAGE, FIGURES])
    print(f"Score sheet: {arguments.output / PAGE}")
    return 0
