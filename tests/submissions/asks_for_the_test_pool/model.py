"""Speaks the protocol itself and asks for what it should not have."""


class Model:
    def __init__(self, get_train_set, systematics):
        connection = get_train_set._connection
        body = b'{"ask": "test_set"}'
        connection.sendall(len(body).to_bytes(8, "big") + bytes(8) + body)

    def fit(self):
        pass

    def predict(self, test_set):
        return {"mu_hat": 1, "delta_mu_hat": 1, "p16": 0, "p84": 2}
