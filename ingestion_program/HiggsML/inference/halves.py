"""Events in two parts: some train a classifier, the others make the templates."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..arrays import Mask, Positions
from ..errors import DataError

__all__ = ["check_halves", "half_of_groups", "rows_of"]


def half_of_groups(
    codes: Positions, groups: ArrayLike | None, most: int, rng: np.random.Generator
) -> Mask:
    """A random half of the groups of events, or less, that has its share of each process.

    Groups are sorted by the rarest process that they hold, shuffled among those of the same one,
    and every second is taken: so the rare processes are halved, too.

    Args:
        codes: (n,) process of each event.
        groups: (n,) equal for the events of a group; None: each event is one.
        most: largest number of events of a process, where each event is a group; with larger
            groups on average.
        rng: shuffles.

    Returns:
        (n,), whether an event is in the part.
    """
    counts = np.bincount(codes)
    names = np.arange(len(codes)) if groups is None else np.asarray(groups)
    found, group = np.unique(names, return_inverse=True)
    by_rarity = np.argsort(counts, kind="stable")
    rarest = np.full(len(found), len(counts))
    np.minimum.at(rarest, group, np.argsort(by_rarity)[codes])
    chosen = np.zeros(len(found), dtype=np.bool_)
    for rank, code in enumerate(by_rarity):
        alike = rng.permutation(np.flatnonzero(rarest == rank))
        step = max(2, -(-int(counts[code]) // most))
        chosen[alike[::step]] = True
    return chosen[group]


def check_halves(codes: Positions, training: Mask, processes: Sequence[str]) -> None:
    """Refuse halves without an event of each process.

    Args:
        codes: (n,) process of each event.
        training: (n,), whether an event trains the classifier; the others make the templates.
        processes: names.

    Raises:
        DataError: naming the process.
    """
    for part, chosen in (("the classifier", training), ("the templates", ~training)):
        counts = np.bincount(codes[chosen], minlength=len(processes))
        for name, count in zip(processes, counts.tolist(), strict=True):
            if not count:
                raise DataError(
                    f"no event is left for {part}.",
                    where=name,
                    fix="give thousands of events of each process, in several groups.",
                )


def rows_of(x: Any, chosen: Mask) -> Any:
    """The chosen rows of an array or a frame."""
    return x.iloc[chosen] if hasattr(x, "iloc") else x[chosen]
