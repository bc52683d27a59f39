"""The strength of vector-boson fusion among Higgs bosons that decay to two photons.

Five modes make up the events; the yields of the others are known to the errors of their cross
sections. There is no continuum of photon pairs: the mixture is that of a study of signal samples.

Negative weights stay in the templates and in all yields. The classifier is trained with absolute
weights, see `Mixture`. Pseudo-data are drawn from events of positive weight, at the yields of all:
right where the sign of a weight does not depend on the event.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from xgboost import XGBClassifier

from HiggsML.arrays import Floats
from HiggsML.inference import Mixture, MixtureResult
from HiggsML.inference.likelihood import expected_width
from HiggsML.nuisances import Nuisance
from HiggsML.progress import progress_bar
from HiggsML.running.trusted.measured import write_measured
from HiggsML.task import Task

from .event_table import INPUTS, INPUTS_WITHOUT_JETS
from .mini_trees import MODES
from .processing import SelectedEvents

__all__ = ["CLASSIFIERS", "TASK", "Coverage", "classifier", "cover", "draw", "fit", "halves"]

SIGNAL = "VBF"
TRUE_STRENGTHS = (0.5, 1.0, 2.0)

TASK = Task(
    processes=tuple(mode.name for mode in MODES),
    signal=SIGNAL,
    mu_range=(0.0, 4.0),
    nuisances=tuple(
        Nuisance(f"{m.name}_yield", 1.0, "normal", m.theory_error, 0.0, 2.0, scales=(m.name,))
        for m in MODES
        if m.name != SIGNAL
    ),
)

CLASSIFIERS = {"with jets": INPUTS, "without jets": INPUTS_WITHOUT_JETS}
"""What a classifier sees."""


def classifier() -> XGBClassifier:
    """Boosted trees."""
    return XGBClassifier(n_estimators=80, max_depth=4, learning_rate=0.15, n_jobs=1, random_state=1)


def halves(events: SelectedEvents) -> tuple[SelectedEvents, SelectedEvents]:
    """Every second event makes the measurement, the others make pseudo-data; at all the yields."""
    parts = []
    for start in (0, 1):
        part = events.part(np.arange(start, len(events.mode), 2))
        whole, some = (np.bincount(one.mode, one.weights, len(MODES)) for one in (events, part))
        parts.append(SelectedEvents(part.x, part.mode, part.weights * (whole / some)[part.mode]))
    return parts[0], parts[1]


def fit(events: SelectedEvents, inputs: Sequence[str], n_toys: int = 1_000) -> Mixture:
    """Make the measurement.

    Args:
        events: simulated ones.
        inputs: columns that the classifier sees.
        n_toys: toys that calibrate the interval.
    """
    names = np.array(TASK.processes)[events.mode]
    mixture = Mixture(classifier(), TASK, n_toys=n_toys)
    return mixture.fit(events.columns(inputs), names, events.weights)


def draw(events: SelectedEvents, x: Floats, strength: float, rng: np.random.Generator) -> Floats:
    """Pseudo-data: rows of x, each as often as a Poisson variable of its expectation says.

    The factors on the yields of the other modes are drawn from their priors.

    Args:
        events: those that the rows belong to.
        x: (n, columns) their rows.
        strength: of the signal.
        rng: source of randomness.
    """
    positive = np.maximum(events.weights, 0.0)
    whole, some = (np.bincount(events.mode, w, len(MODES)) for w in (events.weights, positive))
    rates = TASK.rates(strength, TASK.draw(TASK.names, rng)) * whole / some
    times = rng.poisson(positive * rates[events.mode])
    return x[np.repeat(np.arange(len(x)), times)]


@dataclass(frozen=True)
class Coverage:
    """Measurements of pseudo-data.

    Attributes:
        strengths: true strengths.
        results: of the measurements, by true strength.
        expected_width: of the interval at strength 1, from the information.
        seconds: CPU time of the measurements.
    """

    strengths: tuple[float, ...]
    results: list[list[MixtureResult]]
    expected_width: float
    seconds: float

    def summary(self) -> dict[str, float]:
        """Widths by true strength; coverage with its binomial error, and pulls, of all."""
        true = np.array(self.strengths)[:, np.newaxis]
        mu, error, low, high = (
            np.array([[getattr(one, name) for one in some] for some in self.results])
            for name in ("mu", "mu_error", "low", "high")
        )
        covered = ((low <= true) & (true <= high)).mean()
        pulls = (mu - true) / error
        widths = (high - low).mean(axis=1)
        return {
            "expected width": self.expected_width,
            **{f"width at {at:g}": w for at, w in zip(self.strengths, widths, strict=True)},
            "coverage": float(covered),
            "coverage error": float(np.sqrt(covered * (1.0 - covered) / mu.size)),
            "mean pull": float(pulls.mean()),
            "width of pulls": float(pulls.std()),
        }

    def write(self, output: Path, name: str, seed: int) -> None:
        """Write answers and truth as `higgsml score` reads them."""
        answers = [[one.answer() for one in some] for some in self.results]
        write_measured(output, self.strengths, answers, name=name, seed=seed, seconds=self.seconds)


def cover(
    mixture: Mixture,
    events: SelectedEvents,
    inputs: Sequence[str],
    experiments: int,
    seed: int,
    strengths: tuple[float, ...] = TRUE_STRENGTHS,
) -> Coverage:
    """Measure pseudo-data.

    Args:
        mixture: fitted.
        events: independent of those that made the measurement.
        inputs: columns that the classifier sees.
        experiments: number at each true strength.
        seed: source of the pseudo-data.
        strengths: true strengths.
    """
    rng = np.random.default_rng(seed)
    x = events.columns(inputs)
    start = time.process_time()
    results: list[list[MixtureResult]] = []
    with progress_bar(total=experiments * len(strengths), desc="experiments") as bar:
        for strength in strengths:
            results.append([])
            for _ in range(experiments):
                results[-1].append(mixture.measure(draw(events, x, strength, rng)))
                bar.update()
    seconds = time.process_time() - start
    return Coverage(strengths, results, expected_width(mixture.templates), seconds)
