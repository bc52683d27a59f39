"""The notebook of the starting kit runs from beginning to end, and is stored without outputs."""

import os
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from higgsml_kit.archives import unpack, write_zip
from higgsml_kit.packing import bundle_files
from sources import ROOT

NOTEBOOK = ROOT / "examples" / "starting_kit.ipynb"
SMALLER = {
    "SIZE = 1.0": "SIZE = 0.05",
    '"num_pseudo_experiments": 6': '"num_pseudo_experiments": 2',
}


def executed(path: Path, folder: Path, changes: dict[str, str]) -> Any:
    """The notebook after a run in a folder, with these texts replaced."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert text.count(old.replace('"', '\\"')) == 1
        text = text.replace(old.replace('"', '\\"'), new.replace('"', '\\"'))
    notebook = nbformat.reads(text, as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def texts(notebook: Any) -> str:
    """All that the cells printed and showed, as text."""
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    return "\n".join(out.get("text") or out["data"].get("text/plain", "") for out in outputs)


def figures(notebook: Any) -> int:
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", ())]
    return sum("image/png" in out.get("data", {}) for out in outputs)


def test_it_is_stored_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) >= 10
    assert not [cell.id for cell in code if cell.outputs or cell.execution_count]


def check(notebook: Any, folder: Path) -> None:
    with zipfile.ZipFile(folder / "dist" / "my_submission.zip") as archive:
        assert "model.py" in archive.namelist()
    shown = texts(notebook)
    assert figures(notebook) == 5
    assert "my_submission: no problem found." in shown
    assert "width, my_submission - plain:" in shown


def test_it_runs_on_few_events(tmp_path: Path) -> None:
    check(executed(NOTEBOOK, tmp_path, SMALLER), tmp_path)


@pytest.mark.slow
def test_it_runs_from_the_packed_bundle_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is, in a folder that holds the starting kit and nothing else."""
    write_zip(bundle_files(ROOT), tmp_path / "bundle.zip")
    unpack(tmp_path / "bundle.zip", tmp_path / "platform")
    kit = (tmp_path / "platform" / "starting_kit").rename(tmp_path / "kit")
    sources = ("tools", "ingestion_program", "scoring_program")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(kit / name) for name in sources))
    notebook = executed(kit / "examples" / "starting_kit.ipynb", kit / "examples", {})
    check(notebook, kit / "examples")
    [scores] = [line for line in texts(notebook).splitlines() if line.startswith("mean width ")]
    assert 0.3 < float(scores.split()[2]) < 0.9
