"""Events of all processes counted in bins under every shift, for templates to be fitted to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..arrays import Array, Floats
from ..progress import progress_bar
from .binning import EventBins
from .samples import Sample
from .templates import N_PARTS, Templates, fit_templates

__all__ = ["Shifted", "filled_templates"]

Shifted = Callable[..., Iterator[tuple[int, Any]]]
"""`under_shift` of samples, values, seed and use, with the rest known."""

_SEEDS_APART = 10_000  # of parts of the events: each piece of one has a seed of its own


def filled_templates(
    samples: list[Sample],
    part: list[Sample],
    bins: EventBins,
    shifted: Shifted,
    neighbours: Sequence[slice],
    seed: int,
) -> Templates:
    """Templates in bins that are not merged yet.

    Args:
        samples: events of each process, which make what is nominal.
        part: those of them that are shifted to the base points.
        bins: where events are counted.
        shifted: shifts events, piece by piece.
        neighbours: bins that stand in the order of the classifier's output.
        seed: source of the noise.
    """
    task, n_bins = bins.task, bins.n_bins

    def content(features: Floats, weights: Array) -> Array:
        position = bins.bin_of(features)
        return np.array([np.bincount(position, w, n_bins) for w in (weights, weights**2)])

    def histograms(some: list[Sample], values: Mapping[str, float], noise: int) -> Array:
        found = np.zeros((2, len(task.processes), n_bins))
        for code, piece in shifted(some, values, noise, content):
            found[:, code] += piece
        return found

    def of_parts(values: Mapping[str, float]) -> Array:
        bar.update()
        parts = ([one.some(k, N_PARTS) for one in part] for k in range(N_PARTS))
        each = (histograms(p, values, seed + k * _SEEDS_APART) for k, p in enumerate(parts))
        return np.array([events for events, _ in each])

    with progress_bar(total=len(task.base_points), desc="templates", leave=False) as bar:
        expected, squares = histograms(samples, {}, seed)
        return fit_templates(
            (expected, squares),
            of_parts,
            task,
            neighbours=neighbours,
            share=[len(p.rows) / len(s.rows) for p, s in zip(part, samples, strict=True)],
        )
