"""A linear classifier of sets of objects, made into a measurement of mu.

It sees no masses, but the momenta of lepton, tau, missing momentum and jets as a set; the pyramid
match kernel says how alike two of them are. `Measurement` does the rest, as in
`sample_submission/model.py`.
"""

from HiggsML.approaches import PyramidMatch
from HiggsML.approaches.inputs import event_sets
from HiggsML.inference import Measurement


class Model(Measurement):
    """`fit()` and `predict(test_set)` come from `Measurement`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        classifier = PyramidMatch(random_state=1)
        super().__init__(
            classifier, get_train_set, systematics, mu_range=mu_range, inputs=event_sets
        )
