"""How much of one kind of particle a sample holds, with all five yields free.

Templates are made of many times the particles of an experiment: their own error would otherwise be
as large as that of the experiment (it enters the interval, see `HiggsML.inference.likelihood`).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.frozen import FrozenEstimator

from HiggsML.inference import Mixture, MixtureResult
from HiggsML.inference.likelihood import expected_width
from HiggsML.inference.templates import Templates
from HiggsML.nuisances import free_yield
from HiggsML.progress import progress_bar
from HiggsML.running.trusted.measured import write_measured
from HiggsML.task import Task

from .particles import NAMES, SHARES
from .synthetic import images_of, sample

__all__ = [
    "EVENT",
    "STRENGTHS",
    "Coverage",
    "cover",
    "drawn",
    "measurement",
    "natural_yields",
    "pixels",
    "task_of",
    "trained_on_equal_shares",
    "width_by_events",
]

Array = npt.NDArray[np.float64]

STRENGTHS = (0.5, 1.0, 1.5)
"""True strengths of the planted mixtures."""
_OTHERS = (0.5, 1.5)
"""Range of the factors on the other yields of the planted mixtures."""

EVENT = 3_600
"""Particles of a large event."""


def task_of(signal: str, largest: float = 4.0) -> Task:
    """The measurement of one kind of particle; the yields of the others are free."""
    others = tuple(free_yield(name) for name in NAMES if name != signal)
    return Task(processes=NAMES, signal=signal, mu_range=(0.0, largest), nuisances=others)


def pixels(images: Array) -> npt.NDArray[np.float32]:
    """What the classifier of a measurement sees, (n, 100)."""
    return images.reshape(len(images), -1).astype(np.float32)


def trained_on_equal_shares(classifier: Any, rows: int, seed: int) -> Any:
    """The classifier, trained on so many particles of each kind."""
    images, kind = sample([rows] * len(NAMES), seed)
    return classifier.fit(pixels(images), kind)


def measurement(
    classifier: Any, task: Task, yields: Array, rows: int, seed: int, n_toys: int = 0
) -> Mixture:
    """A measurement with a classifier that is trained already.

    Args:
        classifier: trained.
        task: of `task_of`.
        yields: (kinds,) expected particles of each kind in an experiment.
        rows: particles of each kind that make the templates.
        seed: of these.
        n_toys: toys that calibrate the interval.
    """
    images, kind = sample([rows] * len(NAMES), seed)
    mixture = Mixture(FrozenEstimator(classifier), task, training_rows=1, n_toys=n_toys)
    return mixture.fit(pixels(images), np.array(NAMES)[kind], (yields / rows)[kind])


@dataclass(frozen=True)
class Coverage:
    """Measurements of planted mixtures.

    Attributes:
        signal: what was measured.
        results: by true strength, in the order of `STRENGTHS`.
        seconds: CPU time.
    """

    signal: str
    results: list[list[MixtureResult]]
    seconds: float

    def summary(self) -> dict[str, float]:
        """Width at strength 1; coverage and its binomial error, and pulls, of all."""
        true = np.array(STRENGTHS)[:, np.newaxis]
        mu, error, low, high = (
            np.array([[getattr(one, name) for one in some] for some in self.results])
            for name in ("mu", "mu_error", "low", "high")
        )
        covered = float(((low <= true) & (true <= high)).mean())
        pulls = (mu - true) / error
        return {
            "width": float((high - low)[STRENGTHS.index(1.0)].mean()),
            "coverage": covered,
            "coverage_error": float(np.sqrt(covered * (1.0 - covered) / mu.size)),
            "mean_pull": float(pulls.mean()),
            "pull_width": float(pulls.std()),
            "seconds": self.seconds,
        }

    def write(self, output: Path, seed: int) -> None:
        """Write answers and truth as `higgsml score` reads them."""
        answers = [[one.answer() for one in some] for some in self.results]
        name = f"strength of {self.signal}s among five kinds of particles"
        write_measured(output, STRENGTHS, answers, name=name, seed=seed, seconds=self.seconds)


def cover(mixture: Mixture, yields: Array, experiments: int, seed: int) -> Coverage:
    """Measure planted mixtures of new particles.

    Args:
        mixture: fitted.
        yields: (kinds,) expected particles at strength 1.
        experiments: number at each true strength.
        seed: of the particles, and of the other yields.
    """
    rng = np.random.default_rng(seed)
    signal = mixture.task.signal_code
    start = time.process_time()
    results: list[list[MixtureResult]] = []
    name = mixture.task.signal
    with progress_bar(total=experiments * len(STRENGTHS), desc=f"mixtures, {name}") as bar:
        for strength in STRENGTHS:
            results.append([])
            for _ in range(experiments):
                rates = rng.uniform(*_OTHERS, len(yields))
                rates[signal] = strength
                results[-1].append(mixture.measure(drawn(yields * rates, rng)))
                bar.update()
    return Coverage(name, results, time.process_time() - start)


def drawn(expected: Array, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """New particles, Poisson numbers of each kind."""
    kind = np.repeat(np.arange(len(expected)), rng.poisson(expected))
    return pixels(images_of(kind, rng))


def width_by_events(mixture: Mixture, numbers: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Expected widths of the strength by number of events.

    Args:
        mixture: fitted to the yields of one event.
        numbers: of events that are measured together.

    Returns:
        The width with these templates, and with exact ones.
    """
    found = {}
    for number in numbers:
        one = mixture.templates
        many = Templates(one.coefficients * number, one.variances * number**2, one.task)
        exact = Templates(many.coefficients, np.zeros_like(one.variances), one.task)
        found[number] = expected_width(many), expected_width(exact)
    return found


def natural_yields() -> Array:
    """Expected particles of each kind in one event."""
    found: Array = EVENT * SHARES / SHARES.sum()
    return found
