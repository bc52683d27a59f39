"""A small network behind cuts made by hand, made into a measurement of mu.

The recipe of earlier versions of the sample submission: it trains in a minute on few events, and
shows what the scout, the physicists' inputs and more events are worth.
"""

from sklearn.neural_network import MLPClassifier

from HiggsML.inference import Measurement


class Model(Measurement):
    """As in `sample_submission/model.py`, but for the network, what it sees and which events."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        network = MLPClassifier(
            hidden_layer_sizes=(64, 64),
            batch_size=1024,
            learning_rate_init=2e-3,
            max_iter=25,
            random_state=1,
        )
        super().__init__(network, get_train_set, systematics, mu_range=mu_range)
