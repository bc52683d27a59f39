"""Starts processes without end."""

import os


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        while True:
            os.fork()

    def predict(self, test_set):
        return None
