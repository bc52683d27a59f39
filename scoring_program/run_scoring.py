"""Score what the ingestion program wrote: entry point of the scoring container.

The defaults are the places at which the platform mounts things; all of them can be given.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from higgsml_scoring.errors import ResultsError, ScoringError
from higgsml_scoring.page import PAGE, SCORES
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import read_reference_settings

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Read, score, write; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="example: python3 scoring_program/run_scoring.py --prediction results/predictions"
        " --reference reference_data --output my_scores",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "-p",
        "--prediction",
        type=Path,
        default=Path("/app/input/res"),
        help="folder with the results of the ingestion program",
    )
    parser.add_argument(
        "-r",
        "--reference",
        type=Path,
        default=Path("/app/input/ref"),
        help="folder with the reference data (settings.yaml)",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("/app/output"),
        help="folder to write scores.json, detailed_results.html and figures/ into",
    )
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    try:
        check_output(arguments.output, arguments.prediction)
        reference = read_reference_settings(arguments.reference)
        score_folder(arguments.prediction, reference, arguments.output)
    except ScoringError as error:
        print(f"ERROR ({type(error).__name__}) {error}", file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        print("Interrupted. The results are not scored.", file=sys.stderr)  # noqa: T201
        return 130
    return 0


def check_output(output: Path, prediction: Path) -> None:
    """Refuse an output in which files of others would be written over.

    Raises:
        ScoringError: it is a file, or in the results, or holds files of our names that are not
            scores and their page.
    """
    fix = "Name a folder that is new or empty (--output)."
    if output.exists() and not output.is_dir():
        raise ResultsError("The output is a file.", where=str(output), fix=fix)
    if output.resolve().is_relative_to(prediction.resolve()):
        raise ResultsError("The output lies in the results.", where=str(output), fix=fix)
    names = [name for name in (SCORES, PAGE) if (output / name).exists()]
    try:
        ours = set(json.loads((output / SCORES).read_bytes())) >= {"quantiles_score", "rmse"}
    except (OSError, ValueError, TypeError):
        ours = not names
    if not ours:
        what = f"The output holds what no earlier scoring wrote: {', '.join(names)}."
        raise ResultsError(what, where=str(output), fix=fix)


if __name__ == "__main__":
    sys.exit(main())
