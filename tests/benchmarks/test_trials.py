"""How well a trial predicts: measured from beginning to end, and again from what is kept."""

import re
from pathlib import Path

import pytest
import yaml
from benchmarks.trials import main

from higgsml_kit.archives import unpack, write_zip
from higgsml_kit.bundle import read_mapping
from higgsml_kit.packing import bundle_files
from sources import ROOT


@pytest.mark.slow
def test_the_table_of_trials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of few events; one submission fails, and the others are measured."""
    write_zip(bundle_files(ROOT), tmp_path / "bundle.zip")
    unpack(tmp_path / "bundle.zip", tmp_path / "bundle")
    path = tmp_path / "bundle" / "input_data" / "settings.yaml"
    settings = read_mapping(path)
    for key in ("train_events", "test_events"):
        settings["data"][key] = dict.fromkeys(settings["data"][key], 30_000)
    path.write_text(yaml.safe_dump(settings), "utf-8")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.py").write_text("class Model: pass")
    words = [str(broken), "examples/counting", "--bundle", str(tmp_path / "bundle")]

    def table() -> list[str]:
        assert main([*words, "--output", str(tmp_path / "trials")]) == 1
        shown = capsys.readouterr()
        assert f"{broken}: " in shown.err
        return [line for line in shown.out.splitlines() if line.startswith("| counting |")]

    first = table()
    assert len(first) == 3 + 3 + 1
    assert re.fullmatch(r"\| counting \| [\d.]+ \| 1 \| 1 \|", first[-1])
    assert all(len(re.findall(r" ± ", line)) == 3 for line in first[:-1])
    assert table() == first  # from what was kept
