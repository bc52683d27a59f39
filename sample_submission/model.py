"""The sample submission: boosted trees, made into a measurement of mu.

A classifier learns to tell the four processes apart. `Measurement` does the rest: it cuts the
signal-rich events out, builds templates that follow the energy scales and the soft momentum, fits
mu with all six nuisance parameters, and reads the interval off the profile likelihood.
"""

from xgboost import XGBClassifier

from HiggsML.inference import Measurement


class Model(Measurement):
    """`fit()` and `predict(test_set)` come from `Measurement`."""

    def __init__(self, get_train_set, systematics):
        classifier = XGBClassifier(
            n_estimators=50,  # few and shallow: predict is called a thousand times
            max_depth=5,
            learning_rate=0.15,
            tree_method="hist",
            random_state=1,
        )
        super().__init__(classifier, get_train_set, systematics)
