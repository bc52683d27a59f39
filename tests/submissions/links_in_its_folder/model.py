"""Puts links and pipes into its own folder, for the trusted side to follow after fit."""

import json
import os
from pathlib import Path

HERE = Path(__file__).parent
TARGETS = json.loads((HERE / "targets.json").read_text())


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        for i, folder in enumerate(TARGETS["folders"]):
            os.symlink(folder, HERE / f"link-{i}")
            os.symlink(folder + "/test_settings.json", HERE / f"file-{i}")
        os.mkfifo(HERE / "pipe")
        os.mkdir(HERE / "closed", 0)

    def predict(self, test_set):
        secret = HERE / "file-0"
        try:
            mu = 999.0 if secret.read_text() else 1.0
        except OSError:
            mu = 1.0
        return {"mu_hat": mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
