"""Counts events: the answer depends on the test set alone."""


class Model:
    def __init__(self, get_train_set, systematics):
        self.get_train_set = get_train_set

    def fit(self):
        weights = self.get_train_set()["weights"]
        self.expected = float(weights.sum())
        self.get_train_set = None

    def predict(self, test_set):
        mu = len(test_set["data"]) / self.expected
        return {"mu_hat": mu, "delta_mu_hat": 0.5, "p16": mu - 0.5, "p84": mu + 0.5}
