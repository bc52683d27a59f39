"""Prints without end, control characters included, and then answers."""


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        for _ in range(200_000):
            print("\x1b[2J" + "spam" * 20)

    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
