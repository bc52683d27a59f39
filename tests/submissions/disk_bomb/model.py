"""Writes one file without end."""

import os


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        with open(os.path.join(os.environ["TMPDIR"], "hoard"), "wb") as file:
            while True:
                file.write(b"x" * (1 << 24))

    def predict(self, test_set):
        return None
