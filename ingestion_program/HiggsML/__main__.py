"""`python -m HiggsML` tells what the package is for and which commands there are."""

import sys

from . import __version__

__all__: list[str] = []

TEXT = f"""\
HiggsML {__version__}: turn an event classifier into a measurement, and score the measurement.

This package is a library; its command is `higgsml` (or: python -m higgsml_kit).
  higgsml --help                                 what participants and organisers can do with it
  higgsml dry-run --submission my_submission     fit, measure and score, as on the platform
  python3 ingestion_program/run_ingestion.py --help    the program that runs on the platform

In a notebook: from HiggsML.datasets import Data
"""

if __name__ == "__main__":
    sys.stdout.write(TEXT)
    if any(word not in ("-h", "--help", "--version") for word in sys.argv[1:]):
        sys.stderr.write(
            f"python -m HiggsML takes no arguments. Found: {sys.argv[1:]}."
            " Fix: use the command higgsml.\n"
        )
        sys.exit(2)
