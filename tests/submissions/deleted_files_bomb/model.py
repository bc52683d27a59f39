"""Fills the disk with files that have no name any more."""

import os


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        hoard = []
        while True:
            hoard.append(open(os.path.join(os.environ["TMPDIR"], "hoard"), "wb"))
            os.unlink(hoard[-1].name)
            hoard[-1].write(b"x" * (1 << 22))
            hoard[-1].flush()

    def predict(self, test_set):
        return None
