"""Ends its process with a success code in the middle of the run."""

import os


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        os._exit(0)
