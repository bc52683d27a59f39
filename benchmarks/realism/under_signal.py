"""Backgrounds where the signal is: yields above thresholds of a classifier's output.

The classifier is trained on one source of events and applied to both, and the other way round.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from HiggsML.arrays import Array
from HiggsML.schema import SIGNAL

from .classifiers import discriminant
from .estimates import total
from .samples import EARLIER, SOURCES, Sample, best_rows
from .verdicts import Judged

__all__ = ["judge_under_signal", "threshold_of"]

BEST_SIGNAL = (400.0, 230.0)
"""Signal events above the thresholds."""
ALLOWED = 0.10  # of the yield
MOST = {"htautau": 100_000, "ztautau": 250_000, "ttbar": 60_000, "diboson": 50_000}
"""Generated events: half of them train, and score the other half."""


def threshold_of(output: Array, weights: Array, events: float) -> float:
    """The output above which so many expected events lie."""
    order = np.argsort(-output)
    position = int(np.searchsorted(np.cumsum(weights[order]), events))
    return float(output[order[min(position, len(order) - 1)]])


def judge_under_signal(
    samples: Mapping[str, Sample], references: Mapping[str, Mapping[str, Sample]]
) -> Iterator[Judged]:
    """Yields above the thresholds that hold the best signal events of the rows.

    The rows of top pairs are those of the earlier simulation: the public ones are too few.
    """
    rows = best_rows(references, SOURCES | {"ttbar": EARLIER})
    ours = {process: sample.part(MOST[process]) for process, sample in samples.items()}
    sources = {"generated events": ours, "rows": rows}
    for name, source in sources.items():
        on_rows = discriminant(source, rows)
        on_ours = discriminant(source, ours)
        for best in BEST_SIGNAL:
            threshold = threshold_of(on_rows[SIGNAL], rows[SIGNAL].weights, best)
            for process in ours:
                aim, found = (
                    total(sample.weights[above], sample.groups[above])
                    for sample, above in (
                        (rows[process], on_rows[process] > threshold),
                        (ours[process], on_ours[process] > threshold),
                    )
                )
                what = f"yield with the best {best:g} H, trees of {name}"
                allowed = ALLOWED * aim.value
                yield Judged("under the signal", process, "all", what, aim, found, allowed)
