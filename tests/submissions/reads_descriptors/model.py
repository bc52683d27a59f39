"""Looks at every descriptor that the process has."""

import json
import os
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())


def stolen():
    for number in range(256):
        try:
            target = os.readlink(f"/proc/self/fd/{number}")
        except OSError:
            continue
        if any(target.startswith(folder) for folder in TARGETS["folders"]):
            return True
        try:
            if b"ground_truth" in os.pread(number, 1 << 20, 0):
                return True
        except OSError:
            continue
    return False


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        mu = 999.0 if stolen() else 1.0
        return {"mu_hat": mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
