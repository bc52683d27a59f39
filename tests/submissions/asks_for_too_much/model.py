"""Asks for training sets that would fill the memory of the trusted side."""

import numpy as np


class Model:
    def __init__(self, get_train_set, systematics):
        for size in (float("inf"), float("nan"), -1, 10**400, "all", [1], {"a": 1}, 1e308):
            try:
                get_train_set(train_size=size)
            except ValueError:
                continue
            raise AssertionError(f"got {size}")
        get_train_set(selected_indices=np.zeros(20_000_000, dtype=np.int64))

    def fit(self):
        pass

    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
