"""How far the finite number of simulated events limits what is measured."""

import logging

import numpy as np

from ...schema import PROCESSES
from .event_pool import EventPool

__all__ = ["LARGEST_SHARE", "simulation_shares", "warn_of_few_events"]

log = logging.getLogger(__name__)

LARGEST_SHARE = 0.5
"""Beyond this share of the statistical error the simulation's own error is reported. At 0.5 the
two together are 12 % larger than the statistical error alone."""

_STRETCH = 1 << 20


def simulation_shares(pool: EventPool) -> dict[str, float]:
    """The simulation's error of the expected events of each process, over the statistical error.

    With weights w of the events of a process: sqrt(sum w^2) / sqrt(sum w), since N = sum w events
    are expected in an experiment and vary by sqrt(N), while the pool knows N to sqrt(sum w^2). With
    equal weights it is sqrt(w), the root of the number of events that a row stands for.
    Processes without events are left out.
    """
    squares = np.zeros(len(PROCESSES))
    for process, start, size, weight, is_equal in zip(*pool.groups, strict=True):
        if is_equal:
            squares[process] += size * weight**2
            continue
        for first in range(start, start + size, _STRETCH):
            part = pool.weights[first : min(first + _STRETCH, start + size)]
            squares[process] += float(part @ part)
    return {
        process: float(np.sqrt(square / pool.sum_weights[process]))
        for process, square in zip(PROCESSES, squares, strict=True)
        if square > 0.0
    }


def warn_of_few_events(pool: EventPool) -> None:
    """Log a warning where the simulation's error exceeds `LARGEST_SHARE` of the statistical one."""
    shares = simulation_shares(pool)
    few = {process: share for process, share in shares.items() if share > LARGEST_SHARE}
    if few:
        log.warning(
            "WARNING: few simulated events in the test pool (%s): an experiment repeats them, "
            "and neither coverage nor width tells what more events would give. "
            "Below %g of the statistical error all is well.",
            ", ".join(
                f"{process}: a row stands for {share**2:.3g} events, "
                f"simulation error {share:.2g} of the statistical one"
                for process, share in few.items()
            ),
            LARGEST_SHARE,
        )
