"""The score of boosted trees in 25 bins, fitted with one nuisance parameter.

This is the organisers' example with one systematic effect, written anew from its description, with
what limits it: the shifted templates are averaged over the six nuisance parameters, which damps
the shift of the one that is fitted (the tau energy scale) sixfold, and its prior is three times too
wide. `HiggsML.inference` does it otherwise.
"""

import numpy as np
from iminuit import Minuit
from xgboost import XGBClassifier

from HiggsML.nuisances import NUISANCES
from HiggsML.schema import FEATURES, LABELS, WEIGHTS

N_BINS = 25
EVENTS = (
    4_000_000  # of the training set: frames of all of them would need more memory than there is
)
TRAINING_ROWS = 300_000
POINTS = (-2.0, -1.0, 0.0, 1.0, 2.0)  # shifts of the energy scale, in units of its prior
PRIOR_WIDTH = 3.0  # in the same units, where 1 would be right


class Model:
    """Trees on one part of the events, templates from the other."""

    def __init__(self, get_train_set, systematics):
        self.get_train_set = get_train_set
        self.systematics = systematics
        self.trees = XGBClassifier(n_estimators=50, max_depth=4, learning_rate=0.2, random_state=1)

    def fit(self):
        events = self.get_train_set(train_size=EVENTS)
        shuffled = np.random.default_rng(1).permutation(len(events))
        n_train = min(TRAINING_ROWS, len(events) // 2)

        train = self.systematics(events.iloc[shuffled[:n_train]])
        y, weights = arrays(train)
        balanced = weights / np.bincount(y, weights)[y] * 1e5
        self.trees.fit(train[list(FEATURES)].to_numpy(), y, sample_weight=balanced)

        rest = events.iloc[shuffled[n_train:]]
        whole = np.bincount(*arrays(events)) / np.bincount(*arrays(rest))
        shifted = [self.templates(rest, point) * whole[:, None] for point in POINTS]
        # For each class and bin a parabola through the yields at the points.
        flat = np.array(shifted).reshape(len(POINTS), -1)
        self.parabolas = np.polyfit(POINTS, flat, 2).reshape(3, 2, N_BINS)
        self.nominal = shifted[POINTS.index(0.0)]

    def templates(self, events, shift):
        """Background and signal in the bins of the score, (2, bins)."""
        nuisance = NUISANCES["tes"]
        shifted = self.systematics(events, tes=nuisance.nominal + shift * nuisance.spread)
        y, weights = arrays(shifted)
        scores = self.trees.predict_proba(shifted[list(FEATURES)].to_numpy())[:, 1]
        return np.array([histogram(scores[y == c], weights[y == c]) for c in (0, 1)])

    def predict(self, test_set):
        counts = histogram(self.trees.predict_proba(test_set["data"].to_numpy())[:, 1])

        def cost(mu, tes):
            moved = self.parabolas[0] * tes**2 + self.parabolas[1] * tes + self.parabolas[2]
            background, signal = (moved + (len(NUISANCES) - 1) * self.nominal) / len(NUISANCES)
            expected = np.maximum(mu * signal + background, 1e-9)
            ratio = np.where(counts > 0, counts, expected) / expected
            poisson = 2 * np.sum(expected - counts + counts * np.log(ratio))
            return poisson + (tes / PRIOR_WIDTH) ** 2

        fit = Minuit(cost, mu=1.0, tes=0.0)
        fit.errordef = Minuit.LEAST_SQUARES  # the cost is minus twice the log likelihood
        fit.limits["mu"], fit.limits["tes"] = (-5, 10), (-20, 20)
        fit.migrad().hesse()
        mu, error = fit.values["mu"], fit.errors["mu"]
        return {"mu_hat": mu, "delta_mu_hat": error, "p16": mu - error, "p84": mu + error}


def arrays(events):
    """Class and weight of each event."""
    return events[LABELS].to_numpy().astype(int), events[WEIGHTS].to_numpy(dtype=float)


def histogram(scores, weights=None):
    return np.histogram(scores, N_BINS, (0, 1), weights=weights)[0].astype(float)
