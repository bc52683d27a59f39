"""Scores of a measurement: the scoring program's class `Scoring`, where it is installed."""

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
