"""Published results of the challenge, for orientation on the score sheet."""

from typing import NamedTuple

__all__ = ["PUBLISHED", "PublishedResult"]


class PublishedResult(NamedTuple):
    """A result of the final of 2024-25, measured in about 10,000 pseudo-experiments.

    Its score stands nowhere here: scores of different numbers of pseudo-experiments, or averaged
    over bootstraps as those of that final, do not compare.
    """

    team: str
    coverage: float
    interval: float


PUBLISHED = (
    PublishedResult("HEPHY", 0.6683, 0.4599),
    PublishedResult("IBRAHIME", 0.6698, 0.4974),
    PublishedResult("HZUME", 0.6659, 0.8134),
)
"""Source: the final leaderboard of the HiggsML uncertainty challenge (NeurIPS 2024)."""
