"""The probabilities that a network gives events, in blocks that stay in the cache.

scikit-learn's own `predict_proba` makes an array of all events for each layer. The answers are the
same but for the order of float32 sums.
"""

from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.neural_network import MLPClassifier

from ..arrays import Floats

__all__ = ["probabilities"]

_BLOCK = 2_048
"""Events that pass together: a layer of 64 takes 0.5 MB."""


def probabilities(classifier: Any, inputs: Floats) -> Floats:
    """The probability of each class, (n, classes): what `classifier.predict_proba` gives.

    Args:
        classifier: fitted.
        inputs: (n, I).
    """
    if not _is_plain_network(classifier):
        found: Floats = classifier.predict_proba(inputs)
        return found
    inputs = np.asarray(inputs)  # it may be a frame
    weights, biases = classifier.coefs_, classifier.intercepts_
    kind = weights[0].dtype
    layers = [np.empty((_BLOCK, w.shape[1]), dtype=kind) for w in weights[:-1]]
    # Classes first: numpy is slow at sums over a last axis of four.
    last = np.empty((weights[-1].shape[1], len(inputs)), dtype=kind)
    for start in range(0, len(inputs), _BLOCK):
        values = inputs[start : start + _BLOCK].astype(kind, copy=False)
        for w, b, layer in zip(weights, biases, layers, strict=False):
            values = np.dot(values, w, out=layer[: len(values)])
            values += b
            np.maximum(values, kind.type(0.0), out=values)
        last[:, start : start + _BLOCK] = weights[-1].T @ values.T
    last += biases[-1][:, np.newaxis]
    return _logistic(last) if classifier.out_activation_ == "logistic" else _softmax(last)


def _softmax(values: Floats) -> Floats:
    """Probabilities (n, classes) of what the last layer says (classes, n), which is overwritten."""
    values -= values.max(axis=0)
    np.exp(values, out=values)
    values /= values.sum(axis=0)
    return values.T


def _logistic(values: Floats) -> Floats:
    """Probabilities (n, 2) of what the last layer says of the second class (1, n)."""
    second = expit(values[0])
    return np.stack([1.0 - second, second], axis=1)


def _is_plain_network(classifier: Any) -> bool:
    """Whether `predict_proba` is scikit-learn's own, of layers of ReLU and classes."""
    return (
        isinstance(classifier, MLPClassifier)
        and type(classifier).predict_proba is MLPClassifier.predict_proba
        and classifier.activation == "relu"
        and classifier.out_activation_ in ("softmax", "logistic")
        and not classifier._label_binarizer.y_type_.startswith("multilabel")
    )
