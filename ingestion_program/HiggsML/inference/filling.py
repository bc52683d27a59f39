"""Events of all processes counted in bins under every shift, for templates to be fitted to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..progress import progress_bar
from .binning import EventBins
from .samples import Sample, ShiftedEvents
from .templates import N_PARTS, Templates, fit_templates

__all__ = ["Shift", "filled_templates"]

Shift = Callable[..., Iterator[tuple[int, Any]]]
"""`under_shift` of samples, values, seed and use, with the rest known."""


def filled_templates(
    samples: list[Sample],
    part: list[Sample],
    bins: EventBins,
    shift: Shift,
    neighbours: Sequence[slice],
    seed: int,
) -> Templates:
    """Templates in bins that are not merged yet.

    Args:
        samples: events of each process, which make what is nominal.
        part: those of them that are shifted to the base points.
        bins: where events are counted.
        shift: shifts events, piece by piece.
        neighbours: bins that stand in the order of the classifier's output.
        seed: source of the noise.
    """
    task, n_bins = bins.task, bins.n_bins

    def moments(events: ShiftedEvents) -> Array:
        position = bins.bin_of(events.features)
        return np.array([np.bincount(position, events.weights**k, n_bins) for k in (1, 2)])

    def of_parts(events: ShiftedEvents) -> Array:
        """Events whose places differ by a multiple of the parts are of the same one."""
        position = (events.places % N_PARTS) * n_bins + bins.bin_of(events.features)
        found = np.bincount(position, events.weights, N_PARTS * n_bins).astype(np.float64)
        return found.reshape(N_PARTS, n_bins)

    def counted(
        some: list[Sample], values: Mapping[str, float], use: Callable[[ShiftedEvents], Array]
    ) -> Array:
        """What `use` finds in the events of each process, (K, P, N)."""
        found: list[Any] = [0.0] * len(some)
        for code, piece in shift(some, values, seed=seed, use=use):
            found[code] = found[code] + piece
        return np.stack(found, axis=1)

    def at_point(values: Mapping[str, float]) -> Array:
        bar.update()
        return counted(part, values, of_parts)

    with progress_bar(total=len(task.base_points), desc="templates", leave=False) as bar:
        expected, squares = counted(samples, {}, moments)
        return fit_templates(
            (expected, squares),
            at_point,
            task,
            neighbours=neighbours,
            share=[len(p.rows) / len(s.rows) for p, s in zip(part, samples, strict=True)],
        )
