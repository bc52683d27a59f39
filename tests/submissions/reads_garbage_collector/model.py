"""Looks through all objects of the process for the run's own."""

import gc

WANTED = {"Plan", "Settings", "ProtocolSettings", "EventPool", "Data", "GeneratedData", "RunState"}


def stolen():
    return any(type(thing).__name__ in WANTED for thing in gc.get_objects())


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        mu = 999.0 if stolen() else 1.0
        return {"mu_hat": mu, "delta_mu_hat": 1, "p16": 0, "p84": 2}
