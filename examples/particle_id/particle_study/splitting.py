"""Training and test particles that share nothing: no event, no copy of a file, no equal image."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from HiggsML.errors import DataError
from HiggsML.progress import progress_bar

from .event_files import Event, read_event

__all__ = ["Particles", "common_images", "joined", "read_particles", "split"]

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_PARTS = 5  # one of them tests


@dataclass(frozen=True)
class Particles:
    """Particles of several events.

    Attributes:
        images: (n, 10, 10).
        kind: (n,) positions in the table of particles.
        event: (n,) number of the event; copies of one event have one number.
    """

    images: Array
    kind: Indices
    event: Indices

    def part(self, rows: npt.NDArray[np.bool_] | Indices) -> "Particles":
        """Some of the particles."""
        return Particles(self.images[rows], self.kind[rows], self.event[rows])

    @property
    def pixels(self) -> Array:
        """The images as rows of a table, (n, 100)."""
        return self.images.reshape(len(self.images), -1)


def read_particles(paths: Sequence[Path]) -> Particles:
    """Read events; files of equal content are one event.

    Raises:
        DataError: a file cannot be used, or there is none.
    """
    if not paths:
        raise DataError("there is no file of an event.", fix="name the files (--events).")
    return joined([read_event(path) for path in progress_bar(iterable=paths, desc="events")])


def joined(events: Sequence[Event]) -> Particles:
    """Particles of events; those of equal images in equal order are one event."""
    numbers: dict[bytes, int] = {}
    names = [numbers.setdefault(one.images.tobytes(), len(numbers)) for one in events]
    return Particles(
        np.concatenate([one.images for one in events]),
        np.concatenate([one.kind for one in events]),
        np.repeat(names, [len(one.kind) for one in events]),
    )


def split(particles: Particles, seed: int) -> tuple[Particles, Particles]:
    """Four fifths of the events for training, one for tests, alike in their shares of kinds.

    Images that stand on both sides, by chance, are left out of the training: so the test particles
    stay a fair sample.

    Raises:
        DataError: there are fewer than five different events.
    """
    n_events = len(np.unique(particles.event))
    if n_events < _PARTS:
        raise DataError(
            "too few different events for a split.",
            value=n_events,
            fix=f"give {_PARTS} or more; copies of one event count once.",
        )
    folds = StratifiedGroupKFold(_PARTS, shuffle=True, random_state=seed)
    train, test = next(iter(folds.split(particles.kind, particles.kind, particles.event)))
    training, testing = particles.part(train), particles.part(test)
    return training.part(~common_images(training, testing)), testing


def common_images(some: Particles, others: Particles) -> npt.NDArray[np.bool_]:
    """Which of some particles have an image that is equal to one of the others, (n,)."""
    rows = [one.pixels.astype(np.float32) for one in (some, others)]
    known = {row.tobytes() for row in rows[1]}
    return np.array([row.tobytes() in known for row in rows[0]], dtype=np.bool_)
