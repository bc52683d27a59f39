"""Score what the ingestion program wrote: entry point of the scoring container.

The defaults are the places at which the platform mounts things; all of them can be given.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from higgsml_scoring.errors import ScoringError
from higgsml_scoring.program import score_folder
from higgsml_scoring.settings import read_reference_settings

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Read, score, write; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
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
        reference = read_reference_settings(arguments.reference)
        score_folder(arguments.prediction, reference, arguments.output)
    except ScoringError as error:
        print(f"ERROR ({type(error).__name__}) {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
