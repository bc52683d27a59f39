"""Count events with two forward jets: the simplest measurement of mu.

Higgs bosons from vector-boson fusion come with two jets far apart in rapidity. With S and B events
expected after a cut on such pairs and n found, mu = (n - B) / S with an error of sqrt(n) / S. No
systematic effect is considered.
"""

import itertools

import numpy as np

from HiggsML.schema import LABELS, WEIGHTS

MASSES = (200.0, 300.0, 400.0, 500.0, 700.0)  # GeV, of the two jets
GAPS = (2.0, 2.5, 3.0, 3.5, 4.0)  # their distance in pseudorapidity


class Model:
    """Chooses the cut on the training events, counts what passes it."""

    def __init__(self, get_train_set, systematics):
        self.get_train_set = get_train_set
        self.systematics = systematics

    def fit(self):
        events = self.systematics(self.get_train_set())  # nominal, with the cuts of the experiment
        weights = events[WEIGHTS].to_numpy(dtype=float)
        is_signal = events[LABELS].to_numpy() == 1

        def expected(cut):
            kept = passes(events, *cut)
            return weights[kept & is_signal].sum(), weights[kept & ~is_signal].sum()

        def significance(cut):
            signal, background = expected(cut)
            return signal / np.sqrt(signal + background) if signal else 0.0

        self.cut = max(itertools.product(MASSES, GAPS), key=significance)
        self.signal, self.background = expected(self.cut)

    def predict(self, test_set):
        count = np.count_nonzero(passes(test_set["data"], *self.cut))
        mu = (count - self.background) / self.signal
        error = np.sqrt(max(count, 1)) / self.signal
        return {"mu_hat": mu, "delta_mu_hat": error, "p16": mu - error, "p84": mu + error}


def passes(events, mass, gap):
    """Two forward jets, a visible mass below that of the Z, no W boson (transverse mass)."""
    return (
        (events["DER_mass_jet_jet"] > mass)
        & (events["DER_deltaeta_jet_jet"] > gap)
        & (events["DER_mass_vis"] > 50.0)
        & (events["DER_mass_vis"] < 110.0)
        & (events["DER_mass_transverse_met_lep"] < 60.0)
    ).to_numpy()
