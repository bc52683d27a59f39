"""Writes files without end, each of them small."""

import os


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        number = 0
        while True:
            number += 1
            with open(os.path.join(os.environ["TMPDIR"], f"hoard-{number}"), "wb") as file:
                file.write(b"x" * (1 << 22))

    def predict(self, test_set):
        return None
