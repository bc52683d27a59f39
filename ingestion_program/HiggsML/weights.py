"""Weights of events: a part of a sample stands for the whole."""

from .errors import DataError

__all__ = ["scale_to_whole"]


def scale_to_whole(whole: float, part: float, where: object = "weights") -> float:
    """The factor on the weights of a part of a sample that brings their sum to the whole.

    Args:
        whole: sum of weights, or number of events, of the whole sample.
        part: the same sum of the part.
        where: names the part in the error.

    Raises:
        DataError: the part sums to nothing, and can stand for nothing.

    >>> scale_to_whole(10.0, 4.0)
    2.5
    """
    if not part > 0.0:
        raise DataError(
            "the weights of a part of the events do not sum to more than zero.",
            where=where,
            value=float(part),
            fix="take more events.",
        )
    return float(whole / part)
