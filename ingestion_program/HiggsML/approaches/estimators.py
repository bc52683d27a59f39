"""Classifiers of libraries, in the settings that the approaches are known with.

Each function returns what the plain call of the library returns; `options` are further arguments of
it, and replace those that stand here.
"""

from typing import Any, Self

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

__all__ = [
    "NetworkAtPriors",
    "ada_boost",
    "boosted_trees",
    "extra_trees",
    "histogram_boosting",
    "linear_svc",
    "logistic_regression",
    "network",
    "random_forest",
    "ridge",
    "single_tree",
    "strong_boosted_trees",
    "three_layer_network",
    "two_layer_network",
]


def boosted_trees(**options: Any) -> Any:
    """XGBoost's 100 trees of depth 3 with a rate of 0.1, the usual first try.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    from xgboost import XGBClassifier  # takes a second

    return XGBClassifier(
        **{"n_estimators": 100, "max_depth": 3, "learning_rate": 0.1, "random_state": 1} | options
    )


def strong_boosted_trees(**options: Any) -> Any:
    """XGBoost's 100 trees of depth 6 with a rate of 0.2, which lose little to a network.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return boosted_trees(**{"max_depth": 6, "learning_rate": 0.2} | options)


def random_forest(**options: Any) -> RandomForestClassifier:
    """60 trees whose leaves hold 50 events at least: shares of classes in a leaf have a meaning.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return RandomForestClassifier(
        **{"n_estimators": 60, "min_samples_leaf": 50, "random_state": 1} | options
    )


def extra_trees(**options: Any) -> ExtraTreesClassifier:
    """60 trees with cuts at random places.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return ExtraTreesClassifier(
        **{"n_estimators": 60, "min_samples_leaf": 50, "random_state": 1} | options
    )


def single_tree(**options: Any) -> DecisionTreeClassifier:
    """One tree of cuts; its leaves hold 200 events at least.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return DecisionTreeClassifier(**{"min_samples_leaf": 200, "random_state": 1} | options)


def ada_boost(**options: Any) -> AdaBoostClassifier:
    """50 stumps, each trained on what those before it got wrong.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return AdaBoostClassifier(**{"n_estimators": 50, "random_state": 1} | options)


def histogram_boosting(**options: Any) -> HistGradientBoostingClassifier:
    """Boosted trees on binned inputs, the method of LightGBM.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return HistGradientBoostingClassifier(
        **{"max_iter": 100, "early_stopping": False, "random_state": 1} | options
    )


def logistic_regression(**options: Any) -> LogisticRegression:
    """Probabilities whose logits are linear in the inputs.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return LogisticRegression(**{"max_iter": 1_000} | options)


def ridge(**options: Any) -> CalibratedClassifierCV:
    """Least squares on the classes; a sigmoid fitted on left-out events makes probabilities.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return CalibratedClassifierCV(RidgeClassifier(**options), cv=5)


def linear_svc(**options: Any) -> CalibratedClassifierCV:
    """The linear classifier of widest margin; a sigmoid makes probabilities, as for `ridge`.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    return CalibratedClassifierCV(LinearSVC(**{"random_state": 1} | options), cv=5)


def network(**options: Any) -> MLPClassifier:
    """The network of `examples/small_network`: two layers of 64.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    settings = {
        "hidden_layer_sizes": (64, 64),
        "batch_size": 1024,
        "learning_rate_init": 2e-3,
        "max_iter": 25,
        "random_state": 1,
    }
    return MLPClassifier(**settings | options)


def three_layer_network(**options: Any) -> MLPClassifier:
    """Layers of 32, 64 and 32 in batches of 128, the network of the HML package.

    With three observables and two classes it has 4,353 parameters. HML's has 4,386: two outputs,
    which sum to one, where this one has one.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    settings = {"hidden_layer_sizes": (32, 64, 32), "batch_size": 128, "max_iter": 100}
    return MLPClassifier(**settings | {"random_state": 1} | options)


def two_layer_network(**options: Any) -> "NetworkAtPriors":
    """Layers of 20 and 10, trained by plain gradient descent, for images of 10 x 10 pixels.

    With 100 pixels and five classes it has 2,285 parameters. It starts from the shares of the
    classes.

    Args:
        options: further arguments of the library's classifier, in place of those set here.
    """
    settings = {"hidden_layer_sizes": (20, 10), "solver": "sgd", "max_iter": 8, "random_state": 1}
    return NetworkAtPriors(**settings | options)


class NetworkAtPriors(MLPClassifier):  # type: ignore[misc]  # no types
    """A network whose outputs start at the shares of the classes.

    Where a class is one event in a thousand, a network that starts at equal shares spends its first
    passes on learning that. Arguments and attributes are those of
    `sklearn.neural_network.MLPClassifier`; `warm_start` is not used.
    """

    def fit(self, x: Any, y: Any, sample_weight: Any = None) -> Self:
        """Set the last biases to the logarithms of the shares (weighted), then train.

        Args:
            x: (n, d) features of each event.
            y: (n,) classes.
            sample_weight: (n,) weights of the events; None: all the same.

        Returns:
            The object itself.
        """
        classes, first, codes = np.unique(y, return_index=True, return_inverse=True)
        shares = np.bincount(codes, sample_weight)
        biases = np.log(np.maximum(shares / shares.sum(), 1e-12))
        start = MLPClassifier(**self.get_params() | {"batch_size": "auto", "warm_start": True})
        rows = x.iloc[first] if hasattr(x, "iloc") else np.asarray(x)[first]
        start.partial_fit(rows, classes, classes=classes)  # makes the layers
        start.intercepts_[-1][:] = biases if len(classes) > 2 else biases[1] - biases[0]
        start.set_params(batch_size=self.batch_size).fit(x, y, sample_weight)
        for name in vars(start).keys() - self.get_params():
            setattr(self, name, getattr(start, name))
        return self
