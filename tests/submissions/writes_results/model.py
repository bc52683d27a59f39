"""Writes results and the completion marker itself, then fails."""

import json
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())


class Model:
    def __init__(self, get_train_set, systematics):
        for folder in TARGETS["folders"]:
            for name in ("result_0.json", "completed.json", "scores.json"):
                try:
                    (Path(folder) / name).write_text("{}")
                except OSError:
                    continue

    def fit(self):
        raise RuntimeError("the results are there already")

    def predict(self, test_set):
        return None
