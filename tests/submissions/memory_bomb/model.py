"""Takes memory without end."""

import numpy as np


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        hoard = []
        while True:
            hoard.append(np.ones(1 << 24))

    def predict(self, test_set):
        return None
