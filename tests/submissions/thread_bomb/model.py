"""Starts threads with tiny stacks without end."""

import threading
import time


class Model:
    def __init__(self, get_train_set, systematics):
        pass

    def fit(self):
        threading.stack_size(32768)
        while True:
            threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()

    def predict(self, test_set):
        return None
