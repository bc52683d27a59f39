"""Five cuts, made into a measurement of mu.

The classifier says 0 or 1, so that a single bin of signal-rich events is left to the fit: those
that pass the cuts. `Measurement` does the rest, as in `sample_submission/model.py`.
"""

from HiggsML.approaches import CutAndCount
from HiggsML.approaches.inputs import CUT_OBSERVABLES, cut_observables
from HiggsML.inference import Measurement
from HiggsML.schema import EXPECTED_EVENTS, PROCESSES

YIELDS = {code: EXPECTED_EVENTS[name] for code, name in enumerate(PROCESSES)}


class Model(Measurement):
    """`fit()` and `predict(test_set)` come from `Measurement`."""

    def __init__(self, get_train_set, systematics, mu_range=None):
        classifier = CutAndCount(
            "sequential", criterion="significance", yields=YIELDS, names=CUT_OBSERVABLES
        )
        super().__init__(
            classifier, get_train_set, systematics, mu_range=mu_range, inputs=cut_observables
        )
