"""A network of sets (DeepSets), made into a measurement of mu.

It sees an event as a set of objects: lepton, tau, missing momentum and up to two jets. Needs
PyTorch.
"""

from HiggsML.approaches import DeepSets
from HiggsML.approaches.inputs import event_sets
from HiggsML.inference import Measurement


class Model(Measurement):
    """As in `sample_submission/model.py`, but for the classifier and what it sees."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        network = DeepSets(random_state=1)
        super().__init__(network, get_train_set, systematics, inputs=event_sets, mu_range=mu_range)
