"""The whole study: selection, tables, figures, classifiers, and the measurement."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from HiggsML.metrics import weight_table
from HiggsML.running.trusted.output_folder import check_output, make_folder
from HiggsML.running.trusted.own_files import remove_listed, write_manifest, written_by_command
from HiggsML.visualization import confusion_matrix, feature_importances

from .classifiers import BASELINE, comparison, train_all
from .event_table import INPUTS
from .figures import cutflow_figure, mass_figure, shape_figures
from .measurement import CLASSIFIERS, SIGNAL, Coverage, cover, fit, halves
from .mini_trees import MODES
from .processing import Sample, SelectedEvents, process, read_selected
from .synthetic import write_samples

__all__ = ["run"]

log = logging.getLogger(__name__)


def run(
    output: Path,
    files: Sequence[Path],
    events: dict[str, int],
    experiments: int,
    seed: int,
    *,
    compare: bool,
) -> None:
    """Do everything, and write it into a folder.

    Args:
        output: new, empty or of an earlier run.
        files: of ROOT; none for synthetic ones.
        events: synthetic ones, by mode.
        experiments: at each of three true strengths.
        seed: of synthetic events and of pseudo-data.
        compare: whether the classifiers are compared, too.

    Raises:
        DataError: a file cannot be used.
        RunError: the folder holds what is not ours, or an extra is not installed.
    """
    read = {f"the file {path.name}": path for path in files}
    folder = check_output(output, read, written_by_command)
    make_folder(folder)
    remove_listed(folder)
    try:
        paths = files or write_samples(folder / "events", events, seed)
        samples = process(paths, folder / "selected")
        selected = read_selected(samples)
        _describe(samples, selected, folder)
        parts = halves(selected)
        if compare:
            _compare(*parts, folder)
        _measure(*parts, folder, experiments, seed)
    finally:
        write_manifest(folder, [path.name for path in folder.iterdir()])


def _describe(samples: Sequence[Sample], selected: SelectedEvents, folder: Path) -> None:
    """Cutflow, weights, peak and shapes."""
    cutflows = {sample.mode: sample.cutflow for sample in samples}
    tables = {MODES[mode].name: flow.table() for mode, flow in sorted(cutflows.items())}
    _write(pd.concat(tables, names=["mode"]), folder / "cutflow.csv")
    names = np.array([mode.name for mode in MODES])[selected.mode]
    _write(weight_table(names, selected.weights), folder / "weights.csv")
    _save(cutflow_figure(cutflows), folder / "cutflow.png")
    _save(mass_figure(selected), folder / "mass.png")
    for name, figure in shape_figures(selected).items():
        _save(figure, folder / f"{name}.png")


def _compare(training: SelectedEvents, test: SelectedEvents, folder: Path) -> None:
    """Classifiers side by side."""
    trained = train_all(training, test, INPUTS)
    _write(comparison(trained), folder / "classifiers.csv")
    labels = [mode.label for mode in MODES]
    for one in trained:
        file = one.name.replace(", ", "_").replace(" ", "_")
        _save(confusion_matrix(one.counts, labels), folder / f"events_{file}.png")
        figure = confusion_matrix(one.weights, labels, "expected events")
        _save(figure, folder / f"expected_{file}.png")
        if one.name == BASELINE:
            figure = feature_importances(one.importances, INPUTS, keep=1.0 / len(INPUTS))
            _save(figure, folder / "importances.png")


def _measure(
    simulated: SelectedEvents, other: SelectedEvents, folder: Path, experiments: int, seed: int
) -> None:
    """The strength of the signal, with and without what jets tell."""
    found: dict[str, Coverage] = {}
    for name, inputs in CLASSIFIERS.items():
        mixture = fit(simulated, inputs)
        found[name] = cover(mixture, other, inputs, experiments, seed)
        found[name].write(folder / name.replace(" ", "_"), f"{SIGNAL}, {name}", seed)
    table = pd.DataFrame({name: one.summary() for name, one in found.items()}).T
    _write(table.rename_axis("classifier"), folder / "measurement.csv")


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path)
    log.info("%s\n%s\n", path.name, table.to_string(float_format="{:.4g}".format))


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=120)
