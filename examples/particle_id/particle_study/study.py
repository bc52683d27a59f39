"""The whole study: events, split, classifiers, answers to the challenge, measurements."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from threadpoolctl import threadpool_limits

from HiggsML.metrics import weight_table
from HiggsML.progress import progress_bar
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import remove_listed, write_manifest, written_by_command

from .answers import write_answers
from .comparison import (
    BEST,
    MODELS,
    Trained,
    boosting,
    compare,
    confusion,
    constant_losses,
    inputs,
    score_table,
    train,
)
from .event_files import Event, read_test_file, write_event, write_test_file
from .figures import (
    confusion_figure,
    count_figure,
    gallery_figure,
    loss_figure,
    score_figure,
    width_figure,
)
from .measurement import (
    cover,
    measurement,
    natural_yields,
    task_of,
    trained_on_equal_shares,
    width_by_events,
)
from .particles import NAMES, PARTICLES
from .splitting import Particles, joined, read_particles, split
from .synthetic import event_sizes, images_of, sample

__all__ = ["Plan", "run"]

log = logging.getLogger(__name__)

_MEASURED = ("electron", "kaon", "proton")
_EQUAL_EXPERIMENT = 4_000.0  # particles of all kinds
_TEST_IMAGES = 4_000  # of each kind, in the balanced test
_NUMBERS = (1, 3, 10, 35, 100, 350)  # events measured together


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes:
        events: files of events; none for synthetic ones.
        test_file: images to answer for; None for synthetic ones.
        synthetic: number of synthetic events.
        experiments: at each of three true strengths; 0 for no measurement.
        rows: particles of each kind that make the templates; a fifth as many train the classifier.
        models: names of the classifiers that are compared.
        refit: whether the classifier that answers is trained on all events again.
        seed: of all that is random.
    """

    events: Sequence[Path] = ()
    test_file: Path | None = None
    synthetic: int = 40
    experiments: int = 100
    rows: int = 100_000
    models: Sequence[str] = tuple(MODELS)
    refit: bool = False
    seed: int = 1


def run(output: Path, plan: Plan) -> None:
    """Do everything, and write it into a folder.

    Args:
        output: new, empty or of an earlier run.
        plan: what to do.

    Raises:
        DataError: a file cannot be used.
        RunError: the folder holds what is not ours.
    """
    files = [*plan.events, *([plan.test_file] if plan.test_file else [])]
    read = {f"the file {path.name}": path for path in files}
    folder = check_output(output, read, written_by_command)
    make_folder(folder)
    remove_listed(folder)
    try:
        with threadpool_limits(1):  # the CPU time of a training is that of one core
            paths = plan.events or write_events(folder / "events", plan.synthetic, plan.seed)
            test_file = plan.test_file or write_test(folder / "test.pkl", plan.seed)
            _compare(read_particles(paths), test_file, folder, plan)
            if plan.experiments:
                _measure(folder, plan)
    finally:
        write_manifest(folder, [path.name for path in folder.iterdir()])


def write_events(folder: Path, number: int, seed: int) -> list[Path]:
    """Synthetic events of the natural shares, a file for each."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    paths = []
    for name, sizes in enumerate(progress_bar(iterable=event_sizes(number, rng), desc="files"), 1):
        kind = rng.permutation(np.repeat(np.arange(len(PARTICLES)), sizes))
        paths.append(folder / f"event{name}.pkl")
        write_event(paths[-1], Event(images_of(kind, rng), kind))
    return paths


def write_test(path: Path, seed: int) -> Path:
    """Synthetic images without answers, 800 of each kind as in the challenge, shuffled."""
    images, _ = sample([800] * len(PARTICLES), seed + 1)
    order = np.random.default_rng(seed).permutation(len(images))
    write_test_file(path, [f"particle_{row}" for row in range(len(images))], images[order])
    return path


def _compare(particles: Particles, test_file: Path, folder: Path, plan: Plan) -> None:
    """Classifiers side by side, and the answers of one of them."""
    training, test = split(particles, plan.seed)
    left_out = len(particles.kind) - len(training.kind) - len(test.kind)
    log.info("%d images of the training are in the test too, and left out.\n", left_out)
    balanced = test if plan.events else _balanced_test(plan.seed)
    _write(weight_table(np.array(NAMES)[particles.kind]), folder / "particles.csv")
    _save(count_figure(particles), folder / "one_event.png")
    _save(gallery_figure(particles, plan.seed), folder / "images.png")
    trained = compare(training, plan.seed, {name: MODELS[name] for name in plan.models})
    scores = score_table(trained, training, test, balanced)
    _write(scores, folder / "scores.csv")
    _save(score_figure(scores), folder / "accuracies.png")
    _save(loss_figure(scores, constant_losses()), folder / "losses.png")
    make_folder(folder / "confusion")
    for one in trained:
        title = f"{one.model}, {one.way}"
        path = folder / "confusion" / f"{title.replace(', ', '_').replace(' ', '_')}.png"
        _save(confusion_figure(confusion(one, balanced), title), path)
    best = next((one for one in trained if (one.model, one.way) == (BEST, "as is")), trained[0])
    _answer(best, particles, test_file, folder, plan)


def _balanced_test(seed: int) -> Particles:
    images, kind = sample([_TEST_IMAGES] * len(PARTICLES), seed + 2)
    return joined([Event(images, kind)])


def _answer(best: Trained, particles: Particles, test_file: Path, folder: Path, plan: Plan) -> None:
    if plan.refit:
        best = train(best.model, best.way, particles, plan.seed)
    images = read_test_file(test_file)
    shown = Particles(images.images, np.zeros(0, np.intp), np.zeros(0, np.intp))
    write_answers(folder / "answers.csv", images.identifiers, best.corrected(inputs(shown)))


def _measure(folder: Path, plan: Plan) -> None:
    """Strengths of three kinds in planted mixtures, and what natural events can say."""
    classifier = trained_on_equal_shares(boosting(), plan.rows // 5, plan.seed + 3)
    equal = np.full(len(NAMES), _EQUAL_EXPERIMENT / len(NAMES))
    found, widths = {}, {}
    for name in _MEASURED:
        mixture = measurement(classifier, task_of(name), equal, plan.rows, plan.seed + 4)
        coverage = cover(mixture, equal, plan.experiments, plan.seed + 5)
        coverage.write(folder / name, plan.seed + 5)
        found[name] = coverage.summary()
        natural = measurement(
            classifier, task_of(name, 20.0), natural_yields(), plan.rows, plan.seed + 4
        )
        widths[name] = width_by_events(natural, _NUMBERS)
    _write(pd.DataFrame(found).T.rename_axis("signal"), folder / "measurement.csv")
    table = pd.DataFrame(
        {(name, n): pair for name, some in widths.items() for n, pair in some.items()},
        index=["width", "with_exact_templates"],
    )
    _write(table.T.rename_axis(["signal", "events"]), folder / "widths.csv")
    _save(width_figure(widths), folder / "widths.png")


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path)
    log.info("%s\n%s\n", path.name, table.to_string(float_format="{:.4g}".format))


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=120)
