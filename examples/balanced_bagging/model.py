"""Boosted trees on ten balanced samples, averaged, made into a measurement of mu.

As in `sample_submission/model.py`, but for one line: the classifier.
"""

from HiggsML.approaches import Balanced, boosted_trees
from HiggsML.inference import Measurement


class Model(Measurement):
    """`fit()` and `predict(test_set)` come from `Measurement`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        classifier = Balanced(boosted_trees(n_jobs=1), "bagging", random_state=1)
        super().__init__(classifier, get_train_set, systematics, mu_range=mu_range)
