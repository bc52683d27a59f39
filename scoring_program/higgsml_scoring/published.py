"""Published results of the challenge, for orientation on the score sheet."""

from typing import NamedTuple

__all__ = ["PUBLISHED", "PublishedResult"]


class PublishedResult(NamedTuple):
    """A result of the final of 2024-25, measured in about 10,000 pseudo-experiments.

    The score was averaged over bootstraps of the sets, hence lower than the width and the coverage
    alone would give.
    """

    team: str
    coverage: float
    interval: float
    quantiles_score: float


PUBLISHED = (
    PublishedResult("HEPHY", 0.6683, 0.4599, -0.5823),
    PublishedResult("IBRAHIME", 0.6698, 0.4974, -0.5761),
    PublishedResult("HZUME", 0.6659, 0.8134, -2.1650),
)
"""Source: the final leaderboard of the HiggsML uncertainty challenge (NeurIPS 2024)."""
