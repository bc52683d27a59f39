"""A small bundle whose programs end at once."""

from pathlib import Path

import pytest
import yaml
from PIL import Image

INGESTION = """\
import argparse, json, os, pathlib, sys
parser = argparse.ArgumentParser()
for name in ("--input", "--output", "--submission"):
    parser.add_argument(name, type=pathlib.Path)
parser.add_argument("--num-of-sets", type=int, default=10)
parser.add_argument("--num-pseudo-experiments", type=int, default=100)
arguments, others = parser.parse_known_args()
if (arguments.submission / "fails").exists():
    print("the model is no good", file=sys.stderr)
    sys.exit(1)
seen = {
    "planted": sorted(p.name for p in arguments.output.iterdir()),
    "program": sorted(p.name for p in pathlib.Path().iterdir()),
    "input": sorted(p.name for p in arguments.input.iterdir()),
    "environment": sorted(os.environ),
    "shape": [arguments.num_of_sets, arguments.num_pseudo_experiments],
    "others": others,
}
(arguments.output / "seen.json").write_text(json.dumps(seen))
print("measured")
"""

SCORING = """\
import argparse, json, pathlib
parser = argparse.ArgumentParser()
for name in ("--prediction", "--reference", "--output"):
    parser.add_argument(name, type=pathlib.Path)
arguments = parser.parse_args()
status = (arguments.prediction / "metadata").read_text()
assert "ingestionExitCode: 0" in status, status
seen = json.loads((arguments.prediction / "seen.json").read_text())
seen["reference"] = (arguments.reference / "settings.yaml").read_text()
(arguments.output / "seen.json").write_text(json.dumps(seen))
(arguments.output / "detailed_results.html").write_text("<p>scores</p>")
(arguments.output / "figures").mkdir()
(arguments.output / "scores.json").write_text(pathlib.Path("scores.json").read_text())
"""

SCORES = (
    '{"quantiles_score": 0.5, "interval": 0.5, "coverage": 0.68, "rmse": 0.3,'
    ' "mae": 0.3, "ingestion_duration": 12.0}'
)

MODEL = """\
class Model:
    def __init__(self, get_train_set, systematics): ...
    def fit(self): ...
    def predict(self, test_set): ...
"""

COMPETITION = {
    "version": 2,
    "title": "A measurement",
    "image": "logo.png",
    "docker_image": "somebody/image:1.0.0",
    "terms": "terms.md",
    "pages": [{"title": "Overview", "file": "overview.md"}],
    "tasks": [
        {
            "index": 0,
            "name": "Task",
            "input_data": "input_data",
            "reference_data": "reference_data",
            "ingestion_program": "ingestion_program",
            "scoring_program": "scoring_program",
        }
    ],
    "phases": [
        {
            "index": 0,
            "name": "First",
            "start": "2027-01-01 12:00:00",
            "end": "2027-02-01 12:00:00",
            "tasks": [0],
            "execution_time_limit": 7500,
            "hide_prediction_output": True,
        },
        {
            "index": 1,
            "name": "Second",
            "start": "2027-02-02 12:00:00",
            "tasks": [0],
            "execution_time_limit": 7500,
            "hide_prediction_output": True,
        },
    ],
    "leaderboards": [
        {
            "title": "Results",
            "key": "main",
            "submission_rule": "Force_Last",
            "columns": [
                {
                    "index": 0,
                    "title": "Score",
                    "key": "quantiles_score",
                    "sorting": "desc",
                    "precision": 3,
                },
                {
                    "index": 1,
                    "title": "Width",
                    "key": "interval",
                    "sorting": "asc",
                    "precision": 3,
                },
            ],
        }
    ],
}

FILES = {
    "competition.yaml": yaml.safe_dump(COMPETITION, sort_keys=False),
    "terms.md": "Be fair.\n",
    "overview.md": "Measure mu.\n",
    "input_data/settings.yaml": "data: {source: generator, train_events: {htautau: 1},"
    " test_events: {htautau: 1}}\n",
    "reference_data/settings.yaml": "show_truth: false\nnum_of_sets: 10\n",
    "ingestion_program/metadata.yaml": "command: python3 run_ingestion.py --input /app/input_data"
    " --output /app/output --submission /app/ingested_program\n",
    "ingestion_program/run_ingestion.py": INGESTION,
    "ingestion_program/__pycache__/old.pyc": "junk",
    "scoring_program/metadata.yaml": "command: python3 run_scoring.py --prediction /app/input/res"
    " --reference /app/input/ref --output /app/output\n",
    "scoring_program/run_scoring.py": SCORING,
    "scoring_program/scores.json": SCORES,
    "sample_submission/model.py": MODEL,
    "notes.txt": "not a part of the bundle",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Folder of a bundle without mistakes."""
    folder = tmp_path / "bundle"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    Image.new("RGB", (40, 40), "navy").save(folder / "logo.png")
    return folder
