"""The sample submission: a small network, made into a measurement of mu.

The network learns to tell the four processes apart. `Measurement` does the rest: it sends the
signal-rich events to the network and counts the others, builds templates that follow the energy
scales and the soft momentum, fits mu together with all six nuisance parameters, and reads the
interval off the profile likelihood at a level that toys have calibrated.
"""

from sklearn.neural_network import MLPClassifier

from HiggsML.inference import Measurement


class Model(Measurement):
    """`fit()` and `predict(test_set)` come from `Measurement`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        # any classifier with predict_proba and sample_weight can take its place
        network = MLPClassifier(
            hidden_layer_sizes=(64, 64),  # small: it sees 400,000 events of each experiment
            batch_size=1024,
            learning_rate_init=2e-3,
            max_iter=25,
            random_state=1,
        )
        super().__init__(network, get_train_set, systematics, mu_range=mu_range)
