"""A run small enough for tests: settings, folders, and the ingestion in this process."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from HiggsML.run import run_ingestion
from HiggsML.settings import DataSettings, LimitSettings, ProtocolSettings, Settings

SUBMISSIONS = Path(__file__).parent / "submissions"

SETTINGS = Settings(
    data=DataSettings(
        source="generator",
        seed=3,
        luminosity=0.05,
        train_events={"htautau": 300, "ztautau": 900, "ttbar": 300, "diboson": 200},
        test_events={"htautau": 500, "ztautau": 4000, "ttbar": 500, "diboson": 300},
    ),
    protocol=ProtocolSettings(num_of_sets=2, num_pseudo_experiments=3, random_seed=7),
    limits=LimitSettings(
        total_seconds=600.0, fit_seconds=60.0, predict_seconds=60.0, memory_gib=2.0, disk_gib=0.25
    ),
)
"""Two sets of three experiments of about 5,000 events."""


def limited(**limits: float) -> Settings:
    """The small settings with other limits."""
    return replace(SETTINGS, limits=replace(SETTINGS.limits, **limits))


def run(tmp_path: Path, submission: Path, settings: Settings = SETTINGS, **options: Any) -> Path:
    """Run the ingestion on a submission, on one worker; returns the output folder."""
    output = tmp_path / "output"
    (tmp_path / "input").mkdir(exist_ok=True)
    run_ingestion(settings, tmp_path / "input", submission, output, **{"workers": 1} | options)
    return output


def results(output: Path) -> dict[str, Any]:
    """What a run has measured: the contents of its files that do not depend on time."""
    names = sorted(path.name for path in output.glob("result_*.json"))
    return {name: read_json(output / name) for name in [*names, "test_settings.json"]}


def read_json(path: Path) -> Any:
    """The content of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_submission(folder: Path, source: str) -> Path:
    """A submission with this source."""
    folder.mkdir()
    (folder / "model.py").write_text(source, encoding="utf-8")
    return folder


def stage_hostile(tmp_path: Path, name: str, further: Mapping[str, str] | None = None) -> Path:
    """A hostile submission, told what it may not reach: folders with secrets, process ids."""
    folders = [tmp_path / part for part in ("input", "reference", "other_results")]
    for folder in folders:
        folder.mkdir(exist_ok=True)
        (folder / "test_settings.json").write_text('{"ground_truth_mus": [1.5, 2.5]}')
    (tmp_path / "output").mkdir(exist_ok=True)
    target = tmp_path / name
    shutil.copytree(SUBMISSIONS / name, target)
    targets = [*folders, tmp_path / "output"]
    facts = {"folders": [str(folder) for folder in targets], "parent": os.getpid()}
    (target / "targets.json").write_text(json.dumps(facts | dict(further or {})))
    return target
