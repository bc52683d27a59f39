"""Scores of a measurement: the scoring program's class `Scoring`, where it is installed."""

import sys

try:
    from higgsml_scoring import Scoring
except ModuleNotFoundError as error:
    if error.name != "higgsml_scoring":
        raise
    raise ImportError(
        "HiggsML.score needs the scoring program, which is not installed here: the ingestion "
        "container has no access to it. Fix: install the whole project with `pip install -e .`"
    ) from None

__all__ = ["Scoring"]

if __name__ == "__main__":
    sys.exit(
        "HiggsML.score: this module has no command line (in HiggsML 0.1.5 it scored nothing). "
        "Fix: higgsml score FOLDER, the folder with result_0.json."
    )
