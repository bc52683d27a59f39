"""Cannot be serialised, and its answer depends on how many test sets it has seen."""

import threading


class Model:
    def __init__(self, get_train_set, systematics):
        self.seen = 0
        self.lock = threading.Lock()

    def fit(self):
        pass

    def predict(self, test_set):
        self.seen += 1
        return {"mu_hat": self.seen, "delta_mu_hat": 1, "p16": 0, "p84": 2}
