"""Read the results of an ingestion run, score them, draw them."""

from .scoring import Scoring

__all__ = ["Scoring"]
