"""Looks at the trusted process through /proc."""

import json
import os
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())


def stolen():
    for pid in {TARGETS["parent"], os.getppid(), 1}:
        for name in ("environ", "cmdline", "maps", "mem", "stat", "fd", "cwd/x", "root/etc/passwd"):
            try:
                path = f"/proc/{pid}/{name}"
                found = os.listdir(path) if name == "fd" else open(path, "rb").read(1)
            except OSError:
                continue
            if found:
                return True
    return False


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        mu = 999.0 if stolen() else 1.0
        return {"mu_hat": mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
