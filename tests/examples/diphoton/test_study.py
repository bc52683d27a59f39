"""The program: what it writes, where it refuses, and its figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from diphoton_study.figures import cutflow_figure, mass_figure, shape_figures
from diphoton_study.mini_trees import MODES
from diphoton_study.processing import Sample, SelectedEvents
from measure_modes import main


def drawn(figure: Figure) -> int:
    """Number of lines and areas in a figure."""
    return sum(len(axes.lines) + len(axes.patches) for axes in figure.axes)


def test_figures_show_the_events(samples: list[Sample], selected: SelectedEvents) -> None:
    figure = cutflow_figure({sample.mode: sample.cutflow for sample in samples})
    [axes] = figure.axes
    assert [line.get_label() for line in axes.lines] == [mode.label for mode in MODES]
    shares = samples[-1].cutflow.events / samples[-1].cutflow.events[0]
    np.testing.assert_allclose(axes.lines[samples[-1].mode].get_ydata(), shares)
    peak = mass_figure(selected).axes[0]
    heights = [patch.get_height() for patch in peak.patches]
    assert sum(heights) == pytest.approx(selected.weights.sum(), rel=0.01)
    found = shape_figures(selected)
    assert set(found) == {"met", "met_phi", "b_tag", "momenta", "multiplicities"}
    assert all(drawn(figure) == 5 for figure in found.values())


def test_problems_are_told_in_a_line(
    files: list[Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    names = [str(path) for path in files[:2]]
    assert main(["--files", *names, "-o", str(tmp_path / "new")]) == 1
    assert "measure_modes.py: samples: the measurement needs events of each mode" in caplog.text
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "thesis.txt").touch()
    assert main(["--files", *names, "-o", str(tmp_path / "old")]) == 1
    assert "thesis.txt" in caplog.text
    with pytest.raises(SystemExit):
        main(["--experiments", "0"])


@pytest.mark.slow
def test_the_whole_study(tmp_path: Path) -> None:
    """Twice into the same folder: it is known as its own."""
    output = tmp_path / "out"
    for more in ([], ["--compare"]):
        assert main(["--size", "0.05", "--experiments", "2", *more, "-o", str(output)]) == 0
    table = pd.read_csv(output / "measurement.csv", index_col=0)
    assert table["expected width"]["with jets"] < table["expected width"]["without jets"]
    names = {path.name for path in output.iterdir()}
    assert {"cutflow.csv", "weights.csv", "classifiers.csv", "mass.png", "with_jets"} <= names
    assert {"importances.png", "events_forest_equal_modes.png", "met.png"} <= names
