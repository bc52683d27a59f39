"""The command `higgsml score`: score a saved run again, with the scoring program itself."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from HiggsML.errors import DataError
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import remove_listed, write_manifest, written_by_command
from higgsml_scoring.errors import ScoringError
from higgsml_scoring.page import FIGURES, PAGE, SCORES
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import ReferenceSettings, read_reference_settings

from ..downloads import Run, find_runs, opened
from ..ranking import rank
from ..ranking_page import as_data, as_page, as_text

__all__ = ["EXAMPLES", "add_arguments", "run"]

RANKING, RANKING_DATA = "ranking.html", "ranking.json"

EXAMPLES = """\
  higgsml score results                        # what a dry run left, into score_sheet/
  higgsml score my_run --reference reference_data --output my_scores
  higgsml score downloads                      # a folder of many: scored, and ranked
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "results",
        type=Path,
        help="folder that a dry run or the ingestion program wrote, or one of many such folders or"
        " zip files",
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
    """Score the results, one or many."""
    runs = find_runs(arguments.results)
    many = any(run.home != arguments.results for run in runs.values())
    results = arguments.results if many else next(iter(runs.values())).results
    output = check_output(arguments.output, {"the results": results}, written_by_command)
    try:
        reference = ReferenceSettings(show_truth=True)
        if arguments.reference is not None:
            reference = read_reference_settings(arguments.reference)
        make_folder(output)
        remove_listed(output)
        if many:
            written = _score_many(runs, reference, output)
        else:
            with opened(results) as folder:
                score_folder(folder, reference, output)
            written = [SCORES, PAGE, FIGURES]
    except ScoringError as error:
        raise DataError(str(error)) from error
    write_manifest(output, written)
    name = RANKING if many else PAGE
    print(f"Score sheet: {arguments.output / name}")
    return 0


def _score_many(runs: Mapping[str, Run], reference: ReferenceSettings, output: Path) -> list[str]:
    rows = rank(runs, reference)
    print(as_text(rows))
    (output / RANKING).write_text(as_page(rows), "utf-8")
    (output / RANKING_DATA).write_text(as_data(rows), "utf-8")
    return [RANKING, RANKING_DATA]
