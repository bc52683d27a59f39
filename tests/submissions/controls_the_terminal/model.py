"""Writes terminal controls into its messages: titles, colours, lines that overwrite others."""

EVIL = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e"


class Model:
    def __init__(self, get_train_set, systematics):
        print(EVIL)

    def fit(self):
        pass

    def __reduce__(self):
        raise TypeError(EVIL)

    def predict(self, test_set):
        raise ValueError(EVIL)
