"""The sample submission with all nuisance parameters held at their nominal values.

It shows what the nuisance parameters are worth: the same network in the same bins gives a shorter
interval, and one that does not cover.
"""

from sklearn.neural_network import MLPClassifier

from HiggsML.inference import Measurement


class Model(Measurement):
    """As in `sample_submission/model.py`, but for `nuisances`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        network = MLPClassifier(
            hidden_layer_sizes=(64, 64),
            batch_size=1024,
            learning_rate_init=2e-3,
            max_iter=25,
            random_state=1,
        )
        super().__init__(network, get_train_set, systematics, nuisances=(), mu_range=mu_range)
