"""How well a trial predicts: measured from beginning to end, and again from what is kept."""

import re
from pathlib import Path

import pytest
from benchmarks.trials import main

from test_walk import small_bundle


@pytest.mark.slow
def test_the_table_of_trials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of few events; one submission fails, and the others are measured."""
    bundle = small_bundle(tmp_path)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.py").write_text("class Model: pass")
    words = [str(broken), "examples/counting", "--bundle", str(bundle)]

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
