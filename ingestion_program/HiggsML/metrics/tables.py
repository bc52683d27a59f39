"""Tables of classes: events and weights of each, and what each is taken for."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ..arrays import Array
from ..errors import DataError
from .events import one_weight_each

__all__ = ["weight_table", "weighted_confusion"]


def weight_table(
    classes: ArrayLike, weights: ArrayLike | None = None, *, luminosity: float = 1.0
) -> pd.DataFrame:
    """Events and weights of each class: how rare it is, in the sample and in nature.

    Args:
        classes: (n,), name or code of each event's class.
        weights: (n,), expected events each stands for; None: one each.
        luminosity: factor on all weights.

    Returns:
        One row for each class: `events`, `event_fraction`, `weight_sum`, `weight_fraction`,
        `weight_per_event`.
    """
    names, codes, events = np.unique(np.asarray(classes), return_inverse=True, return_counts=True)
    sums = luminosity * np.bincount(codes, weights=one_weight_each(weights, len(codes)))
    return pd.DataFrame(
        {
            "events": events,
            "event_fraction": events / events.sum(),
            "weight_sum": sums,
            "weight_fraction": sums / sums.sum(),
            "weight_per_event": sums / events,
        },
        index=pd.Index(names, name="class"),
    )


def weighted_confusion(
    true: ArrayLike,
    predicted: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    classes: ArrayLike,
    luminosity: float = 1.0,
) -> Array:
    """Sums of weights by true class (rows) and predicted class (columns).

    Args:
        true: (n,), the class of each event.
        predicted: (n,), the class that it is taken for.
        weights: (n,), expected events each stands for; None: one each, which makes counts.
        classes: (K,), the classes in the order of rows and columns.
        luminosity: factor on all weights.

    Raises:
        DataError: lengths that differ, or a class that is not among `classes`.
    """
    names = np.asarray(classes)
    order = np.argsort(names)
    codes = []
    for values in (np.asarray(true), np.asarray(predicted)):
        places = np.searchsorted(names, values, sorter=order)
        found = order[np.minimum(places, len(names) - 1)]
        if strangers := sorted(set(values[names[found] != values].tolist())):
            raise DataError(
                "these are not among the classes.",
                where="weighted_confusion",
                value=strangers,
                fix=f"the classes are {', '.join(map(str, names))}.",
            )
        codes.append(found)
    if codes[0].shape != codes[1].shape:
        raise DataError(
            "each event needs a true and a predicted class.",
            where="weighted_confusion",
            value=(codes[0].shape, codes[1].shape),
            fix="cut events out of all arguments alike.",
        )
    cells = np.zeros((len(names), len(names)))
    np.add.at(cells, (codes[0], codes[1]), luminosity * one_weight_each(weights, len(codes[0])))
    return cells
