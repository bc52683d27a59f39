"""The page for participants of 2024: its code runs, its figures are the code's."""

import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from HiggsML import datasets, score, visualization
from HiggsML.datasets import Data
from HiggsML.experiments.pool.finite_size import LARGEST_SHARE
from HiggsML.generation import write_dataset
from HiggsML.ingestion import Ingestion
from HiggsML.nuisances import NUISANCES
from HiggsML.running.contract import LARGEST
from HiggsML.schema import FEATURES
from small_run import SUBMISSIONS

PAGE = (Path(__file__).parents[1] / "pages" / "from_0_1_5.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COUNTS = {"htautau": 400, "ztautau": 2_000, "ttbar": 400, "diboson": 200}


@pytest.fixture
def namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A folder with events and a model, as a participant has it, and the names of the blocks."""
    write_dataset(tmp_path / "my_events", COUNTS, seed=4, luminosity=0.05)
    (tmp_path / "results").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(SUBMISSIONS / "honest"))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    return {}


def test_the_code_runs(
    namespace: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        exec(block, namespace)
    del sys.modules["model"]
    assert (tmp_path / "scores" / "scores.json").exists()
    assert "events_per_test_row" in capsys.readouterr().out.replace("\n", " ")
    # The folders of 2024, joined as the page says:
    events = Data("my_events").get_train_set()
    for column in ("labels", "weights", "detailed_labels"):
        (tmp_path / "old" / column).mkdir(parents=True)
        text = "\n".join(map(str, events[column]))
        (tmp_path / "old" / column / f"data.{column}").write_text(text)
    (tmp_path / "old" / "data").mkdir()
    events[list(FEATURES)].to_parquet(tmp_path / "old" / "data" / "data.parquet")
    (tmp_path / "joined").mkdir()
    namespace["join"]("old", tmp_path / "joined" / "events.parquet")  # type: ignore[operator]
    joined = Data("joined", test_size=0).get_train_set()
    pd.testing.assert_frame_equal(joined[list(FEATURES)], events[list(FEATURES)])


def test_its_figures_are_those_of_the_code() -> None:
    bounds = [f"{n.low:g} to {n.high:g}" for n in NUISANCES.values()][:3]
    assert f"beyond {', '.join(bounds)} | refused" in PAGE
    assert f"beyond {LARGEST:,.0f} in size" in PAGE
    assert f"more than {LARGEST_SHARE**2:g} events" in PAGE
    assert LARGEST_SHARE == 0.5
    assert "exceeds half of the statistical error" in PAGE


def test_names_that_are_there_and_names_that_are_gone() -> None:
    rooms = [datasets, visualization, score, Ingestion]
    for row in re.findall(r"^\| (`\w.*?) \| (there|gone)", PAGE, re.MULTILINE):
        names = [name.split(".")[-1] for name in re.findall(r"`([\w.]+)`", row[0])]
        for name in names:
            assert any(hasattr(room, name) for room in rooms) == (row[1] == "there"), name
