"""Leaves a process behind that goes on after the run."""

import subprocess
import sys

CODE = "import os, time; os.setsid(); time.sleep(1e6)"


def started():
    try:
        subprocess.Popen([sys.executable, "-c", CODE])
    except OSError:
        return False
    return True


class Model:
    def __init__(self, get_train_set, systematics):
        self.mu = 999.0 if started() else 1.0

    def fit(self):
        pass

    def predict(self, test_set):
        return {"mu_hat": self.mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
