"""Never comes back from predict."""


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        pass

    def predict(self, test_set):
        while True:
            pass
