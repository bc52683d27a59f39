"""`higgsml check` of a submission: tried on few events, against the limits."""

from pathlib import Path

import pytest

from HiggsML.settings_reader import find_settings
from higgsml_kit.checks.imports import is_installed
from higgsml_kit.checks.submission import check_submission
from higgsml_kit.cli import main
from higgsml_kit.rehearsal import FITS, _extrapolated, _Fit, rehearse
from small_run import write_submission

BUNDLE = Path(__file__).parents[2]
MODEL = """
import sys
class Model:
    def __init__(self, get_train_set, systematics):
        self.get, self.systematics = get_train_set, systematics
    def fit(self):
        self.rows = len(self.systematics(self.get(), tes=1.01))
        print("this is not shown")
    def predict(self, test_set):
        mu = {answer}
        return {{"mu_hat": mu, "delta_mu_hat": 0.1, "p16": mu - 0.1, "p84": mu + 0.1}}
"""


def test_a_good_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_submission(tmp_path / "mine", MODEL.format(answer="len(test_set['data']) / 1e6"))
    assert main(["check", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "It runs, and its answers are as they must be." in shown
    assert f"{4 * max(rows for rows, _ in FITS):,} events" in shown
    for name in ("fit", "memory of fit", "predict, longest", "memory of predict"):
        [line] = [line for line in shown.splitlines() if line.startswith(f"{name}  ")]
        assert line.split()[-1] in ("s", "GiB")  # of the limit
    assert "no problem found" in shown
    assert "this is not shown" not in shown


def test_a_bad_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_submission(tmp_path / "mine", MODEL.format(answer="float('nan')"))
    assert main(["check", "--submission", str(folder)]) == 1
    assert "predict failed" in capsys.readouterr().err
    assert main(["check", "--submission", str(folder), "--static"]) == 0


def test_lines_through_three_fits() -> None:
    """10 s and 1 GB for imports, 1 s and 2 MB for 1000 events, 100 s for the full effort."""

    def fit(rows: int, effort: float) -> _Fit:
        return _Fit(rows, effort, 10.0 + rows / 1e3 + 100.0 * effort, 1e9 + 2e3 * rows)

    fits = [fit(4 * rows, effort) for rows, effort in FITS]
    assert _extrapolated(fits, [f.seconds for f in fits], 1_000_000) == pytest.approx(1110.0)
    assert _extrapolated(fits, [f.memory for f in fits], 1_000_000) == pytest.approx(3e9)
    noisy = [fits[0], fits[1]._replace(seconds=1.0), fits[2]._replace(seconds=2.0)]
    assert _extrapolated(noisy, [f.seconds for f in noisy], 1_000_000) == noisy[0].seconds


def test_memory_at_full_size_is_that_of_its_events(tmp_path: Path) -> None:
    """Not of what a fit takes once: libraries, and buffers that few events do not fill."""
    held = """
import numpy as np
class Model:
    def __init__(self, get_train_set, systematics):
        self.get = get_train_set
    def fit(self):
        rows = len(self.get())
        once, events = np.ones(min(500 * rows, 8_000_000)), np.ones(64 * rows)
        self.sum = float(once.sum() + events.sum())
    def predict(self, test_set):
        return {"mu_hat": 1.0, "delta_mu_hat": 0.1, "p16": 0.9, "p84": 1.1}
"""
    settings = find_settings(BUNDLE / "input_data")
    rows = sum(settings.data.train_events.values())
    found = rehearse(write_submission(tmp_path / "mine", held), settings)
    # The frame of the events comes on top of the model's own 512 bytes an event.
    assert 512 * rows < found.full_fit_bytes < 1.5 * 512 * rows
    assert found.fit_seconds < found.full_fit_seconds


def test_a_missing_package_is_told_with_what_brings_it(tmp_path: Path) -> None:
    folder = write_submission(tmp_path / "mine", "import torch, numpi\n" + MODEL)
    torch, typo = check_submission(folder)
    assert "not in the image" in torch.what
    assert "pip install 'HiggsML[torch]'" in torch.fix
    assert "did you mean 'numpy'" in typo.fix
    assert is_installed("numpy")
    (folder / "model.py").write_text("import xgboost\n" + MODEL)
    [missing] = check_submission(folder, lambda module: module == "sys")
    assert missing.fix == "install it: pip install xgboost (the image has it)."
