"""Leaves files with terabytes of holes and a fitted model as large as it may write."""

import os
from pathlib import Path

HERE = Path(__file__).parent


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        for i in range(1000):
            with open(HERE / f"hole-{i}", "wb") as file:
                file.truncate(1 << 26)

    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
