"""The score of boosted trees in 25 bins, fitted with statistical errors alone.

This is the organisers' statistics-only example, written anew from its description: nominal
templates of signal and background in equal bins of the score, mu the only parameter of a Poisson
likelihood. It knows nothing of the nuisance parameters, so that its interval is too short.
"""

import numpy as np
from iminuit import Minuit
from xgboost import XGBClassifier

from HiggsML.schema import FEATURES, LABELS, WEIGHTS

N_BINS = 25
EVENTS = (
    4_000_000  # of the training set: frames of all of them would need more memory than there is
)
TRAINING_ROWS = 300_000


class Model:
    """Trees on one part of the events, templates from the other."""

    def __init__(self, get_train_set, systematics):
        self.get_train_set = get_train_set
        self.systematics = systematics
        self.trees = XGBClassifier(n_estimators=50, max_depth=4, learning_rate=0.2, random_state=1)

    def fit(self):
        events = self.get_train_set(train_size=EVENTS)
        events = self.systematics(events)  # nominal, with the cuts of the experiment
        x = events[list(FEATURES)].to_numpy()
        y = events[LABELS].to_numpy().astype(int)
        weights = events[WEIGHTS].to_numpy(dtype=float)
        shuffled = np.random.default_rng(1).permutation(len(y))
        n_train = min(TRAINING_ROWS, len(y) // 2)
        train, rest = shuffled[:n_train], shuffled[n_train:]

        totals = np.bincount(y[train], weights[train])
        self.trees.fit(x[train], y[train], sample_weight=weights[train] / totals[y[train]] * 1e5)

        whole = np.bincount(y, weights) / np.bincount(y[rest], weights[rest])
        scores = self.trees.predict_proba(x[rest])[:, 1]
        self.background, self.signal = (
            histogram(scores[y[rest] == c], weights[rest][y[rest] == c] * whole[c]) for c in (0, 1)
        )

    def predict(self, test_set):
        counts = histogram(self.trees.predict_proba(test_set["data"].to_numpy())[:, 1])

        def cost(mu):
            expected = np.maximum(mu * self.signal + self.background, 1e-9)
            ratio = np.where(counts > 0, counts, expected) / expected
            return 2 * np.sum(expected - counts + counts * np.log(ratio))

        fit = Minuit(cost, mu=1.0)
        fit.errordef = Minuit.LEAST_SQUARES  # the cost is minus twice the log likelihood
        fit.limits["mu"] = (-5, 10)
        fit.migrad().hesse()
        mu, error = fit.values["mu"], fit.errors["mu"]
        return {"mu_hat": mu, "delta_mu_hat": error, "p16": mu - error, "p84": mu + error}


def histogram(scores, weights=None):
    return np.histogram(scores, N_BINS, (0, 1), weights=weights)[0].astype(float)
